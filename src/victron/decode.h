// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "victron/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace retrocan::victron {

/// The message that a frame is: nullptr for other identifiers, extended, remote and error frames.
const Message* message_of(const CanFrame& frame);

/// One field as people read it.
struct DecodedField {
    std::string_view name;
    std::int64_t raw{}; ///< as on the bus; 0 for texts
    std::string text;   ///< "56.8 V", "online", "BYD", "not supported"
};

/// The fields of a frame of the protocol, in the order of the table; empty for any other frame. Frames may be
/// short: a field that is not wholly there is left out, a text is what there is of it.
std::vector<DecodedField> decode(const CanFrame& frame);

/// Puts what a frame says into `values`. What the frame marks as not supported becomes absent; what it does
/// not carry stays as it is. Texts of two parts need both frames, the first one first.
void decode_into(const CanFrame& frame, Values& values);

} // namespace retrocan::victron
