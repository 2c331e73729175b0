// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/interface_wish.h"
#include "core/time.h"
#include "daemon/service.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::cli {

struct ServeArguments {
    std::string link;                ///< "can0", "log:-"
    can::InterfaceWish interface {}; ///< how an interface should be
    bool set_up{};                   ///< set it so, now and whenever it is plugged in again
    bool shadow{}; ///< send nothing: frames are shown on the screen or, without one, printed
    std::optional<Duration> run_for;
    /// What is recorded meanwhile.
    std::optional<daemon::RecordConfiguration> record{};
    std::optional<std::filesystem::path> black_box{}; ///< the folder for it
    std::optional<std::filesystem::path> state{};     ///< the folder for what outlives a restart
    bool screen{};       ///< draw the state on standard output instead of logging
    std::string title{}; ///< of the screen
};

/// One Victron system: its batteries, and what is to be done for them.
struct System {
    daemon::Assembly* assembly{};
    ServeArguments arguments;
};

/// Runs systems side by side until a signal or the time of the first ends them. Each has a bus of its own.
/// The exit code of the command.
int serve(const std::vector<System>& systems);
inline int serve(daemon::Assembly& assembly, const ServeArguments& arguments) {
    return serve({{&assembly, arguments}});
}

} // namespace retrocan::cli
