// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <algorithm>
#include <array>
#include <optional>

namespace retrocan::modbus {

namespace {

using namespace std::chrono_literals;
using adapter::SettingsReader;

constexpr std::array<std::string_view, 3> parities{"none", "even", "odd"};

void read_both(SettingsReader& read, Options& options) {
    // Serial lines end at 247, but devices (and gateways) with other ids are about.
    if (const auto unit = read.integer("unit", 0, 255))
        options.unit = static_cast<std::uint8_t>(*unit);
    options.pause = read.duration("pause", 0ms, 10s).value_or(options.pause);
    options.timeout = read.duration("timeout", 50ms, 10s).value_or(options.timeout);
}

/// For serial lines, which come later: checked, so that a mapping written today is right then.
void check_serial(SettingsReader& read) {
    read.integer("serial_baud", 300, 4'000'000);
    read.one_of("serial_parity", parities);
    read.integer("serial_stop_bits", 1, 2);
}

bool is_host(const std::string& host) {
    const auto bad = [](char c) { return c <= ' ' || c == '/' || c > '~'; };
    return !host.empty() && host.size() <= 253 && std::ranges::none_of(host, bad);
}

/// The port that was written behind a host, as in "192.168.1.50:502"; an address of IPv6 has more colons.
std::optional<std::string> port_behind(const std::string& host) {
    const std::size_t colon = host.find(':');
    if (colon == std::string::npos || colon != host.rfind(':'))
        return std::nullopt;
    std::string port = host.substr(colon + 1);
    const bool number =
        !port.empty() && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
    return number ? port : "502";
}

} // namespace

Options read_options(const adapter::SourceSpec& spec, Faults& faults) {
    Options options;

    SettingsReader mapping{spec.mapping, faults};
    read_both(mapping, options);
    if (const auto table = mapping.one_of("table", table_words))
        options.table = static_cast<Table>(*table);
    options.address_step = mapping.integer("address_step", 1, 16).value_or(options.address_step);
    options.longest_read = mapping.integer("longest_read", 1, most_registers).value_or(options.longest_read);
    options.longest_gap = mapping.integer("longest_gap", 0, most_registers - 1).value_or(options.longest_gap);
    check_serial(mapping);
    mapping.finish();

    if (spec.connection.path.empty())
        return options;
    SettingsReader connection{spec.connection, faults};
    const std::size_t before = faults.size();
    options.host = connection.text("host").value_or("");
    if (faults.size() == before && !is_host(options.host))
        connection.fault("host",
                         options.host.empty()
                             ? "missing; expected a host name or an IP address, as in \"192.168.1.50\""
                             : "expected a host name or an IP address; got \"" + options.host + "\"");
    if (const auto port = port_behind(options.host); port && faults.size() == before)
        connection.fault("host",
                         "has a port in it: \"" + options.host + "\"; write the port as port = " + *port);
    options.port = static_cast<std::uint16_t>(connection.integer("port", 1, 65535).value_or(options.port));
    read_both(connection, options);
    connection.finish();
    return options;
}

} // namespace retrocan::modbus
