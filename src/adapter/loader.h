// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retrocan::adapter {

/// Finds adapters by name: "modbus" is `retrocan-modbus.so` in the first of the folders that has it.
/// A loaded plugin stays loaded until the program ends, so that nothing made by it can outlive its code.
class Loader {
public:
    explicit Loader(std::vector<std::filesystem::path> folders) : folders_{std::move(folders)} {}

    /// The error says what to do: which folders were searched and which adapters they have, which contract
    /// version the plugin was built for, or what the system's loader said.
    [[nodiscard]] Result<std::shared_ptr<Adapter>, std::string> load(std::string_view name) const;

    /// Names of the adapters that the folders have, sorted.
    [[nodiscard]] std::vector<std::string> available() const;

private:
    std::vector<std::filesystem::path> folders_;
};

} // namespace retrocan::adapter
