// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace retrocan::adapter {

/// One key of a TOML table that belongs to an adapter, with its place for messages.
struct Setting {
    std::string key;
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<std::string>>
        value;
    Place place;
};

/// The keys of one TOML table that only the adapter understands. It must object to keys that it does not
/// know.
struct Settings {
    std::string path; ///< how messages name the table: "points.voltage", "battery.modbus"
    Place place;      ///< where the table begins
    std::vector<Setting> keys;
};

/// How often a point is read.
enum class Pace : std::uint8_t {
    live, ///< in each poll; the points that make a round
    slow, ///< each `period`
    once, ///< at the start, when a hurry begins, and when the battery is back after it was away
};

/// Points that are read in one manner: what they have in common, in the adapter's own keys. A key of a point
/// goes before the same key of its block.
struct BlockSpec {
    std::string name;
    Settings keys; ///< for Modbus: at, table, unit_id, timeout, sunspec, ...
};

/// A point of a mapping: where its raw value is, in the adapter's own keys.
struct PointSpec {
    std::string name;
    Settings address;                 ///< for Modbus: at, type, order, table, ...
    std::optional<std::size_t> block; ///< in SourceSpec::blocks
    std::size_t first_slot{};
    std::size_t count{1}; ///< a run of so many values, one after the other
    Pace pace{Pace::live};
    Duration period{}; ///< of slow points
    /// Slow or once, and the device may not have it: that it is never answered must not hold up the others.
    bool optional{};
    /// The battery cannot be run without it: an adapter that gives up what a device refuses goes on asking
    /// for this one.
    bool required{};
};

/// Something to be written to the device, which the mapping describes and the owner has switched on.
struct WriteSpec {
    std::string name;
    Settings address;      ///< for Modbus: at, registers, unit_id
    Pace pace{Pace::once}; ///< once: before the first read, and whenever once points are read again; or slow
    Duration period{};     ///< of slow ones
};

/// All that an adapter needs to read one battery.
struct SourceSpec {
    std::string battery; ///< its name in the configuration
    Settings mapping;    ///< the mapping's table named after the adapter ([modbus]): unit, table, pauses
    /// The configuration's table of the same name: host, port, unit, timeout. Without a path there is no
    /// configuration (`mapping test`, `decode`): nothing in it is required then, and the source only decodes.
    Settings connection;
    Duration poll{}; ///< period of the live points
    std::vector<BlockSpec> blocks;
    std::vector<PointSpec> points;
    std::vector<WriteSpec> writes;
    /// The battery tells its live points by itself, each `poll`; it is not asked.
    bool published{};
};

/// Reads a Settings table key by key and objects to what it was not asked for.
///
///     SettingsReader read{spec.connection, faults};
///     const auto host = read.text("host").value_or("");
///     const auto port = read.integer("port", 1, 65535).value_or(502);
///     read.finish();
///
/// A key of the wrong type or out of range is a fault, and counts as left out.
class SettingsReader {
public:
    SettingsReader(const Settings& settings, Faults& faults) : settings_{settings}, faults_{faults} {}

    std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
    std::optional<std::string> text(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    /// One of `words`; returns its index.
    std::optional<std::size_t> one_of(std::string_view key, std::span<const std::string_view> words);
    /// An amount of time as a person writes it, "100 ms".
    std::optional<Duration> duration(std::string_view key, Duration low, Duration high);
    /// A list of whole numbers, each from `low` to `high`.
    std::optional<std::vector<std::int64_t>> integers(std::string_view key, std::int64_t low,
                                                      std::int64_t high);

    /// A text, or a list of texts that is not empty.
    std::optional<std::vector<std::string>> texts(std::string_view key);

    /// The key is there, whatever its value.
    bool has(std::string_view key);

    /// A fault at `key`, or at the table if it is left out: "<path>.<key>: <message>".
    void fault(std::string_view key, const std::string& message);
    /// Every key that was not asked for becomes a fault with the nearest known key.
    void finish();

private:
    const Setting* find(std::string_view key);

    const Settings& settings_;
    Faults& faults_;
    std::vector<std::string_view> asked_;
};

} // namespace retrocan::adapter
