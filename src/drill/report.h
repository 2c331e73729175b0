// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drill/steps.h"

#include <string>
#include <vector>

namespace retrocan::drill {

/// What a report is about.
struct Heading {
    std::string program; ///< "retrocan 0.7.0"
    std::string date;    ///< with the time zone
    bool dry{};
    std::string configuration;
    std::string bus;
    std::vector<std::string> batteries; ///< "shed (seplos/v3)"
};

/// A step while it is told on a terminal: its findings and its verdict, lines without the title.
std::string to_text(const Result& result);

/// The whole report, to keep.
std::string to_text(const Heading& heading, const std::vector<Result>& results);

/// "5 steps passed, 1 not done".
std::string summary(const std::vector<Result>& results);

} // namespace retrocan::drill
