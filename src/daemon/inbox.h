// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace retrocan::daemon {

/// Where adapters' threads put their events; the loop takes them. Bounded: a source that tells more than the
/// loop can take, such as a flooding broker, must neither fill the memory nor hold up what is sent. Then its
/// newest answers are dropped, and in the end its data is stale. Other batteries do not notice.
class Inbox {
public:
    /// Answers of one battery that may wait.
    static constexpr std::size_t room = 256;

    /// `take` is called by the loop, with each event in its order, while the inbox lives.
    Inbox(boost::asio::io_context& io, std::size_t batteries,
          std::function<void(const adapter::Event&)> take);

    /// For adapters; any thread, returns at once.
    [[nodiscard]] adapter::Sink sink();

    /// Answers of a battery that were dropped since it was last asked; the loop's thread.
    [[nodiscard]] std::uint64_t dropped(std::size_t battery);

private:
    struct Box {
        std::atomic<std::size_t> waiting{};
        std::atomic<std::uint64_t> dropped{};
    };

    boost::asio::io_context& io_;
    std::function<void(const adapter::Event&)> take_;
    std::size_t batteries_;
    std::unique_ptr<Box[]> boxes_; ///< by battery; atomics do not move
};

} // namespace retrocan::daemon
