// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/snapshot_traits.h"

#include <charconv>
#include <string>
#include <string_view>

namespace retrocan::daemon {

/// Writes state as JSON: classes as objects, quantities and times as the counts that they are, a value with
/// its age as a list of three, what is absent as null.
class SnapshotWriter {
public:
    template <class T>
    void write(const T& value) {
        namespace traits = snapshot_traits;
        if constexpr (std::is_same_v<T, bool>)
            text_ += value ? "true" : "false";
        else if constexpr (std::is_integral_v<T>)
            number(value);
        else if constexpr (std::is_enum_v<T>)
            number(static_cast<std::int64_t>(value));
        else if constexpr (std::is_same_v<T, TimePoint>)
            number(value.time_since_epoch().count());
        else if constexpr (std::is_same_v<T, Duration>)
            number(value.count());
        else if constexpr (traits::is_quantity<T>)
            number(value.count);
        else if constexpr (std::is_convertible_v<const T&, std::string_view>)
            text(value);
        else if constexpr (traits::is_optional<T>)
            value ? write(*value) : null();
        else if constexpr (traits::is_aged<T>)
            aged(value);
        else if constexpr (traits::is_bits<T>)
            text(value.to_string());
        else if constexpr (traits::is_list<T> || traits::is_array<T>)
            list(value);
        else if constexpr (std::is_same_v<T, Firmware>)
            list(std::array{value.major_number, value.minor_number});
        else if constexpr (std::is_same_v<T, BatteryState>)
            state(value);
        else
            object(value);
    }

    [[nodiscard]] std::string end() && { return std::move(text_); }

private:
    template <class N>
    void number(N value) {
        std::array<char, 24> digits{};
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        text_.append(digits.data(), end);
    }
    void null() { text_ += "null"; }
    void text(std::string_view value) {
        constexpr std::string_view hex = "0123456789abcdef";
        text_ += '"';
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\' || byte < ' ' || byte > '~') { // each byte by itself, as Latin-1
                text_ += "\\u00";
                text_ += hex[byte >> 4U];
                text_ += hex[byte & 0xFU];
            } else {
                text_ += c;
            }
        }
        text_ += '"';
    }
    template <class T>
    void aged(const Aged<T>& value) {
        text_ += '[';
        write(value.value);
        text_ += ',';
        write(value.oldest);
        text_ += ',';
        write(value.expires);
        text_ += ']';
    }
    template <class List>
    void list(const List& values) {
        char separator = '[';
        for (const auto& value : values) {
            text_ += separator;
            write(value);
            separator = ',';
        }
        text_ += values.empty() ? "[]" : "]";
    }
    /// The signals that are there, by their names.
    void state(const BatteryState& state) {
        char separator = '{';
        each_signal(state, [&](std::size_t index, const auto& signal) {
            if (!signal)
                return;
            text_ += separator;
            text(signal_name(index));
            text_ += ':';
            aged(*signal);
            separator = ',';
        });
        text_ += separator == '{' ? "{}" : "}";
    }
    template <class T>
    void object(const T& value) {
        char separator = '{';
        T::each_member(value, [&](std::string_view name, const auto& member) {
            text_ += separator;
            text_ += '"';
            text_ += name;
            text_ += "\":";
            write(member);
            separator = ',';
        });
        text_ += '}';
    }

    std::string text_;
};

} // namespace retrocan::daemon
