// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace retrocan::modbus {

/// Serial frames through a TCP connection, as serial servers pass them on unchanged.
class RtuTcpEndpoint : public Endpoint {
public:
    RtuTcpEndpoint(std::string name, std::string host, std::uint16_t port)
        : name_{std::move(name)}, host_{std::move(host)}, port_{port} {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) override;
    /// The line behind the server is not known: its bytes cost nothing, and it keeps its silences itself.
    [[nodiscard]] Wire wire() const override { return rtu_tcp_wire; }
    [[nodiscard]] Counters counters() const override { return *counters_; }

private:
    std::string name_;
    std::string host_;
    std::uint16_t port_;
    std::shared_ptr<Counters> counters_{std::make_shared<Counters>()}; ///< shared with the connections
};

} // namespace retrocan::modbus
