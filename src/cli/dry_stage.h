// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/child_process.h"
#include "cli/dry_configuration.h"
#include "drill/steps.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::cli {

/// A drill without a cabinet: the batteries of the configuration are simulated by programs of their own, the
/// daemon is the real one, and the bus is a pipe between it and us. Everything happens to real processes:
/// what is pulled stops answering, what is stopped gets its signal.
class DryStage final : public drill::Stage {
public:
    /// Starts everything. Throws std::runtime_error with what a user can do about it.
    explicit DryStage(std::filesystem::path configuration);
    ~DryStage() override;
    DryStage(const DryStage&) = delete;
    DryStage& operator=(const DryStage&) = delete;

    [[nodiscard]] TimePoint now() const override { return BootClock::now(); }
    [[nodiscard]] const drill::BusEar& ear() const override { return ear_; }
    bool wait(const std::function<bool()>& condition, Duration limit) override;
    drill::Deed perform(drill::Act act) override;
    [[nodiscard]] Duration slack() const override;
    [[nodiscard]] bool hears_wire() const override { return true; }

    /// SIGINT or SIGTERM came: nothing more is waited for.
    [[nodiscard]] static bool given_up();
    /// What the daemon has logged since it was started last.
    [[nodiscard]] std::string log() const { return daemon_ ? daemon_->errors() : ""; }

private:
    struct Battery {
        DryBattery what;
        std::uint16_t port{};
        std::unique_ptr<ChildProcess> process;
    };

    void start_broker();
    void start(Battery& battery);
    void start_daemon();
    void open_bus();
    void close_bus();
    void listen();
    void signal_batteries(int number);
    std::string ask(Battery& battery, const std::string& line);
    drill::Deed raise_alarm();

    std::filesystem::path configuration_;
    TemporaryFolder folder_;
    std::uint16_t broker_port_{};
    std::unique_ptr<ChildProcess> broker_;
    std::vector<Battery> batteries_;
    std::unique_ptr<ChildProcess> daemon_;
    int bus_{-1};
    std::string rest_; ///< the beginning of a line that is not whole yet
    std::string alarm_;
    drill::BusEar ear_;
};

} // namespace retrocan::cli
