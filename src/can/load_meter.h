// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace retrocan::can {

/// What the kernel has counted on an interface since it was made.
struct Statistics {
    std::uint64_t rx_packets{};
    std::uint64_t rx_bytes{}; ///< of data only
    std::uint64_t rx_errors{};
    std::uint64_t rx_lost{}; ///< overruns, of the controller or of the driver, and what was dropped
    std::uint64_t tx_packets{};
    std::uint64_t tx_bytes{};
    std::uint64_t tx_errors{};
    bool is_hardware{}; ///< a virtual interface counts what is sent as received too
};

/// Of the interface `name`; nothing if there is none. It takes a few system calls and no lock of the kernel's
/// that a slow driver may hold.
std::optional<Statistics> read_statistics(const std::string& name);
/// The same from the text of /proc/net/dev, but whether it is hardware.
std::optional<Statistics> parse_statistics(std::string_view text, const std::string& name);

/// In bit/s, as the interface is set; nothing if it is no hardware, or the kernel does not tell.
std::optional<std::uint32_t> bit_rate_of(const std::string& name);

/// How much of the bus is taken, of the last 5 s, from counted frames and data bytes. An estimate: of the
/// stuffing bits half of the worst case is taken (the truth is within 10 %), and an extended frame, of which
/// the kernel does not tell, counts as a standard one, a sixth too little.
class LoadMeter {
public:
    static constexpr std::uint32_t usual_bit_rate = 500'000;
    static constexpr Duration window = std::chrono::seconds{5};

    void set_bit_rate(std::optional<std::uint32_t> rate) { rate_ = rate.value_or(usual_bit_rate); }
    /// About once a second.
    void take(const Statistics& statistics, TimePoint now);

    struct Load {
        std::uint32_t others_percent{};
        std::uint32_t all_percent{};
        std::uint32_t others_frames{}; ///< in a second
    };
    /// Nothing before two samples, or after the counters began anew.
    [[nodiscard]] std::optional<Load> load() const { return load_; }
    [[nodiscard]] std::uint32_t bit_rate() const { return rate_; }

private:
    struct Sample {
        TimePoint at;
        Statistics statistics;
    };

    std::uint32_t rate_{usual_bit_rate};
    std::array<Sample, 8> samples_{}; ///< the newest is the last
    std::size_t count_{};
    std::optional<Load> load_;
};

} // namespace retrocan::can
