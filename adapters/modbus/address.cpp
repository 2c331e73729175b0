// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include <array>
#include <string>

namespace retrocan::modbus {

namespace {

using adapter::SettingsReader;

constexpr std::array<std::string_view, 9> type_words{"u16", "s16", "u32", "s32",  "u64",
                                                     "s64", "f32", "f64", "ascii"};
constexpr std::array<std::string_view, 2> orders{"high word first", "low word first"};
constexpr std::array<std::string_view, 2> byte_orders{"high byte first", "low byte first"};

/// What the keys say about registers; the width is 0 after a fault.
struct Layout {
    Encoding encoding;
    std::size_t width{};
};

Layout read_registers(SettingsReader& read, const Options& options, Faults& faults) {
    const std::size_t before = faults.size();
    Layout layout;
    const auto type = read.one_of("type", type_words);
    const auto length = read.integer("length", 1, most_registers);
    const auto order = read.one_of("order", orders);
    layout.encoding.low_word_first = order == std::size_t{1};
    layout.encoding.low_byte_first = read.one_of("bytes", byte_orders) == std::size_t{1};
    if (!type) {
        if (faults.size() == before)
            read.fault("type", "missing; expected one of u16, s16, u32, s32, u64, s64, f32, f64, ascii");
        return layout;
    }
    layout.encoding.type = static_cast<Type>(*type + 1); // after Type::bit, in the order of the words
    layout.width = width_of(layout.encoding.type);
    if (layout.encoding.type == Type::ascii) {
        layout.width = static_cast<std::size_t>(length.value_or(0));
        if (!length && faults.size() == before)
            read.fault("length", "missing; expected the number of registers that the text takes");
        if (order)
            read.fault("order", "a text has no order of words; remove the key");
    } else if (length) {
        read.fault("length", "only for type = \"ascii\"; remove the key");
    } else if (order && layout.width == 1) {
        read.fault("order", "the value has only one register; remove the key");
    }
    if (layout.width > static_cast<std::size_t>(options.longest_read))
        read.fault("type", "takes " + std::to_string(layout.width) +
                               " registers, more than the mapping's longest_read = " +
                               std::to_string(options.longest_read));
    if (faults.size() != before)
        layout.width = 0;
    return layout;
}

Layout read_bit(SettingsReader& read, Table table) {
    for (const std::string_view key : {"type", "length", "order", "bytes"})
        if (read.has(key))
            read.fault(key, std::string{to_text(table)} + " is a table of single bits; remove the key");
    return {{.type = Type::bit}, 1};
}

} // namespace

std::vector<Element> read_point(const adapter::PointSpec& point, const Options& options, Faults& faults) {
    const std::size_t before = faults.size();
    SettingsReader read{point.address, faults};
    const auto at = read.integer("at", 0, last_address);
    if (!at && faults.size() == before)
        read.fault("at", "missing; expected an address from 0 to 65535");
    const auto table = read.one_of("table", table_words);
    const auto unit = read.integer("unit", 0, 255);
    const Table where = table ? static_cast<Table>(*table) : options.table;
    const std::int64_t step = has_bits(where) ? 1 : options.address_step;

    const Layout layout = has_bits(where) ? read_bit(read, where) : read_registers(read, options, faults);
    read.finish();
    if (faults.size() != before)
        return {};

    const std::int64_t width = static_cast<std::int64_t>(layout.width);
    // Divided rather than multiplied, as a mapping may say any count.
    const std::int64_t room = (last_address - *at) / step + 1;
    if (point.count > static_cast<std::size_t>(room / width)) {
        const std::string total = std::to_string(point.count * layout.width);
        read.fault("at", std::to_string(*at) + " + " + total + (has_bits(where) ? " bits" : " registers") +
                             (step == 1 ? "" : " of " + std::to_string(step) + " addresses each") +
                             " reach past 65535");
        return {};
    }
    std::vector<Element> elements;
    for (std::size_t i = 0; i < point.count; ++i)
        elements.push_back({
            .slot = point.first_slot + i,
            .unit = unit ? static_cast<std::uint8_t>(*unit) : options.unit,
            .table = where,
            .address = static_cast<std::uint16_t>(*at + static_cast<std::int64_t>(i) * width * step),
            .width = layout.width,
            .encoding = layout.encoding,
            .pace = point.pace,
            .period = point.period,
        });
    return elements;
}

} // namespace retrocan::modbus
