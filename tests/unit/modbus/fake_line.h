// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_stream.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace retrocan::modbus::test {

using Bytes = std::vector<std::uint8_t>;

/// A serial line in virtual time: what a device puts on it arrives byte by byte.
struct FakeLine {
    explicit FakeLine(Duration each) : byte_time{each} {}

    /// The first byte is complete one byte time after `from`.
    void put(TimePoint from, const Bytes& bytes) {
        for (const std::uint8_t byte : bytes) {
            from += byte_time;
            arriving.emplace_back(from, byte);
        }
        std::ranges::stable_sort(arriving, {}, &std::pair<TimePoint, std::uint8_t>::first);
    }

    Duration byte_time;
    TimePoint now{std::chrono::hours{1}};
    std::deque<std::pair<TimePoint, std::uint8_t>> arriving;
    std::vector<std::pair<TimePoint, Bytes>> sent;
    /// What the device does about a request; `end` is when all of it is on the wire.
    std::function<void(const Bytes&, TimePoint end)> device;
    std::optional<StreamEnd> ended;
    int wake_ups{};
};

/// One end of it.
class FakeStream : public ByteStream {
public:
    explicit FakeStream(FakeLine& line) : line_{line} {}

    std::optional<StreamEnd> send(std::span<const std::uint8_t> bytes) override {
        if (line_.ended)
            return line_.ended;
        line_.sent.emplace_back(line_.now, Bytes{bytes.begin(), bytes.end()});
        if (line_.device)
            line_.device(line_.sent.back().second,
                         line_.now + line_.byte_time * static_cast<Duration::rep>(bytes.size()));
        return std::nullopt;
    }
    Result<std::size_t, StreamEnd> receive(std::span<std::uint8_t> into) override {
        std::size_t size = 0;
        while (size < into.size() && !line_.arriving.empty() && line_.arriving.front().first <= line_.now) {
            into[size++] = line_.arriving.front().second;
            line_.arriving.pop_front();
        }
        if (size == 0 && line_.ended)
            return Err{*line_.ended};
        return size;
    }
    [[nodiscard]] bool is_closed() const override { return line_.ended && line_.ended->closed; }
    [[nodiscard]] TimePoint now() const override { return line_.now; }
    void sleep(TimePoint until) override {
        ++line_.wake_ups;
        line_.now = std::max(line_.now, until);
    }
    void wait(TimePoint until) override {
        ++line_.wake_ups;
        if (!line_.arriving.empty())
            until = std::min(until, line_.arriving.front().first);
        if (!line_.ended)
            line_.now = std::max(line_.now, until);
    }

private:
    FakeLine& line_;
};

} // namespace retrocan::modbus::test
