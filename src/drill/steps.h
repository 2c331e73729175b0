// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "drill/bus_ear.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::drill {

/// What is done to a system from outside.
enum class Act : std::uint8_t {
    cut_battery,  ///< the cable to the battery, or to what publishes for it
    join_battery, ///< and back
    cut_can,
    join_can,
    stop_process, ///< retrocan itself
    start_process,
    raise_alarm,
    end_alarm,
    all_off, ///< the battery's side without power: battery, machine, adapter
    all_on,
};

struct Deed {
    bool done{};
    TimePoint at{};    ///< when
    TimePoint asked{}; ///< when it was asked for; the same where nobody has to be asked
    std::string note;  ///< what exactly, or why it was not done
};

/// Where a drill takes place: at the cabinet with a person who does what is asked, or in a dry run.
class Stage {
public:
    virtual ~Stage() = default;

    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual const BusEar& ear() const = 0;
    /// Lets time pass until `condition` holds; false if it does not within `limit`.
    virtual bool wait(const std::function<bool()>& condition, Duration limit) = 0;
    /// Has it done, and returns then.
    virtual Deed perform(Act act) = 0;
    /// How much the time of a deed may be wrong: a person's hand.
    [[nodiscard]] virtual Duration slack() const = 0;
    /// Whether what is heard was on the wire. With an adapter that echoes at once it need not have been.
    [[nodiscard]] virtual bool hears_wire() const = 0;
};

struct Settings {
    Duration stale_after{};
    Duration alarm_period{}; ///< between two looks at a battery's alarms, at the longest
    bool alarm_when_stale{}; ///< on_stale = "alarm": names and 0x35A go on
    bool expects_gx{true};
};

enum class Verdict : std::uint8_t { passed, failed, not_done };

/// One thing that had to be seen.
struct Finding {
    std::string expected;
    std::string seen;
    bool good{};
};

struct Result {
    std::string_view step; ///< its id
    Verdict verdict{Verdict::not_done};
    std::vector<Finding> findings;
    std::string note;
};

struct Step {
    std::string_view id;    ///< "battery-cable"
    std::string_view title; ///< "Pull the battery's cable"
    std::string_view why;   ///< what it shows, a sentence
    Result (*run)(Stage& stage, const Settings& settings);
};

/// All of them, in their order.
std::span<const Step> steps();

/// After the machine itself was without power, in a process that was started then: whether 0x351 is there,
/// and how long after the machine's start (where the clock of a TimePoint begins) at the latest.
Result after_black_start(Stage& stage);

/// A GX gives a battery up so long after its last 0x351 (chapter 1.4 of the protocol).
inline constexpr Duration gx_patience = std::chrono::seconds{3};

} // namespace retrocan::drill
