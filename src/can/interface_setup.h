// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/interface_wish.h"

#include <functional>
#include <optional>
#include <string>

namespace retrocan::can {

/// How the kernel says a CAN interface is set. Nothing if there is none of this name. Needs no rights.
std::optional<InterfaceState> interface_state(const std::string& name);

/// Sets an interface as wished and takes it up: only what differs, and one that works as wished is never
/// taken down (its error reporting alone is no reason). `say` is told each deviation and each step, as the
/// command that does the same. Needs CAP_NET_ADMIN if anything differs;
/// without it, what does no harm now is said and left. Waits for the driver (milliseconds; a
/// USB adapter that hangs may take a second). Why it cannot be used, as a sentence with what to do, without
/// the interface's name; nothing if it can.
std::optional<std::string> set_up_interface(const std::string& name, const InterfaceWish& wish,
                                            const std::function<void(const std::string&)>& say);

/// How to give a process the right, as the end of a sentence.
std::string needs_capability();

} // namespace retrocan::can
