// SPDX-License-Identifier: Apache-2.0
// What the decoding of a poll of a hundred points costs, beside a decoder of the same battery written by hand
// in C: from raw values, which is what the mapping does, and from registers, which is the whole way. That
// both come to the same is checked before anything is measured.
#include "core/battery.h"
#include "hand_decoder.h"
#include "hundred_points.h"
#include "mapping/decoder.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace retrocan;
using bench::HundredPoints;

const HundredPoints& battery() {
    static const HundredPoints battery;
    return battery;
}

constexpr Duration poll_period = std::chrono::seconds{1};

std::int64_t microseconds(Duration duration) {
    return duration.count();
}

/// Moves some values, as a battery in use does. The same for both sides.
void move(modbus::Block& registers, std::uint16_t by) {
    registers.values[1] = static_cast<std::uint16_t>(52800 + by % 8);
    registers.values[3] = static_cast<std::uint16_t>(53036 + by % 16);
    for (std::size_t i = 32; i < 46; ++i)
        registers.values[i] = static_cast<std::uint16_t>(3300 + (by + i) % 8);
}

constexpr std::size_t variants = 16;

void mapping_from_values(benchmark::State& state) {
    mapping::Decoder decoder{*battery().bound};
    std::vector<adapter::Answer> answers;
    modbus::Block registers = battery().registers;
    HundredPoints moved;
    for (std::size_t i = 0; i < variants; ++i) {
        move(moved.registers, static_cast<std::uint16_t>(i));
        answers.push_back(moved.poll({}));
    }
    TimePoint now{};
    std::size_t i = 0;
    for (auto _ : state) {
        adapter::Answer& answer = answers[i++ % variants];
        answer.at = now += poll_period;
        benchmark::DoNotOptimize(&decoder.take(answer));
    }
}

void hand_from_values(benchmark::State& state) {
    std::vector<hand_raw> answers(variants);
    modbus::Block registers = battery().registers;
    for (std::size_t i = 0; i < variants; ++i) {
        move(registers, static_cast<std::uint16_t>(i));
        hand_read(registers.values.data(), battery().coils.values.data(), &answers[i]);
    }
    hand_state decoded{};
    std::int64_t now = 0;
    std::size_t i = 0;
    for (auto _ : state) {
        now += microseconds(poll_period);
        hand_decode(&answers[i++ % variants], now, microseconds(HundredPoints::stale_after), &decoded);
        benchmark::DoNotOptimize(&decoded);
        benchmark::ClobberMemory();
    }
}

void mapping_from_registers(benchmark::State& state) {
    mapping::Decoder decoder{*battery().bound};
    modbus::Block registers = battery().registers;
    TimePoint now{};
    std::uint16_t i = 0;
    for (auto _ : state) {
        move(registers, i++ % variants);
        now += poll_period;
        decoder.take(battery().answer(registers, now));
        benchmark::DoNotOptimize(&decoder.take(battery().answer(battery().coils, now)));
    }
}

void hand_from_registers(benchmark::State& state) {
    modbus::Block registers = battery().registers;
    hand_state decoded{};
    hand_raw raw{};
    std::int64_t now = 0;
    std::uint16_t i = 0;
    for (auto _ : state) {
        move(registers, i++ % variants);
        now += microseconds(poll_period);
        hand_read(registers.values.data(), battery().coils.values.data(), &raw);
        hand_decode(&raw, now, microseconds(HundredPoints::stale_after), &decoded);
        benchmark::DoNotOptimize(&decoded);
        benchmark::ClobberMemory();
    }
}

BENCHMARK(hand_from_values);
BENCHMARK(mapping_from_values);
BENCHMARK(hand_from_registers);
BENCHMARK(mapping_from_registers);

// --- both come to the same
// -----------------------------------------------------------------------------------

template <class T>
bool same(const Maybe<T>& found, const hand_value& expected) {
    if (found.has_value() != expected.present || !found)
        return found.has_value() == expected.present;
    if constexpr (std::is_same_v<T, bool>)
        return found->value == (expected.value != 0);
    else
        return found->value.count == expected.value;
}

template <class T>
bool same(const Maybe<T>& found, const Maybe<std::string>& id, const hand_winner& expected) {
    return same(found, expected.value) && (id ? id->value : "") == expected.id;
}

bool same_state(const BatteryState& s, const hand_state& h) {
    const auto alarm = [&](AlarmKind kind, hand_alarm other) {
        return same(s.alarms[static_cast<std::size_t>(kind)], h.alarm[other]);
    };
    const auto warning = [&](AlarmKind kind, const hand_value& other) {
        return same(s.warnings[static_cast<std::size_t>(kind)], other);
    };
    return same(s.voltage, h.voltage) && same(s.current, h.current) && same(s.temperature, h.temperature) &&
           same(s.soc, h.soc) && same(s.soh, h.soh) && same(s.cvl, h.cvl) && same(s.ccl, h.ccl) &&
           same(s.dcl, h.dcl) && same(s.discharge_voltage, h.discharge_voltage) &&
           same(s.charge_allowed, h.charge_allowed) && same(s.discharge_allowed, h.discharge_allowed) &&
           same(s.online, h.online) && same(s.capacity_online, h.capacity_online) &&
           same(s.capacity_remaining, h.capacity_remaining) && same(s.energy_in, h.energy_in) &&
           same(s.energy_out, h.energy_out) &&
           same(s.cell_voltage_min, s.cell_voltage_min_id, h.cell_voltage_min) &&
           same(s.cell_voltage_max, s.cell_voltage_max_id, h.cell_voltage_max) &&
           same(s.cell_temperature_min, s.cell_temperature_min_id, h.cell_temperature_min) &&
           same(s.cell_temperature_max, s.cell_temperature_max_id, h.cell_temperature_max) &&
           alarm(AlarmKind::high_voltage, HAND_HIGH_VOLTAGE) &&
           alarm(AlarmKind::low_voltage, HAND_LOW_VOLTAGE) &&
           alarm(AlarmKind::high_temperature, HAND_HIGH_TEMPERATURE) &&
           alarm(AlarmKind::low_temperature, HAND_LOW_TEMPERATURE) &&
           alarm(AlarmKind::high_current, HAND_HIGH_CURRENT) &&
           alarm(AlarmKind::high_charge_current, HAND_HIGH_CHARGE_CURRENT) &&
           alarm(AlarmKind::short_circuit, HAND_SHORT_CIRCUIT) &&
           alarm(AlarmKind::contactor, HAND_CONTACTOR) && alarm(AlarmKind::internal, HAND_INTERNAL) &&
           warning(AlarmKind::cell_imbalance, h.warning_cell_imbalance) &&
           warning(AlarmKind::low_voltage, h.warning_low_voltage);
}

/// Over polls that differ in any one register or coil.
bool decoders_agree() {
    mapping::Decoder decoder{*battery().bound};
    hand_raw raw{};
    hand_state hand{};
    TimePoint now{};
    const auto agree = [&](const modbus::Block& registers, const modbus::Block& coils) {
        now += poll_period;
        decoder.take(battery().answer(registers, now));
        decoder.take(battery().answer(coils, now));
        hand_read(registers.values.data(), coils.values.data(), &raw);
        hand_decode(&raw, microseconds(now.time_since_epoch()), microseconds(HundredPoints::stale_after),
                    &hand);
        return same_state(decoder.update().state, hand);
    };
    for (std::size_t i = 0; i < HAND_REGISTERS; ++i)
        for (const int value : {0, 1, 2, 3, 4, 5, 901, 1501, 9999, 32768, 65535}) {
            modbus::Block registers = battery().registers;
            registers.values[i] = static_cast<std::uint16_t>(value);
            if (!agree(registers, battery().coils)) {
                std::fprintf(stderr, "the decoders differ where register %zu is %d\n", i, value);
                return false;
            }
        }
    for (std::size_t i = 0; i < HAND_COILS; ++i) {
        modbus::Block coils = battery().coils;
        coils.values[i] = 1;
        if (!agree(battery().registers, coils)) {
            std::fprintf(stderr, "the decoders differ where coil %zu is set\n", i);
            return false;
        }
    }
    return true;
}

/// Keeps the least time of each benchmark: what others do on the machine only adds.
class Reporter : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration) {
                auto& least =
                    least_.try_emplace(run.run_name.function_name, run.GetAdjustedCPUTime()).first->second;
                least = std::min(least, run.GetAdjustedCPUTime());
            }
        ConsoleReporter::ReportRuns(runs);
    }
    void print_ratio(const std::string& from) const {
        const auto mapping = least_.find("mapping_from_" + from);
        const auto hand = least_.find("hand_from_" + from);
        if (mapping != least_.end() && hand != least_.end())
            std::printf("100 points from %-9s  mapping %5.0f ns, by hand %4.0f ns: %.1f times\n",
                        from.c_str(), mapping->second, hand->second, mapping->second / hand->second);
    }

private:
    std::map<std::string, double> least_;
};

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv) || !decoders_agree())
        return 1;
    Reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.print_ratio("values");
    reporter.print_ratio("registers");
}
