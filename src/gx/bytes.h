// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "gx/receiver.h"
#include "victron/message.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

/// Raw numbers of frames, for the checks: a decoded value hides what was wrong with it.
namespace retrocan::gx {

/// Little-endian; nothing if the frame ends before.
inline std::optional<int> u16(const CanFrame& frame, std::size_t byte) {
    if (frame.size < byte + 2)
        return std::nullopt;
    return frame.data[byte] | frame.data[byte + 1] << 8;
}
inline std::optional<int> s16(const CanFrame& frame, std::size_t byte) {
    const auto raw = u16(frame, byte);
    return raw && *raw > 0x7FFF ? std::optional{*raw - 0x10000} : raw;
}
/// With the bytes the other way round.
inline int swapped(int raw) {
    return (raw & 0xFF) << 8 | (raw >> 8 & 0xFF);
}

inline std::optional<int> u16(const CanFrame* frame, std::size_t byte) {
    return frame == nullptr ? std::nullopt : u16(*frame, byte);
}
inline std::optional<int> s16(const CanFrame* frame, std::size_t byte) {
    return frame == nullptr ? std::nullopt : s16(*frame, byte);
}

/// A data frame with an 11-bit identifier of chapter 2.
inline bool is_battery_message(const CanFrame& frame) {
    return frame.kind == CanFrame::Kind::standard && !frame.remote && frame.id >= victron::limits_id &&
           victron::find_message(frame.id) != nullptr;
}

inline bool any_active(const victron::Values& values) {
    const auto active = [](victron::Pair pair) { return pair == victron::Pair::active; };
    return std::any_of(values.alarms.begin(), values.alarms.end(), active) ||
           std::any_of(values.warnings.begin(), values.warnings.end(), active);
}

inline std::string id_text(std::uint32_t id) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%03X", static_cast<unsigned>(id));
    return text;
}

/// "-10.0" for -100 tenths, "53.12" for 5312 hundredths.
inline std::string tenths(int raw) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%d.%d", raw < 0 ? "-" : "", std::abs(raw) / 10, std::abs(raw) % 10);
    return text;
}
inline std::string hundredths(int raw) {
    char text[32];
    std::snprintf(text, sizeof text, "%s%d.%02d", raw < 0 ? "-" : "", std::abs(raw) / 100,
                  std::abs(raw) % 100);
    return text;
}

} // namespace retrocan::gx
