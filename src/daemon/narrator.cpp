// SPDX-License-Identifier: Apache-2.0
#include "daemon/narrator.h"

#include <spdlog/spdlog.h>

namespace retrocan::daemon {

namespace {

constexpr Duration foreign_pause = std::chrono::minutes{1};

/// "soc: 655 % is outside .." -> "soc": an objection whose number changes is still the same one.
std::string subject(const std::string& objection) {
    return objection.substr(0, objection.find(':'));
}

} // namespace

void Narrator::look(const Bridge& bridge) {
    const policy::Pack& pack = bridge.pack();
    if (state_ != pack.state()) {
        state_ = pack.state();
        const std::string_view state = policy::to_text(*state_);
        if (*state_ == policy::PackState::stale)
            spdlog::error("{}: {}: {}{}; {}", battery_, state, pack.reason(),
                          last_news_.empty() ? "" : " (" + last_news_ + ")",
                          on_stale_ == OnStale::alarm ? "only names and an internal alarm are sent"
                                                      : "nothing is sent");
        else
            spdlog::info("{}: {}: {}", battery_, state, pack.reason());
        reason_ = pack.reason();
    } else if (reason_ != pack.reason()) {
        reason_ = pack.reason();
        spdlog::info("{}: still {}: {}", battery_, policy::to_text(*state_), reason_);
    }
    if (hearing_ != bridge.hearing()) {
        hearing_ = bridge.hearing();
        if (hearing_ == Hearing::listening)
            spdlog::info("{}: listening on the bus for 2 s before the first frame", battery_);
        if (hearing_ == Hearing::foreign)
            spdlog::error(
                "{}: another battery sends 0x351 on this bus: nothing is sent until it has been silent for "
                "30 s. Disconnect one of them",
                battery_);
        if (hearing_ == Hearing::clear)
            spdlog::info("{}: no other battery on the bus", battery_);
    }
    if (refused_ != bridge.refused()) {
        refused_ = bridge.refused();
        spdlog::critical("{}: a limit outside the envelope was held back ({} so far): please report this",
                         battery_, refused_);
    }
    look_at_objections(pack);
}

void Narrator::look_at_objections(const policy::Pack& pack) {
    std::set<std::string> now;
    for (const std::string& objection : pack.objections()) {
        if (!objected_.contains(subject(objection)))
            spdlog::warn("{}: not plausible: {}", battery_, objection);
        now.insert(subject(objection));
    }
    objected_ = std::move(now);
}

void Narrator::source(const adapter::LinkNews& news) {
    using State = adapter::LinkNews::State;
    last_news_ = news.state == State::connected || news.state == State::answering ? "" : news.text;
    if (last_news_.empty())
        spdlog::info("{}: {}", battery_, news.text);
    else
        spdlog::warn("{}: {}", battery_, news.text);
}

void Narrator::bus(const can::Event& event) {
    using Kind = can::Event::Kind;
    switch (event.kind) {
    case Kind::frame:
    case Kind::confirmed:
        return;
    case Kind::error_frame:
        if (!event.text.empty())
            spdlog::warn("{}", event.text);
        return;
    case Kind::up:
    case Kind::bus_back:
    case Kind::unstuck:
        spdlog::info("{}", event.text);
        return;
    case Kind::down:
    case Kind::bus_off:
    case Kind::nobody_acknowledges:
    case Kind::stuck:
        spdlog::error("{}", event.text);
        return;
    }
}

void Narrator::foreign_limits(const CanFrame& frame, TimePoint now) {
    if (foreign_said_ && now - *foreign_said_ < foreign_pause)
        return;
    foreign_said_ = now;
    spdlog::error(
        "{}: another battery sends 0x351 on this bus ({}): the GX gets the limits of two. Disconnect one",
        battery_, to_text(frame));
}

} // namespace retrocan::daemon
