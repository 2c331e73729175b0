// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <cstdint>
#include <string>

namespace retrocan::modbus {

/// Modbus TCP at a host and port.
class TcpEndpoint : public Endpoint {
public:
    TcpEndpoint(std::string name, std::string host, std::uint16_t port)
        : name_{std::move(name)}, host_{std::move(host)}, port_{port} {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) override;

private:
    std::string name_;
    std::string host_;
    std::uint16_t port_;
};

} // namespace retrocan::modbus
