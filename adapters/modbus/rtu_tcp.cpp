// SPDX-License-Identifier: Apache-2.0
#include "rtu_tcp.h"

#include "descriptor_stream.h"
#include "frame.h"
#include "rtu.h"
#include "socket.h"

#include <chrono>

namespace retrocan::modbus {

Result<std::unique_ptr<Connection>, std::string> RtuTcpEndpoint::open(Duration timeout) {
    auto socket = connect_tcp(host_, port_, timeout);
    if (!socket)
        return Err{socket.error()};
    // A serial server, or its radio, may pass on an answer in several pieces.
    constexpr Duration quiet_gap = std::chrono::milliseconds{200};
    return std::unique_ptr<Connection>{std::make_unique<RtuConnection>(
        std::make_unique<DescriptorStream>(std::move(socket).value(), DescriptorStream::Kind::socket, name_),
        wire(), quiet_gap, counters_)};
}

} // namespace retrocan::modbus
