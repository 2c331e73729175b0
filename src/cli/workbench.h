// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "adapter/loader.h"
#include "core/fault.h"
#include "daemon/library.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::cli {

/// A mapping that an author works on, without a battery: bound, and checked by its adapter, which can decode.
struct Sample {
    std::shared_ptr<const mapping::Mapping> mapping;
    std::shared_ptr<adapter::Adapter> adapter;
    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> source; ///< made by the adapter: ends before it
};

/// What an owner set, and values of this program's choice for what he has to set and did not: those of the
/// mapping's first test that sets them, else the least that is allowed.
enum class StandIns : std::uint8_t {
    required, ///< only for what he has to set
    all,      ///< for everything that has no default, to look at the whole of a mapping
};
adapter::Settings with_stand_ins(const mapping::Mapping& mapping, adapter::Settings owner,
                                 StandIns which = StandIns::required);

/// Where mappings and adapters come from for the commands of mapping authors.
class Workbench {
public:
    Workbench(); ///< the installed mappings and adapters

    /// The mappings that the arguments mean: a name of the library ("jk/pb"), a file, or a folder with all of
    /// its files; the whole library if there are none. What is not there is a fault.
    [[nodiscard]] std::vector<daemon::LibraryEntry> mappings(const std::vector<std::string>& arguments,
                                                             Faults& faults) const;

    /// A mapping with what an owner sets. `keys` stand in the place of the same keys of the mapping's adapter
    /// table. Nothing if there are faults.
    [[nodiscard]] std::optional<Sample> sample(std::shared_ptr<const mapping::Mapping> mapping,
                                               const adapter::Settings& owner, const adapter::Settings& keys,
                                               Faults& faults) const;
    /// The same for a battery that can be read: `connection` is what a configuration would say.
    [[nodiscard]] std::optional<Sample> connected(std::shared_ptr<const mapping::Mapping> mapping,
                                                  const adapter::Settings& owner,
                                                  const adapter::Settings& connection, Faults& faults) const;
    /// An installed adapter by its name.
    [[nodiscard]] Result<std::shared_ptr<adapter::Adapter>, std::string>
    adapter(const std::string& name) const {
        return loader_.load(name);
    }
    /// Loads a mapping, with stand-ins for the settings that an owner has to set.
    [[nodiscard]] std::optional<Sample> sample(const std::filesystem::path& file, Faults& faults) const;

private:
    [[nodiscard]] std::optional<Sample> bound(std::shared_ptr<const mapping::Mapping> mapping,
                                              const adapter::Settings& owner, const adapter::Settings& keys,
                                              const adapter::Settings& connection, bool everything,
                                              Faults& faults) const;

    std::vector<std::filesystem::path> folders_;
    adapter::Loader loader_;
};

} // namespace retrocan::cli
