// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "element.h"

#include <span>
#include <string>
#include <vector>

/// The reverse of decoding, for simulators and tests.
namespace retrocan::mqtt {

/// Messages from which decoding makes these readings, as lines of a capture: one for each topic, or several
/// where its documents have different guards. Elements without a value are left out; so is what cannot be
/// written (a text for a number). A document has what its points name: a step that is a number or `*` alone
/// makes an array, with null where nothing is told.
std::vector<std::string> encode_messages(std::span<const Element> elements,
                                         std::span<const adapter::Reading> readings);

} // namespace retrocan::mqtt
