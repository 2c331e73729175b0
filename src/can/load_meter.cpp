// SPDX-License-Identifier: Apache-2.0
#include "can/load_meter.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

#include <libsocketcan.h>

namespace retrocan::can {

namespace {

bool is_hardware(const std::string& name) {
    return ::access(("/sys/class/net/" + name + "/device").c_str(), F_OK) == 0;
}

std::string contents(const char* file) {
    std::string text;
    const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return text;
    std::array<char, 4096> part{};
    for (ssize_t size = 0; (size = ::read(fd, part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(size));
    ::close(fd);
    return text;
}

/// A standard frame with its gap has 47 bits beside its data; 34 of them and the data may be stuffed, one in
/// four at worst.
std::uint64_t bits(std::uint64_t packets, std::uint64_t bytes) {
    return packets * 47 + bytes * 8 + (packets * 33 + bytes * 8) / 8;
}

bool began_anew(const Statistics& before, const Statistics& now) {
    return now.rx_packets < before.rx_packets || now.tx_packets < before.tx_packets ||
           now.rx_bytes < before.rx_bytes || now.tx_bytes < before.tx_bytes;
}

} // namespace

std::optional<Statistics> parse_statistics(std::string_view text, const std::string& name) {
    // "  can0:  160  20 0 ..": bytes, packets, errs, drop, fifo, frame, compressed and multicast that were
    // received; then bytes, packets and errs that were sent.
    std::size_t at = text.find(name + ":");
    while (at != std::string_view::npos && at > 0 && text[at - 1] != ' ' && text[at - 1] != '\n')
        at = text.find(name + ":", at + 1);
    if (at == std::string_view::npos)
        return std::nullopt;
    const char* next = text.data() + at + name.size() + 1;
    const char* const end = text.data() + text.size();
    std::array<std::uint64_t, 11> columns{};
    for (std::uint64_t& column : columns) {
        while (next != end && *next == ' ')
            ++next;
        const auto [rest, error] = std::from_chars(next, end, column);
        if (error != std::errc{})
            return std::nullopt;
        next = rest;
    }
    return Statistics{.rx_packets = columns[1],
                      .rx_bytes = columns[0],
                      .rx_errors = columns[2],
                      .rx_lost = columns[3] + columns[4] + columns[5],
                      .tx_packets = columns[9],
                      .tx_bytes = columns[8],
                      .tx_errors = columns[10]};
}

std::optional<Statistics> read_statistics(const std::string& name) {
    auto result = parse_statistics(contents("/proc/net/dev"), name);
    if (result)
        result->is_hardware = is_hardware(name);
    return result;
}

std::optional<std::uint32_t> bit_rate_of(const std::string& name) {
    can_bittiming timing{};
    // Of what is no hardware libsocketcan would print a complaint of its own.
    if (!is_hardware(name) || can_get_bittiming(name.c_str(), &timing) != 0 || timing.bitrate == 0)
        return std::nullopt;
    return timing.bitrate;
}

void LoadMeter::take(const Statistics& statistics, TimePoint now) {
    if (count_ > 0 && began_anew(samples_[count_ - 1].statistics, statistics)) {
        count_ = 0;
        load_.reset();
    }
    // The oldest that is kept is the newest one of before the window.
    const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(count_);
    auto first = samples_.begin();
    while (first != end && first + 1 != end && now - (first + 1)->at >= window)
        ++first;
    if (first == samples_.begin() && count_ == samples_.size())
        ++first; // asked too often
    count_ = static_cast<std::size_t>(std::move(first, end, samples_.begin()) - samples_.begin());
    samples_[count_++] = {now, statistics};
    const Sample& oldest = samples_.front();
    const std::int64_t us = (now - oldest.at).count();
    if (us <= 0)
        return;
    const auto time = static_cast<std::uint64_t>(us);
    const std::uint64_t frames = statistics.rx_packets - oldest.statistics.rx_packets;
    const std::uint64_t others = bits(frames, statistics.rx_bytes - oldest.statistics.rx_bytes);
    const std::uint64_t ours = bits(statistics.tx_packets - oldest.statistics.tx_packets,
                                    statistics.tx_bytes - oldest.statistics.tx_bytes);
    const auto percent = [&](std::uint64_t n) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(100, n * 100'000'000 / rate_ / time));
    };
    load_ =
        Load{percent(others), percent(others + ours), static_cast<std::uint32_t>(frames * 1'000'000 / time)};
}

} // namespace retrocan::can
