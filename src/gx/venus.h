// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/receiver.h"

#include <string>
#include <string_view>
#include <vector>

namespace retrocan::gx {

/// Something that Venus OS does with this battery, beyond showing it.
struct Note {
    std::string_view topic;
    std::string text;
};

/// From what the battery has said so far: its name, its limits, the identifiers that it uses. From the
/// protocol, and from dvcc.py of victronenergy/dbus-systemcalc-py and the issues of victronenergy/venus.
std::vector<Note> venus_notes(const Receiver& receiver);

} // namespace retrocan::gx
