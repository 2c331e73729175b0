// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "daemon/service.h"

#include <memory>
#include <optional>
#include <string>

namespace retrocan::cli {

struct ServeArguments {
    std::string link; ///< "can0", "log:-"
    bool shadow{};    ///< send nothing: frames are shown on the screen or, without one, printed
    std::optional<Duration> run_for;
    /// What is recorded meanwhile.
    std::optional<daemon::RecordConfiguration> record{};
    std::optional<std::filesystem::path> black_box{}; ///< the folder for it
    bool screen{};       ///< draw the state on standard output instead of logging
    std::string title{}; ///< of the screen
};

/// Runs an assembly until a signal or its time ends it. The exit code of the command.
int serve(daemon::Assembly& assembly, const ServeArguments& arguments);

} // namespace retrocan::cli
