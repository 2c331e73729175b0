// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::can {

/// How a CAN interface is set, as far as the kernel tells it.
struct InterfaceState {
    enum class Kind : std::uint8_t {
        controller, ///< hardware with a CAN controller
        serial,     ///< slcan: an adapter on a serial line
        only_here,  ///< vcan: a bus of this machine, without bits and their rate
    };
    std::string name;
    Kind kind{Kind::controller};
    bool up{};
    std::optional<std::uint32_t> bit_rate{};   ///< bit/s; 0: none is set here yet
    std::optional<std::uint32_t> restart_ms{}; ///< 0: it stays bus-off until somebody takes it down and up
    std::optional<std::uint32_t> queue{};      ///< frames that may wait for the controller
    bool listen_only{};                        ///< sends nothing, no acknowledgements either
    bool loopback{};                           ///< hears nothing but itself
    bool one_shot{};                           ///< a frame that is disturbed is not repeated
    bool reports_errors{};                     ///< tells each disturbed frame
    bool can_report_errors{};                  ///< known of the controller by kernels from 5.17
};

/// How it should be. Settings that the owner left open are only replaced where they do harm.
struct InterfaceWish {
    std::uint32_t bit_rate{500'000};           ///< bit/s: that of the profile which the GX is set to
    std::optional<std::uint32_t> restart_ms{}; ///< left open: any; 100 where there is none
    std::optional<std::uint32_t> queue{};      ///< left open: up to 100; else 10
};

/// One change of an interface, in the order in which they have to be made.
struct Step {
    enum class What : std::uint8_t {
        stop,
        bit_rate,
        listen_only, ///< off; so the next two
        loopback,
        one_shot,
        restart_ms,
        report_errors, ///< on
        queue,
        start,
    } what;
    std::uint32_t value{};

    friend auto operator<=>(const Step&, const Step&) = default;
};

/// What is not as it should be.
struct Deviation {
    std::string is;     ///< "the bit rate is 250000"
    std::string should; ///< "500000"
    std::string why;    ///< what it does, as a sentence without its full stop
    Step step;          ///< that mends it
    bool grave{}; ///< with this nothing gets over the bus, or the bus is disturbed; else it may fail one day
};

/// As near as a controller comes whose clock does not divide to the very rate (0.5 %).
bool same_rate(std::uint32_t is, std::uint32_t wish);

/// How a GX calls its profile of a bit rate, in quotes; that of 500 kbit/s if it is not known.
std::string gx_profile(std::optional<std::uint32_t> bit_rate);

/// All that deviates, the worst first. Pure.
std::vector<Deviation> judge(const InterfaceState& state, const InterfaceWish& wish);

/// What has to be done about them: the fewest steps, with a stop and a start around them where the controller
/// takes a setting only while it is stopped. An interface that was down and should stay so is not started.
std::vector<Step> steps_for(const InterfaceState& state, const std::vector<Deviation>& deviations);

/// The same as commands for a shell, one a line, as root. Steps that ip takes together stand together.
std::vector<std::string> to_commands(const std::string& name, const std::vector<Step>& steps);
std::string to_command(const std::string& name, Step step);

/// "ip link set can0 down; ip link set can0 up".
std::string one_line(const std::vector<std::string>& commands);

/// What cannot be seen of this kind of interface, and who knows it; nothing where all is seen.
std::optional<std::string> unseen(const InterfaceState& state);

/// For people: each deviation, the commands that mend them all, and what cannot be seen.
std::vector<std::string> setup_report(const InterfaceState& state, const InterfaceWish& wish);

/// "the bit rate is 250000 bit/s; expected 500000: with a rate ...", without the interface's name.
std::string to_text(const Deviation& deviation);

} // namespace retrocan::can
