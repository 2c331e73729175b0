// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/interface_wish.h"

#include <optional>
#include <string>

namespace retrocan::can {

/// What the kernel says of a network interface at this moment. Asking takes no lock of the kernel's that a
/// slow driver may hold.
struct Interface {
    int index{}; ///< changes when an adapter is unplugged and comes back; stays when it is renamed
    bool is_can{};
    bool up{};
    bool carrier{}; ///< without it the controller is bus-off; true if it cannot be told
};

/// Nothing if there is no interface of this name. Thread-safe.
std::optional<Interface> find_interface(const std::string& name);

/// Takes it down or up; the bit rate and the other settings stay. Needs CAP_NET_ADMIN. 0, or the errno.
/// Waits for the driver (milliseconds; a USB adapter that hangs may take a second).
int set_interface_up(const std::string& name, bool up);

/// How many frames may wait for the driver. As above; needs no stop.
int set_queue_length(const std::string& name, int frames);

/// It has a controller of its own, unlike vcan and slcan.
bool is_hardware(const std::string& name);

/// What an owner has to do before this interface can be used, as one sentence with the command to enter;
/// nothing if it is good. For checks before the start: a link copes with an interface that comes later.
std::optional<std::string> interface_fault(const std::string& name, const InterfaceWish& wish = {});

/// The same as far as there is nothing that could be set: no such interface, none of CAN, no CAN in the
/// kernel.
std::optional<std::string> interface_lack(const std::string& name);

} // namespace retrocan::can
