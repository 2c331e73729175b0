// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/conformance.h"
#include "gx/receiver.h"
#include "gx/venus.h"

#include <functional>
#include <string>
#include <vector>

/// What was found, as text of at most 100 columns. Each part ends with a line break.
namespace retrocan::gx {

/// How times are shown: those of a log as in the log.
using TimeText = std::function<std::string(TimePoint)>;

/// The menus of a GX, side by side.
std::string screens_text(const Receiver& receiver);

/// A line an identifier: frames, median and longest interval, the last frame.
std::string traffic_text(const Receiver& receiver);

/// Every rule: what was broken first, with its evidence.
std::string findings_text(const std::vector<Finding>& findings, const TimeText& time);

std::string notes_text(const std::vector<Note>& notes);

/// "2 core rules broken, 5 of advice; 31 kept, 20 not seen, 17 by hand"
std::string summary_text(const Summary& summary);

/// The last lines: whether the battery passes, and what nobody knows about it.
std::string verdict_text(const Receiver& receiver, const Summary& summary);

} // namespace retrocan::gx
