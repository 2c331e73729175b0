// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "procedure.h"
#include "write.h"

#include <memory>
#include <span>
#include <vector>

namespace retrocan::modbus {

// clang-format off
/// Reads the keys of a block whose registers a procedure gives; nothing if it has none, or a fault.
///
///     procedure = "range"      function = 0x78, first = 0x1000, last = 0x10A0
///     procedure = "trigger"    write = "NAME", begins = [0x55, 0xAA], size = 300
///     procedure = "fifo"       write = "NAME", poll_at = 0x0551, until = 0x8801, read_at = 0x0558, piece = 65,
///                              pieces = 5
///
/// `write` names one of the mapping's [writes], which is made as a part of the procedure and not by itself.
/// Of `writes` are those that the owner allows, or all there are (`all_writes`).
// clang-format on
std::shared_ptr<const Procedure> read_procedure(adapter::SettingsReader& read, const std::string& block,
                                                std::span<const Write> writes, bool all_writes);

} // namespace retrocan::modbus
