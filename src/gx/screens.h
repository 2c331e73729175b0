// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/receiver.h"

#include <string>
#include <string_view>
#include <vector>

namespace retrocan::gx {

/// A line of a menu.
struct Row {
    std::string_view label;
    std::string value;
    bool measured{}; ///< changes all the time: a measurement
};

/// A menu of a GX device.
struct Screen {
    std::string_view title;
    std::vector<Row> rows;
};

/// The menus in which a GX device shows a battery: device list, battery, details, alarms, device, parameters
/// (chapters 5 and 6). "--" stands for what is not there, and for everything of a battery that is lost.
std::vector<Screen> screens(const Receiver& receiver);

/// The name that a GX device gives to the battery (chapter 4, Q2).
std::string product_name(const Receiver& receiver);

} // namespace retrocan::gx
