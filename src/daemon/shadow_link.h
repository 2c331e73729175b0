// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace retrocan::daemon {

/// Stands where the bus would be: everything is computed and shown on the screen, nothing leaves.
class ShadowLink final : public can::Link {
public:
    explicit ShadowLink(boost::asio::io_context& io) : io_{io} {}

    void start(can::Listener listener) override {
        boost::asio::post(io_, [listener = std::move(listener)] {
            listener({.kind = can::Event::Kind::up,
                      .at = BootClock::now(),
                      .frame = {},
                      .text = "shadow: nothing is sent"});
        });
    }
    can::WriteResult write(const CanFrame&) override {
        ++counters_.written;
        ++counters_.confirmed;
        return can::WriteResult::written;
    }
    [[nodiscard]] bool unconfirmed() const override { return false; }
    [[nodiscard]] const can::Counters& counters() const override { return counters_; }
    [[nodiscard]] std::string name() const override { return "shadow"; }
    [[nodiscard]] bool hears() const override { return false; }

private:
    boost::asio::io_context& io_;
    can::Counters counters_;
};

} // namespace retrocan::daemon
