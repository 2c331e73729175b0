// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/conformance.h"
#include "gx/receiver.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

/// Traffic as bytes and times, and what is found in it.
namespace retrocan::gx {

inline CanFrame bytes(const std::string& text) {
    const auto frame = parse_frame(text);
    EXPECT_TRUE(frame) << text;
    return *frame;
}

/// Milliseconds after the beginning, which is at 1000 s.
inline TimePoint at_ms(std::int64_t ms) {
    return TimePoint{std::chrono::seconds{1000} + std::chrono::milliseconds{ms}};
}

struct Timed {
    std::int64_t ms{};
    CanFrame frame;
};

class Frames {
public:
    std::vector<Timed> all;

    Frames& add(std::int64_t ms, const std::string& text) {
        all.push_back({ms, bytes(text)});
        return *this;
    }
    /// From `first` on each second, `times` times.
    Frames& each_second(std::int64_t first, int times, const std::string& text) {
        for (int i = 0; i < times; ++i)
            add(first + 1000LL * i, text);
        return *this;
    }
    Frames& without(std::uint32_t id) {
        std::erase_if(all, [&](const Timed& t) { return t.frame.id == id; });
        return *this;
    }
    /// Not those within [from, to).
    Frames& without(std::uint32_t id, std::int64_t from, std::int64_t to) {
        std::erase_if(all, [&](const Timed& t) { return t.frame.id == id && t.ms >= from && t.ms < to; });
        return *this;
    }
    /// Changes the frames with an identifier within [from, to).
    Frames& change(std::uint32_t id, const std::function<void(Timed&)>& how, std::int64_t from = 0,
                   std::int64_t to = 1'000'000) {
        for (Timed& t : all)
            if (t.frame.id == id && t.ms >= from && t.ms < to)
                how(t);
        return *this;
    }
    Frames& become(const std::string& text, std::int64_t from = 0, std::int64_t to = 1'000'000) {
        const CanFrame other = bytes(text);
        return change(
            other.id, [&](Timed& t) { t.frame = other; }, from, to);
    }
    Frames& until(std::int64_t ms) {
        std::erase_if(all, [&](const Timed& t) { return t.ms >= ms; });
        return *this;
    }
    Frames& sorted() {
        std::stable_sort(all.begin(), all.end(), [](const Timed& a, const Timed& b) { return a.ms < b.ms; });
        return *this;
    }
};

inline void put16(CanFrame& frame, std::size_t byte, int value) {
    frame.data.at(byte) = static_cast<std::uint8_t>(value & 0xFF);
    frame.data.at(byte + 1) = static_cast<std::uint8_t>(value >> 8 & 0xFF);
}

/// A battery that keeps every rule, for 80 s: 16 cells, 280 Ah, charging with 10 A from 54.00 to 54.79 V; SOC
/// 80 %, from the 21st second on 97 %; between 30 and 33 s a high-voltage alarm, with contactor and internal
/// alarm.
inline Frames good_battery() {
    static const char* const cycle[] = {
        "35E#41434D45204F4E45", // ACME ONE
        "370#41434D45204F4E45",
        "371#2062617474657279", // " battery"
        "382#4C46502032383000", // LFP 280
        "35F#0000020318010000", // 2.3, 280 Ah
        "35A#A8AAAA02A8AAAA0A", // all pairs 10 but the general ones; online
        "351#3802F401E803E001", // 56.8 V, 50.0 A, 100.0 A, 48.0 V
        "355#50006300401F0000", // 80 %, 99 %, 80.00 %
        "356#18156400D7000000", // 54.00 V, 10.0 A, 21.5 degC
        "360#0000000000000000", "372#0200000000000000",
        "373#2A0D660D25012701", // 3.370 V, 3.430 V, 293 K, 295 K
        "374#312D303700000000", // 1-07
        "375#322D313600000000", // 2-16
        "376#312D543100000000", // 1-T1
        "377#322D543300000000", // 2-T3
        "378#39300000F82A0000",
        "379#1801000000000000", // 280 Ah
        "380#534E323032363131", // SN202611
        "381#3234303030310000", // 240001
    };
    Frames frames;
    for (int second = 0; second < 80; ++second) {
        std::int64_t ms = 1000LL * second;
        for (const char* text : cycle) {
            frames.add(ms, text);
            CanFrame& frame = frames.all.back().frame;
            if (frame.id == 0x356)
                put16(frame, 0, 5400 + second);
            if (frame.id == 0x378)
                put16(frame, 0, 0x3039 + second);
            ms += 10;
        }
    }
    frames.become("355#61006300E4250000", 20'000); // 97 %, 99 %, 97.00 %
    frames.become("35A#A4AA6602A8AAAA0A", 30'000, 33'000);
    return frames;
}

inline std::vector<Finding> findings_of(const Frames& frames, Traffic traffic = Traffic::log,
                                        std::int64_t end_ms = 0) {
    Receiver receiver;
    Conformance conformance{traffic};
    for (const Timed& t : frames.all) {
        receiver.frame(t.frame, at_ms(t.ms));
        conformance.frame(t.frame, receiver);
    }
    if (end_ms > 0)
        receiver.advance(at_ms(end_ms));
    return conformance.findings(receiver);
}

inline const Finding& finding(const std::vector<Finding>& findings, std::string_view id) {
    for (const Finding& f : findings)
        if (f.rule->id == id)
            return f;
    ADD_FAILURE() << "no rule " << id;
    return findings.front();
}

using Ids = std::set<std::string>;

inline Ids with_verdict(const std::vector<Finding>& findings, Verdict verdict) {
    Ids ids;
    for (const Finding& f : findings)
        if (f.verdict == verdict)
            ids.insert(std::string{f.rule->id});
    return ids;
}

} // namespace retrocan::gx
