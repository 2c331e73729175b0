// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/fault.h"
#include "mapping/bound.h"
#include "mapping/inverse.h"
#include "mapping/mapping.h"

#include <memory>
#include <optional>
#include <string>

namespace retrocan::simulator {

/// A battery that a mapping reads well: what its first good [[test]] recorded.
struct MappingBase {
    std::string test; ///< its name
    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> recorded; ///< decodes captures as the test does
    std::unique_ptr<adapter::Source> served;   ///< encodes what the simulated device shows
    adapter::Settings owner;                   ///< the settings that a configuration needs to read it
    adapter::Settings keys;                    ///< and the keys of its connection
    mapping::RawValues raws;
};

/// Looks for the test whose signals are all there and whose alarms are quiet, and fills in what it does not
/// tell: from the mapping's other tests, else "no value" or 0; optional points stay unknown to the device.
/// `owner` and `keys` are the user's, and go before those of the test. Nothing if there are faults.
std::optional<MappingBase> mapping_base(const std::shared_ptr<const mapping::Mapping>& mapping,
                                        const adapter::Adapter& adapter, const adapter::Settings& owner,
                                        const adapter::Settings& keys, Faults& faults);

} // namespace retrocan::simulator
