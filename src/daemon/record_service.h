// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"
#include "daemon/capture_writer.h"
#include "daemon/inbox.h"
#include "daemon/readers.h"
#include "daemon/recording.h"

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace retrocan::daemon {

/// Reads the batteries of a configuration and writes down what they say, and nothing else: no bus, no policy.
class RecordService {
public:
    /// The assembly outlives it.
    RecordService(boost::asio::io_context& io, Assembly& assembly, std::unique_ptr<LineFile> file,
                  std::uint64_t max_size, const std::string& program);

    /// Starts; the caller runs the io_context. SIGINT and SIGTERM end it.
    void start();
    void stop();
    void stop_after(Duration time);

    [[nodiscard]] std::uint64_t answers() const { return answers_; }
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

private:
    void on_source(const adapter::Event& event);
    static void note(const std::string& battery, const adapter::LinkNews& news);

    boost::asio::io_context& io_;
    Assembly& assembly_;
    CaptureWriter writer_;
    Recording recording_;
    std::uint64_t answers_{};
    std::uint64_t failures_{};
    boost::asio::signal_set signals_;
    boost::asio::basic_waitable_timer<BootClock> end_;
    Inbox inbox_;
    std::optional<Readers> readers_; ///< last: its threads end before anything that they post to
};

} // namespace retrocan::daemon
