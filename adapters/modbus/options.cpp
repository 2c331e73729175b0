// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "adapter/host.h"
#include "procedure_keys.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace retrocan::modbus {

namespace {

using namespace std::chrono_literals;
using adapter::SettingsReader;

constexpr std::array<std::string_view, 2> framings{"tcp", "rtu"};
constexpr std::array<std::string_view, 2> rs485_modes{"off", "rts"};
constexpr std::array<std::string_view, 2> length_words{"bytes", "words"};
constexpr std::array<std::string_view, 2> zero_words{"values", "no answer"};

void read_unit(SettingsReader& read, std::uint8_t& unit) {
    // Serial lines end at 247, but devices (and gateways) with other ids are about.
    unit = static_cast<std::uint8_t>(read.integer("unit_id", 0, 255).value_or(unit));
    if (read.has("unit"))
        read.fault("unit", "the unit id is `unit_id`");
}

void read_times(SettingsReader& read, Manner& manner) {
    manner.pause = read.duration("pause", 0ms, 10s).value_or(manner.pause);
    manner.timeout = read.duration("timeout", 50ms, 10s).value_or(manner.timeout);
}

void read_both(SettingsReader& read, Options& options) {
    read_unit(read, options.unit);
    if (const auto unit = read.integer("answer_unit_id", 0, 255))
        options.answer_unit = static_cast<std::uint8_t>(*unit);
    read_times(read, options.manner);
}

/// What [modbus] and a block have in common, but for unit and times.
void read_requests(SettingsReader& read, Table& table, ByteOrder& order, Manner& manner) {
    if (const auto word = read.one_of("table", table_words))
        table = static_cast<Table>(*word);
    if (const auto word = read.one_of("order", word_orders))
        order.low_word_first = *word == 1;
    if (const auto word = read.one_of("bytes", byte_orders))
        order.low_byte_first = *word == 1;
    manner.longest_read = read.integer("longest_read", 1, most_registers).value_or(manner.longest_read);
    manner.longest_gap = read.integer("longest_gap", 0, most_registers - 1).value_or(manner.longest_gap);
    if (const auto word = read.one_of("all_zero", zero_words))
        manner.zero_is_no_answer = *word == 1;
}

std::optional<Models> read_found(SettingsReader& read) {
    const auto list = read.integers("found", 0, last_address);
    if (!list)
        return std::nullopt;
    if (list->size() % 2 != 0)
        read.fault("found", "expected pairs of a model id and its address, as in [802, 40308]; got " +
                                std::to_string(list->size()) + " numbers");
    Models models;
    for (std::size_t i = 0; i + 1 < list->size(); i += 2) // of two models of one kind the first counts
        models.emplace(static_cast<std::uint16_t>((*list)[i]),
                       Model{.address = static_cast<std::uint16_t>((*list)[i + 1])});
    return models;
}

std::vector<AddressRange> read_unreadable(SettingsReader& read, std::int64_t addresses_from) {
    const auto list = read.integers("unreadable", addresses_from, last_address);
    if (!list)
        return {};
    if (list->size() % 2 != 0)
        read.fault("unreadable",
                   "expected pairs of a first and a last address, as in [0x13AA, 0x13BC]; got " +
                       std::to_string(list->size()) + " numbers");
    std::vector<AddressRange> ranges;
    for (std::size_t i = 0; i + 1 < list->size(); i += 2) {
        const auto [first, last] = std::pair{(*list)[i], (*list)[i + 1]};
        if (first > last)
            read.fault("unreadable", "expected pairs of a first and a last address; got " +
                                         std::to_string(first) + ", " + std::to_string(last));
        ranges.push_back({static_cast<std::uint16_t>(first - addresses_from),
                          static_cast<std::uint16_t>(last - addresses_from)});
    }
    return ranges;
}

/// What line settings are called.
struct LineKeys {
    std::string_view baud;
    std::string_view parity;
    std::string_view stop_bits;
};
constexpr LineKeys mapping_line{"serial_baud", "serial_parity", "serial_stop_bits"};
constexpr LineKeys own_line{"baud", "parity", "stop_bits"};

void read_line(SettingsReader& read, const LineKeys& keys, LineSettings& line) {
    if (const auto baud = read.integer(keys.baud, 300, 4'000'000)) {
        line.baud = static_cast<int>(*baud);
        if (!is_usual_baud(*baud))
            read.fault(keys.baud,
                       "expected a usual rate, such as 9600, 19200 or 115200; got " + std::to_string(*baud));
    }
    if (const auto word = read.one_of(keys.parity, parity_words))
        line.parity = static_cast<Parity>(*word);
    line.stop_bits = static_cast<int>(read.integer(keys.stop_bits, 1, 2).value_or(line.stop_bits));
}

void read_framing(SettingsReader& read, Options& options) {
    if (const auto word = read.one_of("framing", framings))
        options.rtu_framing = *word == 1;
}

/// Keys that mean nothing with the way to the battery that was chosen.
void only_with(SettingsReader& read, std::initializer_list<std::string_view> keys, const std::string& other) {
    for (const std::string_view key : keys)
        if (read.has(key))
            read.fault(key, "only with " + other + "; remove the key");
}

void read_host(SettingsReader& read, Options& options, const Faults& faults) {
    const std::size_t before = faults.size();
    options.host = read.text("host").value_or("");
    if (faults.size() == before && !adapter::is_host(options.host))
        read.fault("host", options.host.empty()
                               ? "missing; expected a host name or an IP address, as in \"192.168.1.50\", or "
                                 "serial = \"/dev/serial/by-id/..\""
                               : "expected a host name or an IP address; got \"" + options.host + "\"");
    if (const auto port = adapter::port_behind(options.host); port && faults.size() == before)
        read.fault("host", "has a port in it: \"" + options.host +
                               "\"; write the port as port = " + (port->empty() ? "502" : *port));
    read_framing(read, options);
    if (const auto port = read.integer("port", 1, 65535))
        options.port = static_cast<std::uint16_t>(*port);
    else if (options.rtu_framing && !read.has("port"))
        read.fault("port", "missing; serial frames through TCP (framing = \"rtu\") have no usual port");
    only_with(read, {"baud", "parity", "stop_bits", "rs485", "rts_delay"}, "serial");
}

void read_serial(SettingsReader& read, Options& options) {
    options.serial.path = read.text("serial").value_or("");
    if (!options.serial.path.starts_with('/'))
        read.fault("serial", "expected the path of a port, as in \"/dev/serial/by-id/usb-..\"; got \"" +
                                 options.serial.path + "\"");
    read_line(read, own_line, options.serial.line);
    options.serial.rs485 = read.one_of("rs485", rs485_modes) == std::size_t{1};
    if (const auto delay = read.duration("rts_delay", 0ms, 100ms)) {
        options.serial.rts_delay = *delay;
        if (!options.serial.rs485)
            read.fault("rts_delay", "only with rs485 = \"rts\"; remove the key");
        else if (*delay % 1ms != Duration{})
            read.fault("rts_delay", "the kernel counts whole milliseconds");
    }
    only_with(read, {"host", "port", "framing"}, "a TCP connection, not with serial");
}

} // namespace

Options read_options(const adapter::SourceSpec& spec, Faults& faults) {
    Options options;

    SettingsReader mapping{spec.mapping, faults};
    read_both(mapping, options);
    read_requests(mapping, options.table, options.order, options.manner);
    options.address_step = mapping.integer("address_step", 1, 16).value_or(options.address_step);
    options.addresses_from = mapping.integer("addresses_from", 0, 1).value_or(options.addresses_from);
    options.unreadable = read_unreadable(mapping, options.addresses_from);
    options.wait_after_connect =
        mapping.duration("wait_after_connect", 0ms, 10s).value_or(options.wait_after_connect);
    options.found = read_found(mapping);
    read_line(mapping, mapping_line, options.serial.line);
    read_framing(mapping, options);
    if (const auto word = mapping.one_of("answer_length", length_words))
        options.manner.length_in_words = *word == 1;
    mapping.finish();

    if (spec.connection.path.empty())
        return options;
    SettingsReader connection{spec.connection, faults};
    if (connection.has("serial"))
        read_serial(connection, options);
    else
        read_host(connection, options, faults);
    read_both(connection, options);
    connection.finish();
    return options;
}

Wire wire_of(const Options& options) {
    if (options.host.empty())
        return wire_of(options.serial);
    return options.rtu_framing ? rtu_tcp_wire : tcp_wire;
}

BlockOptions without_block(const Options& options) {
    return {.at = 0,
            .sunspec = {},
            .table = options.table,
            .order = options.order,
            .unit = options.unit,
            .manner = options.manner};
}

BlockOptions read_block(const adapter::BlockSpec& block, const Options& options,
                        const std::vector<Write>& writes, Faults& faults) {
    BlockOptions result = without_block(options);
    SettingsReader read{block.keys, faults};
    result.at = read.integer("at", 0, last_address).value_or(0);
    if (const auto model = read.integer("sunspec", 1, 65534)) {
        result.sunspec = static_cast<std::uint16_t>(*model);
        if (options.address_step != 1)
            read.fault("sunspec", "the models of a device with address_step = " +
                                      std::to_string(options.address_step) + " cannot be found");
    }
    read_unit(read, result.unit);
    read_times(read, result.manner);
    read_requests(read, result.table, result.order, result.manner);
    if (auto procedure = read_procedure(read, block.name, writes, !options.connects() && !writes.empty())) {
        for (const std::string_view key : {"table", "sunspec", "longest_read", "longest_gap"})
            if (read.has(key))
                read.fault(key, "a procedure gives all registers of the block at once; remove the key");
        if (procedure->may_run() && procedure->kind != Procedure::Kind::fifo && !options.host.empty() &&
            !options.rtu_framing)
            read.fault("procedure", "not over Modbus TCP: expected a serial port, or framing = \"rtu\"");
        result.table = Table::payload;
        result.sunspec.reset();
        result.manner.longest_read = last_address;
        result.manner.longest_gap = last_address;
        result.manner.procedure = std::move(procedure);
    }
    if (result.sunspec && result.table != Table::holding) {
        read.fault(read.has("table") ? "table" : "sunspec",
                   "SunSpec models are in the table holding, not in " + std::string{to_text(result.table)});
        result.table = Table::holding; // told once, not for each point
    }
    read.finish();
    return result;
}

} // namespace retrocan::modbus
