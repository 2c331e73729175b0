// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"

#include <string>
#include <utility>

namespace retrocan::can {

/// What a link tells its listener: texts begin with the link's name; `up` and `down` are told when they
/// change, and a `down` again when its reason does.
class Reports {
public:
    explicit Reports(std::string name) : name_{std::move(name)} {}

    void tell(Listener listener) { listener_ = std::move(listener); }

    void event(Event::Kind kind, const std::string& text = {}, const CanFrame& frame = {},
               bool this_host = false) const {
        if (listener_)
            listener_({kind, BootClock::now(), frame, text.empty() ? text : name_ + ": " + text, this_host});
    }
    void up() {
        if (std::exchange(up_, true))
            return;
        why_.clear();
        event(Event::Kind::up, "up");
    }
    void down(const std::string& why) {
        if (!up_ && why == why_)
            return;
        up_ = false;
        why_ = why;
        event(Event::Kind::down, why);
    }

    [[nodiscard]] bool is_up() const { return up_; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
    Listener listener_;
    bool up_{};
    std::string why_; ///< of the last `down`
};

} // namespace retrocan::can
