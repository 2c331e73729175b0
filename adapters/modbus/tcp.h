// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace retrocan::modbus {

/// Modbus TCP at a host and port.
///
/// Transactions are counted on from one connection to the next: a gateway may give the late answer of a
/// serial device to whoever asks next, and it must not pass for the answer to the same request made again.
/// The count begins anywhere, so that the same holds after a restart of the program.
class TcpEndpoint : public Endpoint {
public:
    /// `last_transaction`: the one before the first.
    TcpEndpoint(std::string name, std::string host, std::uint16_t port,
                std::uint16_t last_transaction = any_transaction())
        : name_{std::move(name)}
        , host_{std::move(host)}
        , port_{port}
        , last_transaction_{std::make_shared<std::uint16_t>(last_transaction)} {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) override;
    /// Bytes cost nothing, a round trip counts.
    [[nodiscard]] Wire wire() const override { return tcp_wire; }
    [[nodiscard]] Counters counters() const override { return *counters_; }

private:
    static std::uint16_t any_transaction();

    std::string name_;
    std::string host_;
    std::uint16_t port_;
    // Shared with the connections.
    std::shared_ptr<std::uint16_t> last_transaction_;
    std::shared_ptr<Counters> counters_{std::make_shared<Counters>()};
};

} // namespace retrocan::modbus
