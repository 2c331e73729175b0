// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/time.h"

#include <cstdint>
#include <string>
#include <utility>

namespace retrocan::modbus {

/// Owns a file descriptor.
class Socket {
public:
    explicit Socket(int fd) : fd_{fd} {}
    Socket(Socket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Socket();

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

/// Connects to the first address of a host that takes the connection within `timeout` in all; each gets an
/// equal share of the time that is left. The error is the system's word for what went wrong last.
///
/// libmodbus could connect, too; but it spends a whole timeout on each address, says "connection refused"
/// whatever happened, and its select() overruns its stack where a process has more than 1024 open files.
Result<Socket, std::string> connect_tcp(const std::string& host, std::uint16_t port, Duration timeout);

} // namespace retrocan::modbus
