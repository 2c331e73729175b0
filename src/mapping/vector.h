// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/battery.h"
#include "core/can_frame.h"
#include "mapping/mapping.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::mapping {

class Bound;

/// Makes the frame with this identifier from what a battery says; nothing if it has no source. Which policy
/// stands between is the caller's choice.
using FrameOf = std::function<std::optional<CanFrame>(const BatteryState&, std::uint32_t id)>;

/// What a mapping would read, with a recording's own keys (such as its unit id) in the place of the
/// mapping's.
adapter::SourceSpec recorded_source(const Bound& bound, const adapter::Settings& own);

/// Runs one [[test]] of a mapping through its adapter's decoder, without a connection. Returns every
/// difference, one line each; empty means passed. Without `frame_of` the frames are not compared.
std::vector<std::string> run_test(const std::shared_ptr<const Mapping>& mapping, const TestVector& test,
                                  const adapter::Adapter& adapter, const FrameOf& frame_of);

} // namespace retrocan::mapping
