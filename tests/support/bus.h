// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace retrocan::support {

struct Seen {
    TimePoint at;
    CanFrame frame;
};

/// The other end of the wire: what the daemon under test has sent.
class Bus {
public:
    virtual ~Bus() = default;
    /// What the daemon is told to send to: "can0", "log:PATH".
    [[nodiscard]] virtual std::string link() const = 0;
    /// All frames so far.
    [[nodiscard]] virtual std::vector<Seen> frames() = 0;
};

/// In the VM the wire between can0 and can1 ($RETROCAN_TEST_BUS is "can0:can1", the daemon's end first),
/// anywhere else a candump log in `folder`.
std::unique_ptr<Bus> make_bus(const std::filesystem::path& folder);

/// Those of one identifier.
std::vector<Seen> only(const std::vector<Seen>& frames, std::uint32_t id);

} // namespace retrocan::support
