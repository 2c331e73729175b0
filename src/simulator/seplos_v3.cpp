// SPDX-License-Identifier: Apache-2.0
#include "simulator/seplos_v3.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>

namespace retrocan::simulator {

namespace {

using Registers = std::vector<std::uint16_t>;

/// A value in counts; negative ones as two's complement.
std::uint16_t counts(double value, double per_count) {
    const double rounded = std::clamp(std::round(value / per_count), -32768.0, 65535.0);
    return static_cast<std::uint16_t>(static_cast<std::int32_t>(rounded) & 0xFFFF);
}

constexpr double volt = 0.01;
constexpr double millivolt = 0.001;
constexpr double ampere_hour = 0.01;

/// Tenths of a kelvin.
std::uint16_t kelvin(double celsius) {
    return counts(celsius + 273.1, 0.1);
}
constexpr std::uint16_t not_fitted = 2731; // a sensor that is not there shows 0.0 degC

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Registers pia(const DemoPack& pack) {
    const double remaining = pack.soc * DemoPack::capacity_ah;
    return {
        counts(pack.voltage(), volt),
        counts(pack.current, 0.01),
        counts(remaining, ampere_hour),
        counts(DemoPack::capacity_ah, ampere_hour),
        static_cast<std::uint16_t>(pack.cycles * 20), // discharged so far, 10 Ah: some 200 Ah a cycle
        counts(pack.soc, 0.001),
        counts(pack.soh, 0.001),
        static_cast<std::uint16_t>(pack.cycles),
        counts(mean(pack.cell_voltage), millivolt),
        kelvin(mean(pack.temperature)),
        counts(pack.cell_voltage_max(), millivolt),
        counts(pack.cell_voltage_min(), millivolt),
        kelvin(std::ranges::max(pack.temperature)),
        kelvin(std::ranges::min(pack.temperature)),
        0,
        counts(pack.discharge_current_limit, 1),
        counts(pack.charge_current_limit, 1),
        1000, // reserved
    };
}

Registers pib(const DemoPack& pack) {
    Registers registers;
    for (const double cell : pack.cell_voltage)
        registers.push_back(counts(cell, millivolt));
    for (const double temperature : pack.temperature)
        registers.push_back(kelvin(temperature));
    registers.insert(registers.end(), 4, not_fitted);
    registers.push_back(kelvin(pack.ambient_temperature));
    registers.push_back(kelvin(pack.mosfet_temperature));
    return registers;
}

Registers pic(const DemoPack& pack) {
    Registers coils(0x90);
    for (std::size_t i = 0; i < DemoPack::cells; ++i)
        coils.at(0x30 + i) = pack.balancing.at(i) ? 1 : 0;
    const bool full = pack.soc > 0.999;
    const std::size_t state = pack.current < -1 ? 0 : pack.current > 1 ? 1 : full ? 3 : 4;
    coils.at(0x40 + state) = 1; // discharging, charging, full, standby
    coils.at(0x78) = 1;         // discharge FET
    coils.at(0x79) = 1;         // charge FET
    return coils;
}

Registers spa() {
    Registers registers(0x6A);
    const auto set = [&](std::uint16_t address, std::uint16_t value) {
        registers.at(address - 0x1300U) = value;
    };
    set(0x1300, DemoPack::sensors);
    set(0x1301, DemoPack::cells);
    set(0x1303, counts(56.8, volt)); // pack high alarm
    set(0x1305, counts(58.4, volt)); // over-voltage
    set(0x1307, counts(46.4, volt)); // pack low alarm
    set(0x1309, counts(43.2, volt)); // under-voltage
    set(0x130B, counts(3.55, millivolt));
    set(0x130D, counts(3.65, millivolt));
    set(0x130F, counts(2.90, millivolt));
    set(0x1311, counts(2.70, millivolt));
    set(0x1316, counts(145, 1)); // charge alarm, protection
    set(0x1317, counts(150, 1));
    set(0x131C, counts(-185, 1)); // discharge alarm, protection
    set(0x131D, counts(-190, 1));
    set(0x1358, counts(DemoPack::capacity_ah, ampere_hour)); // rated, full
    set(0x1359, counts(DemoPack::capacity_ah, ampere_hour));
    set(0x1365, counts(DemoPack::charge_voltage, volt));
    set(0x1366, counts(140, 1));
    set(0x1367, counts(-180, 1));
    return registers;
}

/// Two characters a register, padded with NUL.
void put_text(Registers& registers, std::size_t length, std::string_view text) {
    for (std::size_t i = 0; i < length; ++i) {
        const auto character = [&](std::size_t at) {
            return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
        };
        registers.push_back(static_cast<std::uint16_t>((character(2 * i) << 8) | character(2 * i + 1)));
    }
}

Registers via() {
    Registers registers;
    put_text(registers, 10, "Retrocan"); // factory
    put_text(registers, 10, "DEMO-16S280");
    put_text(registers, 1, "15"); // firmware 1.5
    put_text(registers, 15, "DEMO0000000001");
    registers.resize(0x33);
    return registers;
}

} // namespace

std::vector<ModbusBlock> seplos_v3_blocks(const DemoPack& pack) {
    return {
        {ModbusTable::input, 0x1000, pia(pack)}, {ModbusTable::input, 0x1100, pib(pack)},
        {ModbusTable::coil, 0x1200, pic(pack)},  {ModbusTable::input, 0x1300, spa()},
        {ModbusTable::input, 0x1700, via()},
    };
}

void serve_seplos_v3(ModbusServer& server, std::uint8_t unit, const DemoBattery& battery,
                     std::function<Duration()> clock) {
    const auto publish = [&server, unit, battery, clock = std::move(clock)] {
        for (const ModbusBlock& block : seplos_v3_blocks(battery.at(clock())))
            server.set(unit, block.table, block.address, block.values);
    };
    publish();
    for (const ModbusBlock& block : seplos_v3_blocks(battery.at({})))
        server.add_block(unit, block.table, block.address,
                         static_cast<std::uint16_t>(block.address + block.values.size() - 1));
    server.before_answer(publish);
}

} // namespace retrocan::simulator
