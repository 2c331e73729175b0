// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace retrocan::modbus {

/// Why a stream gives and takes nothing any more.
struct StreamEnd {
    bool closed{};    ///< by the other side, as a TCP server may do at any time; else it is lost
    std::string text; ///< for people: "the port is gone: Input/output error"
};

/// Bytes to and from a line, and the time that goes with them. Of one thread.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    /// Sends all of `bytes`, or says why not.
    virtual std::optional<StreamEnd> send(std::span<const std::uint8_t> bytes) = 0;
    /// What has arrived: as many bytes as `into` takes, 0 if there is none. Does not wait.
    virtual Result<std::size_t, StreamEnd> receive(std::span<std::uint8_t> into) = 0;
    /// The other side has closed it: nothing can be asked any more.
    [[nodiscard]] virtual bool is_closed() const = 0;

    [[nodiscard]] virtual TimePoint now() const = 0;
    /// Whatever arrives meanwhile.
    virtual void sleep(TimePoint until) = 0;
    /// Until something has arrived, or the stream has ended.
    virtual void wait(TimePoint until) = 0;
};

} // namespace retrocan::modbus
