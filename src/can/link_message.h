// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/interface_wish.h"

#include <cstddef>
#include <span>

namespace retrocan::can {

/// What rtnetlink tells of a link (the attributes behind `ifinfomsg`), taken apart; `flags` are those of
/// `ifinfomsg`. Attributes that are cut short or unknown are left out; it never reads past the end. Name and
/// kind are not set, since only the link's own kind is in the message: see `driver`.
struct LinkMessage {
    InterfaceState state;
    std::string driver; ///< IFLA_INFO_KIND: "can", "vcan"; empty if the driver says none
};
LinkMessage parse_link_message(unsigned flags, std::span<const std::byte> attributes);

} // namespace retrocan::can
