// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include "plan.h"

#include <algorithm>
#include <array>
#include <string>

namespace retrocan::modbus {

namespace {

using adapter::SettingsReader;

// In the order of Type, after Type::bit.
constexpr std::array<std::string_view, 17> type_words{"u2",    "u4",    "u8",    "s8",    "u16", "s16",
                                                      "u32",   "s32",   "u64",   "s64",   "f32", "f64",
                                                      "bcd16", "bcd32", "bcd64", "ascii", "hex"};
constexpr std::array<std::string_view, 2> parts{"high", "low"};
constexpr std::int64_t register_bits = 16;

/// What the keys say about the values themselves.
struct Layout {
    Encoding encoding;
    std::int64_t width{1}; ///< registers (coils) of a value
    std::int64_t parts{1}; ///< values in one register, side by side
    bool low_part_first{}; ///< of those
    std::int64_t stride{
        1}; ///< registers (coils) from one value, or from one full register of parts, to the next
    std::int64_t unit_step{};

    /// Registers from the first one of a run of `count` to that behind its last.
    [[nodiscard]] std::int64_t reach(std::int64_t count) const {
        return unit_step != 0 ? width : (count - 1) / parts * stride + width;
    }
    /// Of the value with this number in its run.
    [[nodiscard]] Encoding encoding_of(std::int64_t index) const {
        Encoding result = encoding;
        if (const std::int64_t bits = part_bits(encoding.type); bits != 0) {
            const std::int64_t side = index % parts;
            const std::int64_t from_right = low_part_first ? side : register_bits / bits - 1 - side;
            result.shift = static_cast<std::uint8_t>(from_right * bits);
        }
        return result;
    }
};

std::string type_list() {
    std::string text;
    for (const std::string_view word : type_words)
        text += (text.empty() ? "" : ", ") + std::string{word};
    return text;
}

void read_text(SettingsReader& read, Layout& layout, bool has_order) {
    if (has_order)
        read.fault("order", "a text has no order of words; remove the key");
    if (const auto length = read.integer("length", 1, most_registers))
        layout.width = *length;
    else if (!read.has("length"))
        read.fault("length", "missing; expected the number of registers that the text takes");
}

void read_parts(SettingsReader& read, Layout& layout, std::optional<std::size_t> first, bool has_bytes) {
    layout.parts = register_bits / part_bits(layout.encoding.type);
    layout.low_part_first = first == std::size_t{1};
    if (!first && !read.has("first"))
        read.fault("first", "missing; expected \"high\" or \"low\": the part of a register that comes first");
    if (has_bytes && layout.parts == 2)
        read.fault("bytes", "the key `first` says which byte comes first; remove the key");
}

void read_registers(SettingsReader& read, const BlockOptions& block, Layout& layout) {
    const auto type = read.one_of("type", type_words);
    const auto first = read.one_of("first", parts);
    const auto order = read.one_of("order", word_orders);
    const auto bytes = read.one_of("bytes", byte_orders);
    if (!type) {
        if (!read.has("type"))
            read.fault("type", "missing; expected one of " + type_list());
        read.has("length");
        return;
    }
    layout.encoding.type = static_cast<Type>(*type + 1);
    layout.width = static_cast<std::int64_t>(width_of(layout.encoding.type));
    const bool part = part_bits(layout.encoding.type) != 0;
    const bool text = layout.width == 0;
    // What is inherited counts where it has a meaning; a point's own key without one is a mistake.
    if (layout.width > 1)
        layout.encoding.low_word_first = order ? *order == 1 : block.order.low_word_first;
    if (part_bits(layout.encoding.type) != 8)
        layout.encoding.low_byte_first = bytes ? *bytes == 1 : block.order.low_byte_first;
    if (text)
        read_text(read, layout, order.has_value());
    else if (read.has("length"))
        read.fault("length", "only for type = \"ascii\" and \"hex\"; remove the key");
    if (!text && order && layout.width == 1)
        read.fault("order", "the value has only one register; remove the key");
    if (part)
        read_parts(read, layout, first, bytes.has_value());
    else if (first)
        read.fault("first", "only for parts of a register, type u2, u4, u8 and s8; remove the key");
    if (layout.width > block.manner.longest_read)
        read.fault("type", "takes " + std::to_string(layout.width) + " registers, more than longest_read = " +
                               std::to_string(block.manner.longest_read));
    layout.stride = layout.width;
}

void read_bit(SettingsReader& read, Table table, Layout& layout) {
    for (const std::string_view key : {"type", "length", "first", "order", "bytes"})
        if (read.has(key))
            read.fault(key, std::string{to_text(table)} + " is a table of single bits; remove the key");
    layout.encoding.type = Type::bit;
}

void read_run(SettingsReader& read, Layout& layout) {
    const auto stride = read.integer("stride", 1, last_address);
    layout.unit_step = read.integer("unit_id_step", 1, 255).value_or(0);
    if (!stride)
        return;
    if (layout.unit_step != 0)
        read.fault("stride", "the values of a run with unit_id_step are at the same address; remove the key");
    if (*stride < layout.width)
        read.fault("stride", "a value takes " + std::to_string(layout.width) +
                                 " registers; expected at least so many; got " + std::to_string(*stride));
    layout.stride = *stride;
    layout.parts = 1; // each in its own register
}

/// Where the run begins, counted as on the wire; nothing after a fault.
std::optional<std::int64_t> first_address(SettingsReader& read, const Options& options,
                                          const BlockOptions& block) {
    const auto at = read.integer("at", 0, last_address);
    if (!at) {
        if (!read.has("at"))
            read.fault("at", "missing; expected an address from 0 to 65535");
        return std::nullopt;
    }
    // The registers of a SunSpec model are counted from its first one, whatever the document does.
    // So are those of a payload.
    const bool counted_from_0 = block.sunspec || block.table == Table::payload;
    const std::int64_t address = *at + block.at - (counted_from_0 ? 0 : options.addresses_from);
    if (address < 0) {
        read.fault("at", "the first address is 1 (addresses_from = 1); got 0");
        return std::nullopt;
    }
    return address;
}

/// Whether the whole run lies in the table, and its unit ids exist.
void check_reach(SettingsReader& read, const Layout& layout, std::int64_t address, std::int64_t step,
                 std::uint8_t unit, std::size_t count, const BlockOptions& block, bool bits) {
    constexpr std::size_t enough = 1'000'000; // a mapping may say any count
    const auto n = static_cast<std::int64_t>(std::min(count, enough));
    const std::int64_t reach = layout.reach(n);
    if (address + (reach - 1) * step > last_address)
        read.fault("at", std::to_string(address) + (block.at != 0 ? " (with its block's at)" : "") + " + " +
                             std::to_string(reach) + (bits ? " bits" : " registers") +
                             (step == 1 ? "" : " of " + std::to_string(step) + " addresses each") +
                             " reach past 65535");
    if (unit + (n - 1) * layout.unit_step > 255)
        read.fault("unit_id_step",
                   std::to_string(n) + " values from unit id " + std::to_string(unit) + " on reach past 255");
}

std::string hex(std::int64_t address) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = "0x";
    for (int shift = 12; shift >= 0; shift -= 4)
        text += digits[static_cast<std::size_t>((address >> shift) & 0xF)];
    return text;
}

} // namespace

std::vector<Element> read_point(const adapter::PointSpec& point, const Options& options,
                                const BlockOptions& block, Faults& faults) {
    const std::size_t before = faults.size();
    SettingsReader read{point.address, faults};
    const auto address = first_address(read, options, block);
    const auto own_table = read.one_of("table", table_words);
    const Table table = own_table ? static_cast<Table>(*own_table) : block.table;
    if (block.table == Table::payload && own_table)
        read.fault("table", "a procedure gives the registers of this block; remove the key");
    if (block.sunspec && table != Table::holding)
        read.fault("table", "SunSpec models are in the table holding; remove the key");
    const auto unit = static_cast<std::uint8_t>(read.integer("unit_id", 0, 255).value_or(block.unit));
    const bool bits = has_bits(table);
    const std::int64_t step = step_of(table, options);

    Layout layout;
    if (bits)
        read_bit(read, table, layout);
    else
        read_registers(read, block, layout);
    read_run(read, layout);
    read.finish();
    if (faults.size() != before)
        return {};
    check_reach(read, layout, *address, step, unit, point.count, block, bits);
    if (faults.size() != before)
        return {};

    std::vector<Element> elements;
    elements.reserve(point.count);
    for (std::size_t i = 0; i < point.count; ++i) {
        const auto n = static_cast<std::int64_t>(i);
        const bool same_place = layout.unit_step != 0;
        elements.push_back({
            .slot = point.first_slot + i,
            .unit = static_cast<std::uint8_t>(unit + n * layout.unit_step),
            .table = table,
            .model = block.sunspec,
            .address = static_cast<std::uint16_t>(*address +
                                                  (same_place ? 0 : n / layout.parts * layout.stride * step)),
            .width = static_cast<std::size_t>(layout.width),
            .encoding = layout.encoding_of(same_place ? 0 : n),
            .pace = point.pace,
            .period = point.period,
            .optional = point.optional,
            .required = point.required,
            .manner = block.manner,
        });
    }
    return elements;
}

std::string where(std::span<const Element> elements, const Options& options) {
    if (elements.empty())
        return "";
    const Element& front = elements.front();
    const Element& back = elements.back();
    const std::int64_t step = step_of(front.table, options);
    const std::int64_t last = back.address + (static_cast<std::int64_t>(back.width) - 1) * step;
    const bool one = last == front.address;
    std::string text;
    if (front.unit != back.unit)
        text = "units " + std::to_string(front.unit) + ".." + std::to_string(back.unit) + ": ";
    else if (front.unit != options.unit)
        text = "unit " + std::to_string(front.unit) + ": ";
    if (front.manner.procedure)
        text += "payload " + front.manner.procedure->name + " + ";
    else
        text += front.model ? "model " + std::to_string(*front.model) + " + "
                            : std::string{to_text(front.table)} + " ";
    text += std::to_string(front.address) + (one ? "" : ".." + std::to_string(last));
    if (!front.model && !front.manner.procedure)
        text += " (" + hex(front.address) + (one ? "" : ".." + hex(last)) + ")";
    return text;
}

} // namespace retrocan::modbus
