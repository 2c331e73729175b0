// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"
#include "can/link_name.h"
#include "core/result.h"
#include "drill/steps.h"

#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace retrocan::cli {

/// A drill at the cabinet: the daemon runs as it is installed, a person does what is asked and says when, and
/// we listen on the interface beside it. Nothing is sent.
class LiveStage final : public drill::Stage {
public:
    /// The error is for people.
    static Result<std::unique_ptr<LiveStage>, std::string> make(const can::LinkName& link);

    [[nodiscard]] TimePoint now() const override { return BootClock::now(); }
    [[nodiscard]] const drill::BusEar& ear() const override { return ear_; }
    bool wait(const std::function<bool()>& condition, Duration limit) override;
    drill::Deed perform(drill::Act act) override;
    [[nodiscard]] Duration slack() const override;
    [[nodiscard]] bool hears_wire() const override { return hears_wire_; }

    /// Standard input has ended, or Ctrl-C was pressed: nothing more is to be done.
    [[nodiscard]] bool given_up() const { return given_up_; }

private:
    LiveStage();
    void listen_for(Duration time);
    std::optional<std::string> answer();

    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
    std::unique_ptr<can::Link> link_;
    drill::BusEar ear_;
    bool hears_wire_{true};
    bool given_up_{};
};

} // namespace retrocan::cli
