// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace retrocan::bench {

/// Many Modbus TCP devices in one process: each connection to the port is one. Register n of all of them is
/// 3 n + 7. Answers come `delay` after their requests.
class FleetServer {
public:
    FleetServer();
    ~FleetServer();
    FleetServer(const FleetServer&) = delete;
    FleetServer& operator=(const FleetServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Serves until the process is ended.
    [[noreturn]] void serve(std::chrono::milliseconds delay);

private:
    int listener_;
    std::uint16_t port_{};
};

} // namespace retrocan::bench
