// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "daemon/bridge.h"
#include "daemon/configuration.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::daemon {

/// Where plugins and mappings are looked for, in this order.
struct Folders {
    std::vector<std::filesystem::path> adapters;
    std::vector<std::filesystem::path> mappings;
};

/// One battery, checked and put together, but not connected.
struct BatteryAssembly {
    std::string name;
    std::string adapter_name; ///< "modbus"
    std::unique_ptr<mapping::Bound> bound;
    std::shared_ptr<adapter::Adapter> adapter;
    std::unique_ptr<adapter::Source> source; ///< made by the adapter: ends before it
    MemberSettings member;
};

struct Assembly {
    std::string file; ///< of the configuration
    Configuration configuration;
    std::vector<BatteryAssembly> batteries; ///< at least one
    BridgeSettings bridge;                  ///< of all of them together

    /// What each battery's mapping was bound to, in their order.
    [[nodiscard]] std::vector<const mapping::Bound*> bounds() const;
};

/// Under which name what outlives a restart is kept: that of the only battery, or "bank".
std::string memory_name(const Assembly& assembly);

/// What the batteries are assembled for.
enum class Purpose : std::uint8_t {
    steer,
    look, ///< --shadow, record: nothing is sent, and nothing written to a battery either
};

/// Loads a configuration, its mappings and its adapters, and checks all of it together (invariant 4: nothing
/// is sent before). Every fault is added to `faults`; the result is there if there are none. Connects to
/// nothing.
std::optional<Assembly> assemble(const std::filesystem::path& configuration, const Folders& folders,
                                 Faults& faults, Purpose purpose = Purpose::steer);

/// The same for a configuration that is not a file. `file` is how messages name it.
std::optional<Assembly> assemble_text(std::string_view configuration, const std::string& file,
                                      const Folders& folders, Faults& faults);

} // namespace retrocan::daemon
