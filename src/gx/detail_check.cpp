// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <utility>

namespace retrocan::gx {

namespace {

constexpr int unknown = 0xFFFF;
constexpr int most_modules = 1000;
constexpr int most_cells = 30;
constexpr int kelvin = 273;
constexpr int some_current = 10; // 1.0 A
constexpr int enough_soc = 5;    // % SOC: 5 % of the capacity are more than rounding
constexpr int several = 3;

bool is_marker(int raw) {
    return raw == 0 || raw == unknown;
}
bool is_cell_voltage(int raw) {
    return raw >= 1000 && raw <= 5000;
}
bool is_kelvin(int raw) {
    return raw >= 223 && raw <= 373;
}

std::uint32_t u32(const CanFrame& frame, std::size_t byte) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(frame.data.at(byte + i)) << (8 * i);
    return value;
}

class DetailCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        if (!is_battery_message(scene.frame))
            return;
        switch (scene.frame.id) {
        case 0x35F:
            hear_capacities(scene, ledger);
            break;
        case 0x360:
            if (scene.frame.size > 0)
                ledger.judge("force-charge", scene.frame.data[0] == 0 || scene.frame.data[0] == 0xFF,
                             scene.at, scene.frame, "byte 0 is neither", "00 or FF");
            break;
        case 0x372:
            hear_modules(scene, ledger);
            break;
        case 0x373:
            hear_cells(scene, ledger);
            hear_temperatures(scene, ledger);
            break;
        case 0x378:
            hear_energy(scene, ledger);
            break;
        case 0x379:
            if (const auto installed = u16(scene.frame, 0))
                ledger.judge("capacity-not-zero", *installed > 0, scene.at, scene.frame, "0 Ah",
                             "the installed capacity, or no 0x379");
            hear_capacities(scene, ledger);
            break;
        default:
            break;
        }
    }

private:
    void hear_capacities(const Scene& scene, Ledger& ledger) {
        const CanFrame* frame = scene.receiver.last(0x35F);
        const auto online = u16(frame, 4);
        const auto installed = u16(scene.receiver.last(0x379), 0);
        if (!online || !installed || *online == 0 || *installed == 0)
            return;
        const TimePoint at = scene.receiver.heard(0x35F)->last_at;
        const std::string found =
            std::to_string(*online) + " Ah online, " + std::to_string(*installed) + " Ah installed";
        ledger.judge("capacity-online", *online <= *installed, at, *frame, found,
                     "at most what is installed");
        const auto soc = u16(scene.receiver.last(0x355), 0);
        const auto& offline = scene.receiver.values().modules_offline;
        // With a module offline the two readings look alike.
        if (!soc || *soc > 100 || (offline && offline->count > 0)) {
            at_first_.reset();
            return;
        }
        if (!at_first_)
            at_first_ = {*soc, *online};
        const int moved = *soc - at_first_->first;
        if (std::abs(moved) < enough_soc)
            return;
        const int difference = std::abs((*online - at_first_->second) * 100 - *installed * moved);
        ledger.judge("capacity-full", difference > std::max(100, *installed * 2), at, *frame,
                     found + ", SOC " + std::to_string(*soc) + " %; before " +
                         std::to_string(at_first_->second) + " Ah at " + std::to_string(at_first_->first) +
                         " %",
                     "the capacity of the modules that are online, not the charge left");
    }

    static void hear_modules(const Scene& scene, Ledger& ledger) {
        for (std::size_t byte = 0; byte < 8; byte += 2)
            if (const auto count = u16(scene.frame, byte))
                ledger.judge("modules-plausible", *count <= most_modules || *count == unknown, scene.at,
                             scene.frame, std::to_string(*count) + " modules", "0 to 1000, or FFFF");
        const auto online = u16(scene.frame, 0);
        const auto current = s16(scene.receiver.last(0x356), 2);
        if (online && current && std::abs(*current) >= some_current)
            ledger.judge("modules-online", *online != 0, scene.at, scene.frame,
                         "no module online at " + tenths(*current) + " A", "their number, or FFFF");
    }

    void hear_cells(const Scene& scene, Ledger& ledger) {
        const auto lowest = u16(scene.frame, 0);
        const auto highest = u16(scene.frame, 2);
        if (!lowest || !highest)
            return;
        for (const int raw : {*lowest, *highest})
            if (!is_marker(raw))
                ledger.judge("cells-plausible", is_cell_voltage(raw), scene.at, scene.frame,
                             std::to_string(raw) + " mV", "1000 to 5000 mV");
        if (is_marker(*lowest) || is_marker(*highest))
            return;
        const std::string range = std::to_string(*lowest) + " to " + std::to_string(*highest) + " mV";
        ledger.judge("cells-order", *lowest <= *highest, scene.at, scene.frame, range, "the lowest first");
        const auto voltage = s16(scene.receiver.last(0x356), 0);
        if (!voltage || *voltage <= 0 || *lowest > *highest || !is_cell_voltage(*lowest))
            return;
        // The two are not measured at one time.
        unfit_ = some_number_fits(*lowest, *highest, *voltage * 10) ? 0 : unfit_ + 1;
        if (unfit_ > 0 && unfit_ < several)
            return;
        ledger.judge("cells-fit", unfit_ == 0, scene.at, scene.frame,
                     "cells of " + range + ", battery " + hundredths(*voltage) + " V",
                     "a whole number of cells, to 1 %");
    }

    static bool some_number_fits(int lowest, int highest, int millivolts) {
        const int tolerance = millivolts / 100;
        for (int n = 1; n <= most_cells; ++n)
            if (lowest * n - tolerance <= millivolts && millivolts <= highest * n + tolerance)
                return true;
        return false;
    }

    static void hear_temperatures(const Scene& scene, Ledger& ledger) {
        const auto lowest = u16(scene.frame, 4);
        const auto highest = u16(scene.frame, 6);
        if (!lowest || !highest)
            return;
        for (const int raw : {*lowest, *highest})
            if (!is_marker(raw))
                ledger.judge("kelvin", is_kelvin(raw), scene.at, scene.frame, std::to_string(raw),
                             "223 to 373 (degC + 273)");
        if (is_marker(*lowest) || is_marker(*highest))
            return;
        ledger.judge("kelvin-order", *lowest <= *highest, scene.at, scene.frame,
                     std::to_string(*lowest) + " to " + std::to_string(*highest) + " K", "the lowest first");
        const auto battery = s16(scene.receiver.last(0x356), 4);
        if (!battery || !is_kelvin(*lowest) || !is_kelvin(*highest) || *lowest > *highest)
            return;
        const int low = (*lowest - kelvin) * 10 - 100;
        const int high = (*highest - kelvin) * 10 + 100;
        ledger.judge("temperatures-agree", *battery >= low && *battery <= high, scene.at, scene.frame,
                     "battery " + tenths(*battery) + " degC, cells " + std::to_string(*lowest - kelvin) +
                         " to " + std::to_string(*highest - kelvin) + " degC",
                     "within 10 K of them");
    }

    void hear_energy(const Scene& scene, Ledger& ledger) {
        if (scene.frame.size < 8)
            return;
        const std::array now{u32(scene.frame, 0), u32(scene.frame, 4)};
        if (energy_)
            for (std::size_t i = 0; i < now.size(); ++i) {
                const std::uint32_t before = (*energy_)[i];
                ledger.judge("energy-rises", now[i] >= before || now[i] <= 10, scene.at, scene.frame,
                             std::string{i == 0 ? "in" : "out"} + ": from " + std::to_string(before) +
                                 " to " + std::to_string(now[i]) + " x 100 Wh",
                             "more, or 0 after a restart");
            }
        energy_ = now;
    }

    std::optional<std::pair<int, int>> at_first_; ///< SOC and online capacity
    int unfit_{};                                 ///< cells that do not fit, one after the other
    std::optional<std::array<std::uint32_t, 2>> energy_;
};

} // namespace

std::unique_ptr<Check> make_detail_check() {
    return std::make_unique<DetailCheck>();
}

} // namespace retrocan::gx
