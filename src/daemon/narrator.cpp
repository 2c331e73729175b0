// SPDX-License-Identifier: Apache-2.0
#include "daemon/narrator.h"

#include "core/unit.h"

#include <utility>

#include <spdlog/spdlog.h>

namespace retrocan::daemon {

namespace {

constexpr Duration limit_pause = std::chrono::seconds{10};

/// "soc: 655 % is outside .." -> "soc": an objection whose number changes is still the same one.
std::string subject(const std::string& objection) {
    return objection.substr(0, objection.find(':'));
}

/// A reason whose numbers change is still the same one.
std::string without_numbers(std::string text) {
    std::erase_if(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    return text;
}

} // namespace

Narrator::Narrator(std::vector<std::string> batteries, OnStale on_stale, std::string bus)
    : on_stale_{on_stale}, bus_{std::move(bus)} {
    system_.name = batteries.size() == 1 ? batteries.front() : "bank";
    for (std::string& name : batteries)
        batteries_.push_back({.name = std::move(name)});
}

void Narrator::look(const Bridge& bridge, TimePoint now) {
    const bool alone = batteries_.size() == 1;
    for (std::size_t i = 0; i < batteries_.size(); ++i) {
        const policy::Pack& pack = bridge.pack(i);
        look_at_state(batteries_[i], pack.state(), pack.reason(), alone);
        look_at_objections(batteries_[i], pack.objections(), "not plausible: ");
    }
    if (!alone)
        look_at_state(system_, bridge.view().state, bridge.view().reason, true);
    std::vector<std::string> warnings = bridge.view().objections;
    warnings.insert(warnings.end(), bridge.system().warnings().begin(), bridge.system().warnings().end());
    look_at_objections(system_, warnings, "");
    const std::string& silence = bridge.system().must_be_silent();
    if (silenced_ != !silence.empty()) {
        silenced_ = !silence.empty();
        if (silenced_)
            spdlog::critical("{}: nothing is sent any more: {}", system_.name, silence);
        else if (bridge.view().state == policy::PackState::running)
            spdlog::info("{}: it is sent again: nothing is charged any more", system_.name);
    }
    look_at_limits(bridge, now);
    look_at_bus(bridge);
    if (!bus_.empty())
        look_at_gx(bridge.gx(), bridge.bus_is_up(), now);
}

/// `stops`: when this one is stale, nothing is sent.
void Narrator::look_at_state(Told& told, policy::PackState state, const std::string& reason, bool stops) {
    if (told.state == state && without_numbers(told.reason) == without_numbers(reason))
        return;
    const bool changed = told.state != state;
    told.state = state;
    told.reason = reason;
    if (!changed) {
        spdlog::info("{}: still {}: {}", told.name, policy::to_text(state), reason);
        return;
    }
    if (state != policy::PackState::stale) {
        spdlog::info("{}: {}: {}", told.name, policy::to_text(state), reason);
        return;
    }
    const char* effect = !stops                        ? ""
                         : on_stale_ == OnStale::alarm ? "; only names and an internal alarm are sent"
                                                       : "; nothing is sent";
    spdlog::error("{}: {}: {}{}{}", told.name, policy::to_text(state), reason,
                  told.news.empty() ? "" : " (" + told.news + ")", effect);
}

void Narrator::look_at_objections(Told& told, const std::vector<std::string>& objections, const char* what) {
    std::set<std::string> now;
    for (const std::string& objection : objections) {
        if (!told.objections.contains(subject(objection)))
            spdlog::warn("{}: {}{}", told.name, what, objection);
        now.insert(subject(objection));
    }
    told.objections = std::move(now);
}

void Narrator::look_at_limits(const Bridge& bridge, TimePoint now) {
    const auto& limits = bridge.system().limits();
    if (!limits) {
        limits_ = {};
        phase_.reset();
        return;
    }
    look_at_limit(0, "CVL", limits->cvl, now);
    look_at_limit(1, "CCL", limits->ccl, now);
    look_at_limit(2, "DCL", limits->dcl, now);
    if (bridge.system().has_phases() && phase_ != bridge.system().phase()) {
        phase_ = bridge.system().phase();
        spdlog::info("{}: charge phase {}", system_.name, policy::to_text(*phase_));
    }
}

/// Another limiter has won. One that wins and loses again and again is not told more than each ten seconds.
template <class Q>
void Narrator::look_at_limit(std::size_t which, const char* name, const policy::Limit<Q>& limit,
                             TimePoint now) {
    ToldLimit& told = limits_[which];
    const bool zero = limit.value == Q{};
    const bool swings = !told.limiter.empty() && now - told.at < limit_pause;
    if (told.zero == zero && (told.limiter == limit.reason.limiter || swings))
        return;
    told = {std::string{limit.reason.limiter}, zero, now};
    spdlog::info("{}: {} {} by {}: {}", system_.name, name, to_text(limit.value), limit.reason.limiter,
                 limit.reason.input);
}

void Narrator::look_at_bus(const Bridge& bridge) {
    if (hearing_ != bridge.hearing()) {
        hearing_ = bridge.hearing();
        if (hearing_ == Hearing::listening)
            spdlog::info("{}: listening on the bus for 2 s before the first frame", system_.name);
        if (hearing_ == Hearing::foreign)
            spdlog::error("{}: silent because somebody else sends as a battery on this bus, until that has "
                          "ceased for 30 s",
                          system_.name);
        if (hearing_ == Hearing::clear)
            spdlog::info("{}: nobody else sends as a battery on the bus", system_.name);
    }
    if (refused_ != bridge.refused()) {
        refused_ = bridge.refused();
        spdlog::critical("{}: a limit outside the envelope was held back ({} so far): please report this",
                         system_.name, refused_);
    }
}

void Narrator::look_at_gx(const GxWatch& gx, bool bus_is_up, TimePoint now) {
    const bool may_silence = gx.policy().on_lost == OnGxLost::silent;
    if (gx.missed() && !std::exchange(gx_missed_, true))
        spdlog::info(
            "GX: none heard on {} for a minute (no 0x305). If a Victron GX should be there: is the cable in "
            "its BMS-Can or VE.Can port, with a terminator at both ends, and is the CAN profile of that port "
            "{}? Other systems may never send it",
            bus_, can::gx_profile(bit_rate_));
    if (gx_ != gx.state()) {
        const GxState before = std::exchange(gx_, gx.state());
        if (gx_ == GxState::lost) {
            gx_left_ = gx.heard_at().value_or(now);
            spdlog::warn("GX: not heard on {} for {} s: {}", bus_, (now - gx_left_) / std::chrono::seconds{1},
                         !bus_is_up    ? "it is off, or the bus does not work; nothing is sent either"
                         : may_silence ? "if it stays away for " + to_text(gx.policy().lost_after) +
                                             ", nothing is sent until it is back"
                                       : "sending goes on");
        } else if (before == GxState::lost) {
            spdlog::info("GX: heard again on {} after {} s (lost {} times so far){}", bus_,
                         (now - gx_left_) / std::chrono::seconds{1}, gx.losses(),
                         gx_silent_ ? "; sending goes on" : "");
        } else {
            spdlog::info("GX: heard on {} (0x305)", bus_);
        }
    }
    if (gx_silent_ != gx.must_be_silent()) {
        gx_silent_ = gx.must_be_silent();
        if (gx_silent_)
            spdlog::error(
                "GX: away for {}: nothing is sent until it is heard again (gx.on_lost = \"silent\")",
                to_text(gx.policy().lost_after));
        else if (gx.state() == GxState::lost)
            spdlog::info("GX: {} was down: sending goes on, until the GX has not been heard for {} more",
                         bus_, to_text(gx.policy().lost_after));
    }
}

void Narrator::source(std::size_t battery, const adapter::LinkNews& news) {
    using State = adapter::LinkNews::State;
    Told& told = batteries_[battery];
    told.news = news.state == State::connected || news.state == State::answering ? "" : news.text;
    if (told.news.empty())
        spdlog::info("{}: {}", told.name, news.text);
    else
        spdlog::warn("{}: {}", told.name, news.text);
}

/// What bus_state() tells with more knowledge is left out.
void Narrator::bus(const can::Event& event) {
    using Kind = can::Event::Kind;
    switch (event.kind) {
    case Kind::frame:
    case Kind::confirmed:
    case Kind::bus_off:
    case Kind::nobody_acknowledges:
        return;
    case Kind::error_frame:
        spdlog::debug("{}", event.text);
        return;
    case Kind::up:
    case Kind::bus_back:
    case Kind::unstuck:
        spdlog::info("{}", event.text);
        return;
    case Kind::down:
    case Kind::stuck:
        spdlog::error("{}", event.text);
        return;
    }
}

void Narrator::bus_state(const can::BusHealth& health) {
    using State = can::BusState;
    const State before = std::exchange(bus_state_, health.state());
    bit_rate_ = health.bit_rate();
    switch (health.state()) {
    case State::starting:
    case State::interface_down: // the link has said it
        return;
    case State::working:
        if (before != State::starting && before != State::interface_down)
            spdlog::info("{}: the bus works again, after {}", bus_, can::to_text(before));
        return;
    case State::error_passive:
    case State::overrun:
    case State::disturbed:
    case State::busy:
        spdlog::warn("{}", health.text());
        return;
    case State::bus_off:
    case State::wrong_bit_rate:
    case State::unacknowledged:
    case State::stuck:
        spdlog::error("{}", health.text());
        return;
    }
}

void Narrator::foreign(ForeignWatch& others, Hearing hearing, TimePoint now) const {
    const auto news = others.news(now);
    if (!news)
        return;
    if (news->ended) {
        spdlog::info("{}: the other sender of our frames has been silent for 30 s", bus_);
        return;
    }
    const char* effect = hearing == Hearing::foreign ? "Nothing is sent until it has been silent for 30 s."
                                                     : "The GX gets the values and limits of two!";
    if (news->on_the_bus)
        spdlog::error("{}: another battery sends on this bus: in {} s {}. {} Disconnect one of them", bus_,
                      news->seconds, news->identifiers, effect);
    else
        spdlog::error(
            "{}: another program on this machine sends on {} too: in {} s {}. {} Is retrocan running "
            "twice, or the service of another battery? Stop one of them",
            bus_, bus_, news->seconds, news->identifiers, effect);
}

} // namespace retrocan::daemon
