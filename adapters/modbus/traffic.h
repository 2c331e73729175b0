// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "block.h"
#include "model_walk.h"
#include "plan.h"

#include <string>

/// What was on the wire, as lines of a capture without `t` and `battery`. ModbusSource::decode() makes of
/// them the readings that were posted with them (see capture.h for what their keys mean).
namespace retrocan::modbus {

/// A good answer to a request. `planned` says for whom it was made; where it reads a SunSpec model, `models`
/// says where that is, and the block has its place on the wire.
std::string answer_line(const Block& block, const Request& planned, const Models& models);

/// A request that came to nothing.
std::string failure_line(const Request& planned, adapter::Absence reason);

/// The live points cannot be asked for.
std::string live_failure_line(adapter::Absence reason);

} // namespace retrocan::modbus
