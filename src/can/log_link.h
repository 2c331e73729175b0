// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"
#include "core/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace retrocan::can {

/// The time of a line, since whatever epoch the log is to have.
using LogStamp = std::function<std::chrono::microseconds()>;

/// A link that prints each frame as a line of `candump -L` for the interface can0, at once; `canplayer` can
/// send them. A frame counts as confirmed when its line was handed to the kernel; nothing is ever received. A
/// line that cannot be written without waiting (a full pipe, a stopped terminal) or at all (the reader has
/// gone, the disk is full) is dropped and counted.
///
/// `path` is a file, which is made or appended to, or a FIFO that somebody reads; "-" is standard output.
/// Without `stamp` it is the time of day. SIGPIPE is ignored from then on, in the whole process.
Result<std::unique_ptr<Link>, std::string> make_log_link(boost::asio::io_context& io, const std::string& path,
                                                         LogStamp stamp = {});

} // namespace retrocan::can
