// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_stream.h"
#include "socket.h"

#include <utility>

namespace retrocan::modbus {

/// The bytes of a serial port or a TCP socket, in the time of this machine.
class DescriptorStream : public ByteStream {
public:
    enum class Kind : std::uint8_t { serial, socket };

    /// `descriptor` does not block. `name` is what messages call a port.
    DescriptorStream(Socket descriptor, Kind kind, std::string name);

    std::optional<StreamEnd> send(std::span<const std::uint8_t> bytes) override;
    Result<std::size_t, StreamEnd> receive(std::span<std::uint8_t> into) override;
    [[nodiscard]] bool is_closed() const override;
    [[nodiscard]] TimePoint now() const override { return BootClock::now(); }
    void sleep(TimePoint until) override;
    void wait(TimePoint until) override;

private:
    [[nodiscard]] StreamEnd end(int error) const;

    Socket descriptor_;
    Kind kind_;
    std::string name_;
};

} // namespace retrocan::modbus
