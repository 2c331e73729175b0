// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::adapter {

/// Finds adapters by name: "modbus" is `retrocan-modbus.so` in the first of the folders that has it.
/// The loaded library stays as long as anything made by it (the pointer's deleter holds it).
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
