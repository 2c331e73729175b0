// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/service.h"

#include <memory>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/ringbuffer_sink.h>

namespace retrocan::cli {

/// What a person at a terminal wants to see: the state and why, values, limits with their reasons, the last
/// frames, the last lines of the log. Draws over itself; puts the terminal back when it ends.
class Screen {
public:
    /// From now on the log goes to the screen.
    Screen(std::string title, std::string link);
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void draw(const daemon::Service& service);

private:
    std::string title_;
    std::string link_;
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_;
    std::shared_ptr<spdlog::logger> logger_before_;
};

} // namespace retrocan::cli
