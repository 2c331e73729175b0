// SPDX-License-Identifier: Apache-2.0
#include "rtu.h"

#include "core/unit.h"
#include "fifo.h"
#include "frame.h"

#include <algorithm>

namespace retrocan::modbus {

namespace {

using adapter::Absence;

constexpr int wary_requests = 32;

Broken ended(const StreamEnd& end) {
    return {Absence::not_connected, end.text, end.closed, false};
}

/// What fails without harm to the connection.
Broken failed(Absence reason, std::string text) {
    return {reason, std::move(text), false, true};
}

std::string count(std::uint64_t number, const char* one, const char* more) {
    return std::to_string(number) + " " + (number == 1 ? one : more);
}

} // namespace

RtuConnection::RtuConnection(std::unique_ptr<ByteStream> stream, const Wire& wire, Duration quiet_gap,
                             std::shared_ptr<Counters> counters)
    : stream_{std::move(stream)}
    , wire_{wire}
    , quiet_gap_{quiet_gap}
    , counters_{std::move(counters)}
    , last_activity_{stream_->now()} {}

Exchange RtuConnection::read(const Request& request, Duration timeout) {
    if (request.manner.procedure)
        return run(request, timeout);
    const auto answer = exchange(read_question(request), timeout);
    if (!answer)
        return answer.error();
    Exchange checked = check_rtu_answer(request, answer->frame);
    if (auto* broken = std::get_if<Broken>(&checked)) // such as a refusal's frame that is none
        broken->usable = true;
    return checked;
}

Exchange RtuConnection::run(const Request& request, Duration timeout) {
    if (request.manner.procedure->kind == Procedure::Kind::fifo)
        return read_fifo(*this, request, timeout);
    const Question question = procedure_question(request);
    const auto answer = exchange(question, timeout);
    if (!answer)
        return answer.error();
    if (answer->refused)
        return Refusal{answer->frame[2]};
    return payload_block(request, question, answer->frame);
}

Exchange RtuConnection::write(const Write& write, Duration timeout) {
    const auto answer = exchange(write_question(write), timeout);
    if (!answer)
        return answer.error();
    return answer->refused ? Exchange{Refusal{answer->frame[2]}} : Exchange{Written{}};
}

TimePoint RtuConnection::not_before(std::uint8_t unit) const {
    const auto known = units_.find(unit);
    return known == units_.end() ? TimePoint::min() : known->second.not_before;
}

Result<RtuConnection::Answer, Broken> RtuConnection::exchange(const Question& question, Duration timeout) {
    if (auto broken = settle(question, timeout))
        return Err{*std::move(broken)};
    if (const auto end = stream_->send(question.bytes))
        return Err{ended(*end)};
    const TimePoint sent = stream_->now() + wire_.bytes(question.bytes.size());
    last_activity_ = sent;
    return listen(question, sent, timeout);
}

/// Waits until the line is silent and no late answer can come, and drops what arrives meanwhile.
std::optional<Broken> RtuConnection::settle(const Question& question, Duration timeout) {
    const TimePoint free = not_before(question.bytes.front());
    const TimePoint latest = std::max(stream_->now(), free) + timeout;
    const Duration silence = wary_ > 0 ? std::max(quiet_gap_, wire_.silence) : wire_.silence;
    size_ = 0;
    for (;;) {
        if (const auto end = receive())
            return ended(*end);
        const TimePoint now = stream_->now();
        // With a frame of this unit the late answer has come.
        const bool is_free = now >= free || has_frame_of(question.unit, bytes());
        const TimePoint ready = std::max(last_activity_ + silence, is_free ? TimePoint::min() : free);
        if (now >= ready)
            break;
        if (now >= latest) {
            drop(hear_nothing(bytes()));
            return failed(Absence::garbled, "the line is never silent");
        }
        if (size_ == bytes_.size()) {
            drop(hear_nothing(bytes()));
            size_ = 0;
        }
        if (ready - now > silence)
            stream_->wait(std::min(ready, latest));
        else
            stream_->sleep(std::min(ready, latest));
    }
    drop(hear_nothing(bytes()));
    size_ = 0;
    wary_ -= wary_ > 0 ? 1 : 0;
    return std::nullopt;
}

Result<RtuConnection::Answer, Broken> RtuConnection::listen(const Question& question, TimePoint sent,
                                                            Duration timeout) {
    const TimePoint deadline = sent + timeout;
    const std::size_t expected = question.answer.size + question.likely_data +
                                 (question.acknowledgement ? question.acknowledgement->size : 0);
    const Unit& unit = units_[question.bytes.front()];
    const Duration turnaround = unit.turnaround.value_or(Duration{});
    const TimePoint whole = std::min(deadline, sent + turnaround + wire_.bytes(expected));
    const TimePoint begun = std::min(deadline, sent + patience(unit).value_or(timeout));
    if (begun < whole) {
        stream_->sleep(begun);
        if (const auto end = receive())
            return Err{ended(*end)};
        if (size_ == 0)
            return Err{given_up(question, sent, timeout)};
    }
    stream_->sleep(whole);
    for (bool early = false;; early = true) {
        const std::size_t before = size_;
        if (const auto end = receive())
            return Err{ended(*end)};
        const TimePoint now = stream_->now();
        Hearing hearing = hear(bytes(), question, hears_itself_);
        if (hearing.answer)
            return heard(question, std::move(hearing), sent, early);
        const TimePoint quiet = last_activity_ + quiet_gap_;
        if (now >= deadline || size_ == bytes_.size() || (hearing.is_begun && now >= quiet))
            return Err{not_heard(question, hearing, timeout)};
        if (size_ == 0 && now >= begun)
            return Err{given_up(question, sent, timeout)};
        if (hearing.missing != 0 && size_ != before && wire_.byte_time.count() != 0)
            stream_->sleep(std::min(deadline, now + wire_.bytes(hearing.missing)));
        else
            stream_->wait(hearing.is_begun ? std::min(deadline, quiet) : size_ == 0 ? begun : deadline);
    }
}

Result<RtuConnection::Answer, Broken> RtuConnection::heard(const Question& question, Hearing hearing,
                                                           TimePoint sent, bool early) {
    drop(hearing.dropped);
    if (hearing.dropped.echo > 0)
        hears_itself_ = true;
    if (hearing.twice)
        return Err{failed(Absence::garbled, "two answers to one request")};
    ++counters_->answers;
    Unit& unit = units_[question.bytes.front()];
    unit.not_before = TimePoint::min();
    unit.was_lost = false;
    if (!hearing.refused) {
        const Duration bytes_took = wire_.bytes(hearing.end - hearing.answer->begin);
        learn(unit, std::max(stream_->now() - sent - bytes_took, Duration{}), early);
    }
    const auto frame = bytes().subspan(hearing.answer->begin, hearing.answer->size);
    return Answer{{frame.begin(), frame.end()}, hearing.refused};
}

/// What is expected is kept just above what the unit mostly takes, and creeps down until an answer is not all
/// there in time: so a unit that becomes faster is noticed.
void RtuConnection::learn(Unit& unit, Duration turnaround, bool early) {
    turnaround_ = turnaround;
    ++unit.answers;
    unit.longest = std::max(turnaround, unit.longest - unit.longest / 64);
    if (!unit.turnaround)
        unit.turnaround = turnaround;
    else if (early)
        *unit.turnaround += (turnaround - *unit.turnaround) / 2;
    else
        *unit.turnaround -= *unit.turnaround / 256;
}

/// How long the first byte of an answer is waited for; nothing: as long as for all of it.
std::optional<Duration> RtuConnection::patience(const Unit& unit) const {
    constexpr unsigned enough_answers = 16;
    constexpr Duration slack =
        std::chrono::milliseconds{20}; // USB adapters hand over what they have each 16 ms
    if (units_.size() < 2 || unit.answers < enough_answers || unit.was_lost || wire_.byte_time == Duration{})
        return std::nullopt;
    return 2 * unit.longest + slack;
}

Broken RtuConnection::given_up(const Question& question, TimePoint sent, Duration timeout) {
    Unit& unit = units_[question.bytes.front()];
    unit.was_lost = true;
    unit.not_before = sent + timeout; // its answer may come until then; the others are asked meanwhile
    return failed(Absence::timeout, "no answer within " + retrocan::to_text(stream_->now() - sent) +
                                        ", where it took " + retrocan::to_text(unit.longest) + " before");
}

Broken RtuConnection::not_heard(const Question& question, const Hearing& hearing, Duration timeout) {
    drop(hearing.dropped);
    if (hearing.dropped.echo > 0)
        hears_itself_ = true;
    if (hearing.is_begun) // the unit has answered: nothing more comes from it
        return failed(Absence::garbled, hearing.wrong);
    units_[question.bytes.front()].was_lost = true;
    units_[question.bytes.front()].not_before = stream_->now() + std::min(timeout, longest_wait);
    const std::string late = "no answer within " + retrocan::to_text(timeout);
    if (!hearing.wrong.empty())
        return failed(Absence::garbled, hearing.wrong + ", and " + late);
    if (hearing.other_unit)
        return failed(Absence::garbled, "an answer of unit " + std::to_string(*hearing.other_unit) +
                                            " instead of unit " + std::to_string(question.unit) + ", " +
                                            late);
    std::string seen;
    if (hearing.dropped.echo > 0)
        seen = "only the request itself came back";
    if (hearing.dropped.stray > 0)
        seen += (seen.empty() ? "" : " and ") + count(hearing.dropped.stray, "stray byte", "stray bytes");
    return failed(Absence::timeout, seen.empty() ? late : seen + ", " + late);
}

void RtuConnection::drop(const Counters& dropped) {
    counters_->add(dropped);
    if (dropped.late > 0)
        wary_ = wary_requests;
}

/// Appends what has arrived to what was heard.
std::optional<StreamEnd> RtuConnection::receive() {
    while (size_ < bytes_.size()) {
        const auto got = stream_->receive(std::span{bytes_}.subspan(size_));
        if (!got)
            return got.error();
        if (*got == 0)
            break;
        size_ += *got;
        last_activity_ = stream_->now();
    }
    return std::nullopt;
}

} // namespace retrocan::modbus
