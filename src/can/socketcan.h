// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"
#include "core/time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace retrocan::can {

struct SocketCanOptions {
    /// The standard identifiers to receive, those that are sent among them (else their echo would not be
    /// seen); the kernel drops all others. Empty: everything on the bus is received, and every
    /// error frame reported.
    std::vector<std::uint32_t> identifiers{};

    /// A frame whose echo takes longer is stuck. A full set of other nodes' frames may come first; 100 ms
    /// hold 400 of them.
    Duration confirm_within{std::chrono::milliseconds{100}};

    /// Drop a stuck frame by taking the interface down and up (needs CAP_NET_ADMIN): it would go out whenever
    /// the bus works again, however old it is. After that nothing is written for 1 s; if the next frame is
    /// stuck as well for 2 s, and so on to 30 s, or until another node is heard.
    bool may_reset{true};

    /// Called with the interface's name when it is seen for the first time, and when another one has taken
    /// the name (an adapter was plugged in again): sets it up. Why it cannot be used, without its name, and
    /// then it is called again, after 1 s, 2 s, and so on to 30 s; or nothing.
    std::function<std::optional<std::string>(const std::string&)> prepare{};
};

/// A link to a network interface (can0, vcan0), which need not be there yet: it is looked for by its name,
/// every 250 ms, and again when it went away, came back with another index or was renamed.
std::unique_ptr<Link> make_socketcan(boost::asio::io_context& io, const std::string& interface,
                                     SocketCanOptions options);

} // namespace retrocan::can
