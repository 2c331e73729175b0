// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"

#include <string>

namespace retrocan::victron {

/// One line for people: "351 limits: CVL 56.8 V  CCL 100 A  DCL 100 A  discharge 48 V". Of 0x35A it names
/// what is active and counts the rest. Frames that are not of the protocol are said to be so.
std::string describe(const CanFrame& frame);

} // namespace retrocan::victron
