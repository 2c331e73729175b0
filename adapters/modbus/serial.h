// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "line_settings.h"

#include <memory>
#include <string>
#include <utility>

namespace retrocan::modbus {

/// A serial port. Each open() takes what is behind the path then: an adapter that was unplugged may come back
/// as another device. The port is locked, so that no two programs read it.
class SerialEndpoint : public Endpoint {
public:
    explicit SerialEndpoint(SerialPort port) : port_{std::move(port)} {}

    [[nodiscard]] std::string name() const override { return port_.path; }
    [[nodiscard]] Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) override;
    [[nodiscard]] Wire wire() const override { return wire_of(port_); }
    [[nodiscard]] Counters counters() const override { return *counters_; }

private:
    SerialPort port_;
    std::shared_ptr<Counters> counters_{std::make_shared<Counters>()}; ///< shared with the connections
};

} // namespace retrocan::modbus
