// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/can_frame.h"
#include "daemon/capture_line.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::daemon {

/// Makes the lines of a capture, each with its line feed. Their times never go back: answers of several links
/// may arrive in another order than they were complete in, and what came later counts as of the same moment.
class CaptureWriter {
public:
    /// `batteries`: their names, in the order in which events count them.
    explicit CaptureWriter(const std::vector<std::string>& batteries);

    std::string head(const CaptureHead& head, TimePoint now);
    /// An answer with its traffic; empty if it has none.
    std::string answer(std::size_t battery, const adapter::Answer& answer);
    std::string news(std::size_t battery, const adapter::LinkNews& news, TimePoint now);
    std::string heard(const CanFrame& frame, TimePoint now);
    std::string bus(const BusNews& news, std::string_view text, TimePoint now);

private:
    /// "{"t":1.002000"
    std::string begin(TimePoint at, std::size_t size);

    std::vector<std::string> names_; ///< ,"battery":"shed"
    TimePoint last_{TimePoint::min()};
};

} // namespace retrocan::daemon
