// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/simulate.h"
#include "cli/workbench.h"
#include "core/fault.h"
#include "core/result.h"
#include "core/time.h"
#include "simulator/capture_player.h"
#include "simulator/fault_text.h"
#include "simulator/mapped_battery.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What `retrocan simulate` is made of, whatever the batteries are served over.
namespace retrocan::cli {

/// One battery of those that are simulated.
struct Simulated {
    std::string name; ///< of its mapping, as it was given
    std::unique_ptr<simulator::MappedBattery> battery;
    std::optional<simulator::CapturePlayer> player;
    std::optional<Duration> shown; ///< the time whose values are served
};

/// The batteries and what is wrong with them.
class Simulation {
public:
    explicit Simulation(std::vector<Simulated> batteries)
        : batteries_{std::move(batteries)}, begin_{BootClock::now()} {}
    virtual ~Simulation() = default;
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Where it serves: "127.0.0.1:1502".
    [[nodiscard]] virtual std::string where() const = 0;
    /// Reads a fault as a person writes it.
    [[nodiscard]] virtual Result<simulator::AnyFault, std::string> parse(std::string_view text) const = 0;
    /// What has to be done now; returns when it wants to be called again, at the latest.
    virtual Duration tick() = 0;
    /// Why it cannot go on; empty while it can.
    [[nodiscard]] virtual std::string lost() const { return {}; }
    /// All captures have been played.
    [[nodiscard]] virtual bool ended() const { return false; }

    [[nodiscard]] const std::vector<Simulated>& batteries() const { return batteries_; }
    [[nodiscard]] Duration now() const { return BootClock::now() - begin_; }

    void add(const simulator::AnyFault& fault);
    /// No faults any more, and nothing that was set by hand.
    void heal();
    /// See MappedBattery::set(): of the first battery that takes it.
    Result<std::string, std::string> set(std::string_view name, std::string_view value);

protected:
    /// Another set of faults of the wire.
    virtual void put_in_force(const std::vector<simulator::ModbusFault>& faults) = 0;
    [[nodiscard]] const std::vector<simulator::ModbusFault>& wire_faults() const { return wire_faults_; }

    // NOLINTBEGIN(cppcoreguidelines-non-private-member-variables-in-classes): one thing in two parts
    std::vector<Simulated> batteries_;
    std::mutex mutex_; ///< of the batteries: a server's thread may ask them too
    // NOLINTEND(cppcoreguidelines-non-private-member-variables-in-classes)

private:
    void faults_changed(bool forget);

    TimePoint begin_;
    std::vector<simulator::ValueFault> value_faults_;
    std::vector<simulator::ModbusFault> wire_faults_;
};

/// Tells what is wrong with the arguments.
int wrong(const std::string& message);

/// "10 ms"; nothing if it is no time.
std::optional<Duration> duration_of(const std::string& text);

/// As a configuration has it: "text", 12, true.
std::string value_text(const adapter::Setting& setting);

/// The batteries of the arguments; empty after messages.
std::vector<Simulated> simulated_batteries(const SimulateArguments& arguments, const Workbench& workbench,
                                           Duration day, int& exit_code);

/// What the values of a battery are, for people.
void introduce(const Simulated& one, const std::string& where, const SimulateArguments& arguments);

/// Runs until a signal, `quit` on standard input, or the time ends it. The return value is the exit code.
int serve(Simulation& simulation, const SimulateArguments& arguments);

/// Publishes the batteries to a broker.
int simulate_mqtt(const SimulateArguments& arguments, std::vector<Simulated> batteries);

} // namespace retrocan::cli
