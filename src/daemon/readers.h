// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "daemon/assembly.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace retrocan::daemon {

/// The readers of all batteries of a configuration, one for each adapter. Destroying it ends them; no event
/// comes afterwards.
class Readers {
public:
    /// Starts to read. Events count batteries as the assembly does. The assembly outlives it.
    Readers(Assembly& assembly, const adapter::Sink& sink, const adapter::StartOptions& options);

    void hurry(std::size_t battery, bool hurry);

private:
    struct Where {
        std::size_t reader{};
        std::size_t index{}; ///< in what that reader was started with
    };
    std::vector<Where> places_; ///< of each battery
    std::vector<std::unique_ptr<adapter::Reader>> readers_;
};

} // namespace retrocan::daemon
