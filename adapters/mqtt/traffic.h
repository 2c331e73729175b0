// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"

#include <string>
#include <string_view>

/// What came from the broker, as lines of a capture without `t` and `battery`. MqttSource::decode() makes of
/// them the readings that were posted with them (see capture.h for what their keys mean).
namespace retrocan::mqtt {

/// A message as MqttSource::hear() took it. One that is too long is a failure of its topic.
std::string message_line(std::string_view topic, std::string_view payload, bool retained);

/// An earlier message as MqttSource::hear_again() took it.
std::string again_line(std::string_view topic, std::string_view payload, bool retained);

/// All points: MqttSource::all().
std::string failure_line(adapter::Absence reason);

/// MqttSource::optional_unanswered().
std::string unanswered_line();

} // namespace retrocan::mqtt
