// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace retrocan::mqtt {

/// What is wrong with a topic that one message has, "expected .."; empty if nothing is. Wildcards are: each
/// topic is subscribed by itself, so that nothing else can be taken for it.
std::string objection_to_topic(std::string_view topic);

} // namespace retrocan::mqtt
