// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/time.h"
#include "core/unit.h"
#include "mapping/toml_document.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::toml_file {

/// Whether a key that is left out is a fault.
enum class Need : std::uint8_t { optional, required };

/// Reads one table key by key, strictly: a key of the wrong type or out of range is a fault and counts as
/// left out; finish() makes a fault of each key that was never asked for. Used for mappings and for the
/// configuration.
///
///     TableReader read{document, "", faults};
///     const auto vendor = read.text("vendor", Need::required);
///     if (auto can = read.table("can")) { can->integer("bitrate", 1, 1'000'000); can->finish(); }
///     read.finish();
///
/// Refers to the document and the faults, which outlive it.
class TableReader {
public:
    /// `table.table()` is not null. `path` is how messages name it ("points.voltage"), "" for the file.
    TableReader(const Node& table, std::string path, Faults& faults);

    std::optional<std::string> text(std::string_view key, Need need = Need::optional);
    std::optional<std::int64_t> integer(std::string_view key,
                                        std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t high = std::numeric_limits<std::int64_t>::max(),
                                        Need need = Need::optional);
    std::optional<bool> boolean(std::string_view key, Need need = Need::optional);
    /// One of `words`; returns its index.
    std::optional<std::size_t> one_of(std::string_view key, std::span<const std::string_view> words,
                                      Need need = Need::optional);
    /// An amount of one dimension as a person writes it: "56.8 V". In fine units.
    std::optional<std::int64_t> amount(std::string_view key, Dimension dimension, Need need = Need::optional);
    /// The same as a Quantity: `quantity<Voltage>("ceiling")`.
    template <class Q>
    std::optional<Q> quantity(std::string_view key, Need need = Need::optional) {
        const auto count = amount(key, dimension_of<Q>, need);
        return count ? std::optional<Q>{Q{*count}} : std::nullopt;
    }
    std::optional<Duration> duration(std::string_view key, Duration low, Duration high,
                                     Need need = Need::optional);
    /// A list of texts; empty if left out.
    std::vector<std::string> texts(std::string_view key, Need need = Need::optional);

    /// A table within this one; finish() it too.
    std::optional<TableReader> table(std::string_view key, Need need = Need::optional);
    /// The tables of [[key]]; each has a path such as "battery[2]".
    std::vector<TableReader> tables(std::string_view key, Need need = Need::optional);
    /// A table as an adapter takes it, unchecked; empty and with this table's place if it is left out.
    adapter::Settings settings(std::string_view key);
    /// Whatever stands at a key, for forms that this class does not know.
    const Node* node(std::string_view key, Need need = Need::optional);

    /// Keys that nobody has asked for yet, in the order of the file.
    [[nodiscard]] std::vector<const Entry*> unasked() const;
    /// All the rest as an adapter takes it; the keys count as asked for.
    adapter::Settings rest();

    /// A fault at a key, or at the table if the key is left out: "<path>.<key>: <message>".
    void fault(std::string_view key, const std::string& message);
    /// A fault of the table as a whole.
    void fault(const std::string& message);
    /// Each key that was not asked for becomes a fault with the nearest known one.
    void finish();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Place& place() const { return node_->place; }
    /// "<path>.<key>"
    [[nodiscard]] std::string path_of(std::string_view key) const;
    /// Where a key's value stands, or the table if it is left out.
    [[nodiscard]] const Place& place_of(std::string_view key) const;
    [[nodiscard]] Faults& faults() const { return *faults_; }
    [[nodiscard]] const Table& entries() const { return *node_->table(); }

private:
    void expected(std::string_view key, const std::string& what, const Node& found);

    const Node* node_;
    std::string path_;
    Faults* faults_;
    std::vector<std::string> asked_;
};

/// A table as an adapter takes it. A value that adapters cannot take (a table, a date) is a fault.
adapter::Settings to_settings(const Node& table, std::string path, Faults& faults);

} // namespace retrocan::toml_file
