// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/bus_health.h"
#include "can/link.h"

#include <string>
#include <utility>

namespace retrocan::can {

/// What a link tells its listener: texts begin with the link's name; `up` and `down` are told when they
/// change, and a `down` again when its reason does. What of it says how the bus is goes to its health too.
class Reports {
public:
    explicit Reports(const std::string& name) : name_{name}, health_{name} {}

    void tell(Listener listener) { listener_ = std::move(listener); }

    void event(Event::Kind kind, const std::string& text = {}, const CanFrame& frame = {},
               bool this_host = false) {
        const TimePoint now = BootClock::now();
        if (!this_host)
            tell_health(kind, now);
        if (listener_)
            listener_({kind, now, frame, text.empty() ? text : name_ + ": " + text, this_host});
    }
    void up() {
        if (std::exchange(up_, true))
            return;
        why_.clear();
        health_.up();
        event(Event::Kind::up, "up");
    }
    void down(const std::string& why) {
        health_.down(name_ + ": " + why);
        tell_down(why, false);
    }
    /// Nothing is written for a while, because what was written did not go out and was taken back. The
    /// interface works.
    void rests(const std::string& why) {
        health_.taken_back();
        tell_down(why, true);
    }

    [[nodiscard]] bool is_up() const { return up_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] BusHealth& health() { return health_; }

private:
    void tell_down(const std::string& why, bool rests) {
        if (!up_ && why == why_)
            return;
        up_ = false;
        why_ = why;
        if (listener_)
            listener_({.kind = Event::Kind::down,
                       .at = BootClock::now(),
                       .frame = {},
                       .text = name_ + ": " + why,
                       .this_host = false,
                       .rests = rests});
    }
    void tell_health(Event::Kind kind, TimePoint now) {
        using Kind = Event::Kind;
        if (kind == Kind::frame)
            health_.received(now);
        else if (kind == Kind::confirmed)
            health_.confirmed(now);
        else if (kind == Kind::bus_off)
            health_.bus_off(now);
        else if (kind == Kind::bus_back)
            health_.bus_back(now);
        else if (kind == Kind::stuck)
            health_.stuck();
    }

    std::string name_;
    BusHealth health_;
    Listener listener_;
    bool up_{};
    std::string why_; ///< of the last `down`
};

} // namespace retrocan::can
