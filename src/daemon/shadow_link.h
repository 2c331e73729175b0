// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"

namespace retrocan::daemon {

/// Stands where the bus would be for `run --shadow`: everything is computed and shown, nothing leaves.
class ShadowLink final : public can::Link {
public:
    void start(can::Listener listener) override {
        listener({.kind = can::Event::Kind::up,
                  .at = BootClock::now(),
                  .frame = {},
                  .text = "shadow: nothing is sent"});
    }
    can::WriteResult write(const CanFrame&) override {
        ++counters_.written;
        ++counters_.confirmed;
        return can::WriteResult::written;
    }
    [[nodiscard]] bool unconfirmed() const override { return false; }
    [[nodiscard]] const can::Counters& counters() const override { return counters_; }
    [[nodiscard]] std::string name() const override { return "shadow"; }

private:
    can::Counters counters_;
};

} // namespace retrocan::daemon
