// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/fault.h"

#include <optional>
#include <string>

namespace retrocan::mqtt {

/// What the owner lets be published: a keep-alive, a request. With QoS 0, and never retained.
struct Publish {
    std::string name;
    std::string topic;
    std::string payload;
    adapter::Pace pace{adapter::Pace::once}; ///< once: after each connect
    Duration period{};                       ///< of slow ones
};

// clang-format off
/// Reads the keys of a write:
///
///     topic   = "R/c0619ab/keepalive"   no wildcards (required)
///     payload = ""                      any text; empty if left out
///
/// Nothing is returned if there is a fault.
// clang-format on
std::optional<Publish> read_publish(const adapter::WriteSpec& spec, Faults& faults);

/// `publishes "R/c0619ab/keepalive", every 30 s`
std::string to_text(const Publish& publish);

} // namespace retrocan::mqtt
