// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/modbus_server.h"
#include "support/bus.h"
#include "support/process.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::e2e {

struct Options {
    std::string mapping{"seplos/v3"};
    int unit{1};
    std::string poll{"1 s"};
    std::string stale_after{"2 s"};
    std::string timeout{"500 ms"};
    std::string can{};   ///< more lines of [can]
    std::string extra{}; ///< more lines of [[battery]]
    std::string limits{"cvl_floor = \"51.2 V\"\ncvl_ceiling = \"57.6 V\"\nccl_ceiling = \"200 "
                       "A\"\ndcl_ceiling = \"200 A\"\n"};
};

/// The configuration of a 16-cell battery behind a Modbus TCP server on this machine.
std::string configuration(std::uint16_t port, const std::string& link, const Options& options);

/// The captured registers of a Seplos V3 pack (SG16S200A-SP57B-A: esphome-seplos-bms docs/pdus/v3), all of
/// them under one unit id. Settings and device texts were read through other ids in the capture.
void serve_seplos(simulator::ModbusServer& server, std::uint8_t unit = 1);
/// The captured registers of a JK PB2A16S20P (venus-os_dbus-serialbattery tests/bms/test_jkbms_pb.py, bytes
/// in FC03's order). The server needs an address step of 2.
void serve_jk(simulator::ModbusServer& server, std::uint8_t unit = 3);

/// A battery, the real daemon, and the other end of its bus.
class Rig {
    // First: the server's thread writes into them until it ends.
    support::TemporaryFolder folder_;
    std::atomic<bool> good_{true};
    std::atomic<std::int64_t> last_good_{};
    mutable std::mutex mutex_;
    std::vector<TimePoint> requests_;

public:
    /// Starts the daemon; the battery serves the registers of a Seplos V3 pack.
    explicit Rig(const Options& options = {});

    /// When the last request came that was answered well.
    [[nodiscard]] TimePoint last_good_answer() const { return TimePoint{Duration{last_good_.load()}}; }
    /// When each request came, all of them.
    [[nodiscard]] std::vector<TimePoint> requests() const;
    /// From now on no answer is good, or all are again.
    void fault(const simulator::ModbusFault& fault);
    void heal();

    /// Waits for the next 0x351 after `since`.
    [[nodiscard]] bool sends_within(std::chrono::milliseconds limit, TimePoint since = {});
    [[nodiscard]] std::string log() const { return support::contents(folder_ / "err"); }

    simulator::ModbusServer server;
    std::unique_ptr<support::Bus> bus;
    std::optional<support::Process> daemon;
};

} // namespace retrocan::e2e
