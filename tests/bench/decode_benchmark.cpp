// SPDX-License-Identifier: Apache-2.0
// What the decoding of a poll of a hundred points costs, beside decoders of the same battery written by hand
// in C: from raw values, which is what the mapping does, and from registers, which is the whole way. That all
// come to the same is checked before anything is measured.
#include "core/battery.h"
#include "hand_decoder.h"
#include "hundred_points.h"
#include "mapping/decoder.h"

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <map>
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

/// The numbers of a poll, in the order of the slots.
hand_raw raw_of(const modbus::Block& registers, const modbus::Block& coils) {
    hand_raw raw{};
    hand_read(registers.values.data(), coils.values.data(), &raw);
    return raw;
}

using Readings = std::array<hand_reading, HAND_SLOTS>;

Readings readings_of(const hand_raw& raw) {
    std::array<std::int64_t, HAND_SLOTS> numbers{};
    static_assert(sizeof numbers == sizeof raw);
    std::memcpy(numbers.data(), &raw, sizeof raw);
    Readings readings{};
    for (std::size_t i = 0; i < readings.size(); ++i)
        readings[i] = {static_cast<int>(i), HAND_NUMBER, numbers[i]};
    return readings;
}

void take_by_hand(hand_battery& decoded, const Readings& readings, std::int64_t now) {
    hand_take(&decoded, readings.data(), HAND_SLOTS, now, microseconds(HundredPoints::stale_after));
}

void hand_from_values(benchmark::State& state) {
    std::vector<Readings> answers;
    modbus::Block registers = battery().registers;
    for (std::size_t i = 0; i < variants; ++i) {
        move(registers, static_cast<std::uint16_t>(i));
        answers.push_back(readings_of(raw_of(registers, battery().coils)));
    }
    hand_battery decoded{};
    hand_start(&decoded);
    std::int64_t now = 0;
    std::size_t i = 0;
    for (auto _ : state) {
        take_by_hand(decoded, answers[i++ % variants], now += microseconds(poll_period));
        benchmark::DoNotOptimize(&decoded);
        benchmark::ClobberMemory();
    }
}

void plain_from_values(benchmark::State& state) {
    std::vector<hand_raw> answers;
    modbus::Block registers = battery().registers;
    for (std::size_t i = 0; i < variants; ++i) {
        move(registers, static_cast<std::uint16_t>(i));
        answers.push_back(raw_of(registers, battery().coils));
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
    hand_battery decoded{};
    hand_start(&decoded);
    std::int64_t now = 0;
    std::uint16_t i = 0;
    for (auto _ : state) {
        move(registers, i++ % variants);
        now += microseconds(poll_period);
        take_by_hand(decoded, readings_of(raw_of(registers, battery().coils)), now);
        benchmark::DoNotOptimize(&decoded);
        benchmark::ClobberMemory();
    }
}

void plain_from_registers(benchmark::State& state) {
    modbus::Block registers = battery().registers;
    hand_state decoded{};
    std::int64_t now = 0;
    std::uint16_t i = 0;
    for (auto _ : state) {
        move(registers, i++ % variants);
        now += microseconds(poll_period);
        const hand_raw raw = raw_of(registers, battery().coils);
        hand_decode(&raw, now, microseconds(HundredPoints::stale_after), &decoded);
        benchmark::DoNotOptimize(&decoded);
        benchmark::ClobberMemory();
    }
}

BENCHMARK(mapping_from_values);
BENCHMARK(hand_from_values);
BENCHMARK(plain_from_values);
BENCHMARK(mapping_from_registers);
BENCHMARK(hand_from_registers);
BENCHMARK(plain_from_registers);

// --- all come to the same --------------------------------------------------------------------------------

template <class T>
bool same(const Maybe<T>& found, const hand_value& expected) {
    if (!found || !expected.present)
        return !found && !expected.present;
    if (microseconds(found->oldest.time_since_epoch()) != expected.at ||
        microseconds(found->expires.time_since_epoch()) != expected.expires)
        return false;
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

/// Takes polls with all decoders, and says where they differ.
class Comparison {
public:
    Comparison() { hand_start(&hand_); }

    bool agree(const modbus::Block& registers, const modbus::Block& coils, const std::string& where) {
        now_ += poll_period;
        const std::int64_t now = microseconds(now_.time_since_epoch());
        decoder_.take(battery().answer(registers, now_));
        const BatteryState& state = decoder_.take(battery().answer(coils, now_)).state;
        const hand_raw raw = raw_of(registers, coils);
        take_by_hand(hand_, readings_of(raw), now);
        hand_state plain{};
        hand_decode(&raw, now, microseconds(HundredPoints::stale_after), &plain);
        if (same_state(state, hand_.state) && same_state(state, plain))
            return true;
        std::fprintf(stderr, "the decoders differ where %s\n", where.c_str());
        return false;
    }

    /// The cells are not answered for two polls, then some coils, and then nothing for too long.
    bool agree_on_failures() {
        struct Failure {
            std::size_t first;
            std::size_t count;
            int polls;
        };
        for (const Failure& failure : {Failure{16, 16, 2}, Failure{40, 30, 2}, Failure{0, HAND_SLOTS, 7}})
            for (int poll = 0; poll < failure.polls; ++poll) {
                now_ += poll_period;
                adapter::Answer answer = battery().poll(now_);
                Readings readings = readings_of(raw_of(battery().registers, battery().coils));
                for (std::size_t i = failure.first; i < failure.first + failure.count; ++i) {
                    answer.readings[i].content = adapter::Absence::timeout;
                    readings[i].kind = HAND_FAILURE;
                }
                take_by_hand(hand_, readings, microseconds(now_.time_since_epoch()));
                const Update& update = decoder_.take(answer);
                if (same_state(update.state, hand_.state) && update.round_complete == hand_.round_complete &&
                    update.missed.any() == (hand_.failed != 0))
                    continue;
                std::fprintf(stderr, "the decoders differ where slots from %zu on fail\n", failure.first);
                return false;
            }
        return true;
    }

private:
    mapping::Decoder decoder_{*battery().bound};
    hand_battery hand_{};
    TimePoint now_{};
};

/// Over polls that differ in any one register or coil, and polls that fail in part.
bool decoders_agree() {
    Comparison comparison;
    for (std::size_t i = 0; i < HAND_REGISTERS; ++i)
        for (const int value : {0, 1, 2, 3, 4, 5, 901, 1501, 9999, 32768, 65535}) {
            modbus::Block registers = battery().registers;
            registers.values[i] = static_cast<std::uint16_t>(value);
            if (!comparison.agree(registers, battery().coils,
                                  "register " + std::to_string(i) + " is " + std::to_string(value)))
                return false;
        }
    for (std::size_t i = 0; i < HAND_COILS; ++i) {
        modbus::Block coils = battery().coils;
        coils.values[i] = 1;
        if (!comparison.agree(battery().registers, coils, "coil " + std::to_string(i) + " is set"))
            return false;
    }
    return comparison.agree_on_failures();
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
    void print_ratios() const {
        for (const char* from : {"values", "registers"}) {
            print_ratio(from, "hand", "the same work");
            print_ratio(from, "plain", "one age for all");
        }
    }

private:
    void print_ratio(const std::string& from, const std::string& by_hand, const char* what) const {
        const auto mapping = least_.find("mapping_from_" + from);
        const auto hand = least_.find(by_hand + "_from_" + from);
        if (mapping != least_.end() && hand != least_.end())
            std::printf("100 points from %-9s  mapping %5.0f ns, by hand in C (%s) %4.0f ns: %.1f times\n",
                        from.c_str(), mapping->second, what, hand->second, mapping->second / hand->second);
    }

    std::map<std::string, double> least_;
};

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv) || !decoders_agree())
        return 1;
    Reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.print_ratios();
}
