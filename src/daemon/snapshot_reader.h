// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/snapshot_traits.h"

#include <cstdint>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace retrocan::daemon {

/// What a snapshot has that no state can have.
struct SnapshotFault {
    std::string what;
};

/// Reads what SnapshotWriter writes. Snapshots come with bug reports, so anything may be in them: throws
/// SnapshotFault.
class SnapshotReader {
public:
    using Json = nlohmann::json;

    template <class T>
    static void read(T& value, const Json& json) {
        namespace traits = snapshot_traits;
        if constexpr (std::is_same_v<T, bool>)
            value = boolean(json);
        else if constexpr (std::is_integral_v<T>)
            value = number<T>(json);
        else if constexpr (std::is_enum_v<T>)
            value = static_cast<T>(number<std::uint8_t>(json, static_cast<std::uint8_t>(traits::last<T>)));
        else if constexpr (std::is_same_v<T, TimePoint>)
            value = time(json);
        else if constexpr (std::is_same_v<T, Duration>)
            value = Duration{bounded(json)};
        else if constexpr (traits::is_quantity<T>)
            value = {bounded(json)};
        else if constexpr (std::is_same_v<T, std::string>)
            value = text(json);
        else if constexpr (std::is_same_v<T, std::string_view>)
            value = lasting(text(json));
        else if constexpr (traits::is_optional<T>)
            optional(value, json);
        else if constexpr (traits::is_aged<T>)
            aged(value, json);
        else if constexpr (traits::is_bits<T>)
            bits(value, json);
        else if constexpr (traits::is_list<T>)
            list(value, json);
        else if constexpr (traits::is_array<T>)
            array(value, json);
        else if constexpr (std::is_same_v<T, Firmware>)
            firmware(value, json);
        else if constexpr (std::is_same_v<T, BatteryState>)
            state(value, json);
        else
            object(value, json);
    }

private:
    static bool boolean(const Json& json) {
        if (!json.is_boolean())
            throw SnapshotFault{"expected true or false"};
        return json.get<bool>();
    }
    template <class N>
    static N number(const Json& json, N most = std::numeric_limits<N>::max()) {
        const bool is_unsigned = json.is_number_unsigned();
        if (!is_unsigned && !json.is_number_integer())
            throw SnapshotFault{"expected a whole number"};
        const bool fits =
            is_unsigned ? std::cmp_less_equal(json.get<std::uint64_t>(), most)
                        : std::cmp_greater_equal(json.get<std::int64_t>(), std::numeric_limits<N>::min());
        if (!fits)
            throw SnapshotFault{"a number that is out of range"};
        return json.get<N>();
    }
    /// Far above anything real, and far from where sums and differences overflow.
    static std::int64_t bounded(const Json& json) {
        constexpr std::int64_t most = 1'000'000'000'000'000;
        const auto value = number<std::int64_t>(json, most);
        if (value < -most)
            throw SnapshotFault{"a number that is out of range"};
        return value;
    }
    static TimePoint time(const Json& json) {
        const bool never = json.is_number_unsigned() &&
                           json.get<std::uint64_t>() ==
                               static_cast<std::uint64_t>(TimePoint::max().time_since_epoch().count());
        return never ? TimePoint::max() : TimePoint{Duration{bounded(json)}};
    }
    static std::string text(const Json& json) {
        if (!json.is_string())
            throw SnapshotFault{"expected a text"};
        const auto& utf8 = json.get_ref<const std::string&>();
        std::string bytes;
        for (std::size_t i = 0; i < utf8.size(); ++i) {
            unsigned byte = static_cast<unsigned char>(utf8[i]);
            if (byte >= 0x80 && i + 1 < utf8.size()) // 0x80 to 0xFF, as the writer has written them
                byte = (byte & 3U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3FU);
            bytes += static_cast<char>(static_cast<unsigned char>(byte));
        }
        return bytes;
    }
    /// The names of limiters are words of the program; those of a snapshot live as long.
    static std::string_view lasting(std::string word) {
        static std::mutex mutex;
        static std::set<std::string, std::less<>> words;
        const std::lock_guard lock{mutex};
        return *words.insert(std::move(word)).first;
    }
    template <class T>
    static void optional(std::optional<T>& value, const Json& json) {
        value.reset();
        if (!json.is_null())
            read(value.emplace(), json);
    }
    template <class T>
    static void aged(Aged<T>& value, const Json& json) {
        expect_size(json, 3);
        read(value.value, json[0]);
        read(value.oldest, json[1]);
        read(value.expires, json[2]);
    }
    template <std::size_t n>
    static void bits(std::bitset<n>& value, const Json& json) {
        const std::string digits = text(json);
        if (digits.size() != n || digits.find_first_not_of("01") != std::string::npos)
            throw SnapshotFault{"expected " + std::to_string(n) + " bits"};
        value = std::bitset<n>{digits};
    }
    template <class List>
    static void list(List& values, const Json& json) {
        constexpr std::size_t most = 65536;
        if (!json.is_array() || json.size() > most)
            throw SnapshotFault{"expected a list"};
        values.clear();
        for (const Json& element : json)
            read(values.emplace_back(), element);
    }
    template <class T, std::size_t n>
    static void array(std::array<T, n>& values, const Json& json) {
        expect_size(json, n);
        for (std::size_t i = 0; i < n; ++i)
            read(values[i], json[i]);
    }
    static void firmware(Firmware& value, const Json& json) {
        std::array<std::uint8_t, 2> numbers{};
        array(numbers, json);
        value = {numbers[0], numbers[1]};
    }
    static void state(BatteryState& state, const Json& json) {
        expect_object(json);
        state = {};
        std::size_t found = 0;
        each_signal(state, BatteryState{}, [&](std::size_t index, auto& signal, const auto&) {
            if (const auto entry = json.find(signal_name(index)); entry != json.end()) {
                aged(signal.emplace(), *entry);
                ++found;
            }
        });
        if (found != json.size())
            throw SnapshotFault{"a signal that this version does not know"};
    }
    template <class T>
    static void object(T& value, const Json& json) {
        expect_object(json);
        std::size_t found = 0;
        T::each_member(value, [&](const char* name, auto& member) {
            const auto entry = json.find(name);
            if (entry == json.end())
                throw SnapshotFault{std::string{name} + ": missing"};
            try {
                read(member, *entry);
            } catch (const SnapshotFault& fault) {
                throw SnapshotFault{std::string{name} + ": " + fault.what};
            }
            ++found;
        });
        if (found != json.size())
            throw SnapshotFault{"a member that this version does not know"};
        if constexpr (requires { value.restored(); })
            if (!value.restored())
                throw SnapshotFault{"does not fit this battery"};
    }
    static void expect_object(const Json& json) {
        if (!json.is_object())
            throw SnapshotFault{"expected an object"};
    }
    static void expect_size(const Json& json, std::size_t size) {
        if (!json.is_array() || json.size() != size)
            throw SnapshotFault{"expected a list of " + std::to_string(size)};
    }
};

} // namespace retrocan::daemon
