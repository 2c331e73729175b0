// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/bridge.h"

#include <optional>
#include <string>
#include <string_view>

namespace retrocan::daemon {

/// The state of a bridge as a JSON object, so that a recording that begins in the middle can be replayed.
/// Quick enough for the event loop: it is written straight into the text.
std::string snapshot(const Bridge& bridge);

/// Gives a new bridge of the same battery that state: from then on it does what the other one would have
/// done, bit by bit. The error says what does not fit; the bridge must not be used then.
std::optional<std::string> restore(Bridge& bridge, std::string_view snapshot);

} // namespace retrocan::daemon
