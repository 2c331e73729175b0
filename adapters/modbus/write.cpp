// SPDX-License-Identifier: Apache-2.0
#include "write.h"

#include "core/unit.h"

namespace retrocan::modbus {

namespace {

constexpr std::size_t most_written = 123; // Modbus application protocol 1.1b, 6.12

std::vector<std::uint16_t> read_values(adapter::SettingsReader& read) {
    const auto values = read.integers("registers", 0, 65535);
    if (!values) {
        if (!read.has("registers"))
            read.fault("registers", "missing; expected the numbers to write, as in [1]");
        return {};
    }
    if (values->empty() || values->size() > most_written)
        read.fault("registers", "expected 1 to 123 numbers; got " + std::to_string(values->size()));
    std::vector<std::uint16_t> result;
    for (const std::int64_t value : *values)
        result.push_back(static_cast<std::uint16_t>(value));
    return result;
}

} // namespace

std::optional<Write> read_write(const adapter::WriteSpec& spec, const Options& options, Faults& faults) {
    const std::size_t before = faults.size();
    adapter::SettingsReader read{spec.address, faults};
    const std::int64_t first = options.addresses_from;
    const auto at = read.integer("at", first, last_address);
    if (!at && !read.has("at"))
        read.fault("at", "missing; expected an address from " + std::to_string(first) + " to 65535");
    Write write{.name = spec.name,
                .unit = options.unit,
                .answer_unit = {},
                .address = static_cast<std::uint16_t>(at.value_or(first) - first),
                .registers = read_values(read),
                .single = false,
                .pace = spec.pace,
                .period = spec.period,
                .manner = options.manner};
    const auto count = static_cast<std::int64_t>(write.registers.size());
    if (at && write.address + (count - 1) * options.address_step > last_address)
        read.fault("at", std::to_string(write.address) + " + " + std::to_string(count) +
                             " registers reach past 65535");
    if (const auto unit = read.integer("unit_id", 1, 255))
        write.unit = static_cast<std::uint8_t>(*unit);
    else if (write.unit == 0 && !read.has("unit_id"))
        read.fault("unit_id", "the mapping's unit_id 0 writes to every device on the line, and none answers; "
                              "give the write a unit_id from 1 to 255");
    if (write.unit == options.unit)
        write.answer_unit = options.answer_unit;
    const auto function = read.integer("function", 6, 16);
    if (function && *function != 6 && *function != 16)
        read.fault("function", "expected 6 (one register) or 16; got " + std::to_string(*function));
    if (function == 6 && count > 1)
        read.fault("function", "6 writes one register, but there are " + std::to_string(count));
    write.single = function ? function == 6 : count == 1;
    read.finish();
    if (faults.size() != before)
        return std::nullopt;
    return write;
}

std::string to_text(const Write& write) {
    std::string text =
        "unit " + std::to_string(write.unit) + ": writes " + std::to_string(write.address) + " =";
    for (const std::uint16_t value : write.registers)
        text += " " + std::to_string(value);
    return text +
           (write.pace == adapter::Pace::slow ? ", every " + retrocan::to_text(write.period) : ", once");
}

} // namespace retrocan::modbus
