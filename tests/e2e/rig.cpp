// SPDX-License-Identifier: Apache-2.0
#include "e2e/rig.h"

#include <array>
#include <vector>

namespace retrocan::e2e {

namespace {

using simulator::ModbusTable;
using Registers = std::vector<std::uint16_t>;

const Registers seplos_pia{5325, 65399, 27456, 33000, 290,  832, 999, 10, 3327,
                           2943, 3328,  3327,  2945,  2942, 0,   180, 180};
const Registers seplos_pib{3327, 3327, 3328, 3328, 3328, 3327, 3328, 3327, 3328, 3328, 3328, 3328, 3328,
                           3327, 3327, 3328, 2946, 2943, 2945, 2942, 2731, 2731, 2731, 2731, 2956, 2943};
const std::array<std::uint8_t, 18> seplos_pic{0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 3, 0, 0};
const Registers seplos_spa{4,     16,   5400, 5600, 5400, 5760,  4800,  4640,  4800, 4320,  3400,
                           3500,  3400, 3650, 3100, 2900, 3100,  2700,  2000,  1000, 500,   203,
                           205,   210,  100,  300,  300,  65333, 65331, 65326, 100,  65186, 300,
                           65236, 106,  600,  5,    3000, 205,   10,    3500,  3400, 1500,  1000,
                           800,   200,  30,   3201, 3231, 3231,  3281,  2781,  2761};
const Registers seplos_spa_rest{2751, 2731, 3231,  3281,  3281,  3331, 2761,  2731, 2741, 2701, 3201,
                                3231, 3281, 3331,  2761,  2731,  2731, 2631,  3581, 3681, 3581, 3831,
                                2831, 2731, 3231,  2731,  10,    3400, 50,    30,   960,  80,   50,
                                50,   30,   33000, 33000, 27456, 48,   60,    240,  10,   7,    0,
                                13,   0,    500,   300,   5760,  180,  65356, 0,    8};
const Registers seplos_via{22618, 18477, 17772, 25955, 21605, 25448, 8259,  28462, 11340, 29796, 21319,
                           12598, 21298, 12336, 16685, 21328, 13623, 16941, 16640, 0,     12597, 21328,
                           13623, 16941, 16690, 13616, 13873, 12848, 12338, 12800, 0,     0,     0,
                           0,     0,     0,     0,     0,     0,     0,     0,     0,     0,     0,
                           0,     0,     0,     0,     0,     0,     0};

const Registers jk_live{3293, 3293, 3293, 3293, 3293, 3293, 3294, 3293,  3294, 3294, 3294, 3294, 3294,
                        3293, 3294, 3293, 0,    0,    0,    0,    0,     0,    0,    0,    0,    0,
                        0,    0,    0,    0,    0,    0,    0,    65535, 3293, 1,    256,  51,   52,
                        63,   66,   77,   88,   102,  113,  119,  113,   102,  98,   90,   68,   64,
                        54,   0,    0,    0,    0,    0,    0,    0,     0};
const Registers jk_pack{0,     0,    0,  0,   0,     0,     0, 0,   203,  0,   0,     0,     52695,
                        0,     0,    0,  0,   195,   198,   0, 0,   0,    55,  2,     24147, 4,
                        17856, 0,    62, 265, 46982, 25600, 0, 741, 8708, 257, 0,     0,     0,
                        0,     0,    0,  0,   65280, 1,     0, 919, 0,    0,   16448, 28950, 0,
                        0,     5269, 0,  256, 257,   1536,  0, 175, 58292};
const Registers jk_rest{0, 0, 203, 194, 199, 919, 3012, 16006, 2320, 0, 1, 20864, 0};
const Registers jk_settings{0, 3500, 0, 2700, 0, 2901, 0, 3650,  0, 3444, 0, 5,   0, 3445,  0, 2900,
                            0, 3450, 0, 3350, 0, 2500, 0, 60000, 0, 3,    0, 60,  1, 34464, 0, 300,
                            0, 60,   0, 5,    0, 2000, 0, 350,   0, 320,  0, 350, 0, 320,   0, 50,
                            0, 70,   0, 800,  0, 700,  0, 16,    0, 1,    0, 1,   0};
const Registers jk_settings_rest{1, 4, 17856, 0, 1500, 0, 3440};
const Registers jk_device{19019, 24400, 16946, 16689, 13907, 12848, 20480, 0,
                          12597, 16640, 0,     0,     12597, 11828, 12544, 0};

Registers coils_of(std::span<const std::uint8_t> bytes) {
    Registers coils;
    for (const std::uint8_t byte : bytes)
        for (unsigned bit = 0; bit < 8; ++bit) // first coil is bit 0
            coils.push_back(static_cast<std::uint16_t>(byte >> bit & 1U));
    return coils;
}

} // namespace

std::string configuration(std::uint16_t port, const std::string& link, const Options& o) {
    return "[can]\nlink = \"" + link + "\"\n" + o.can + "[[battery]]\nname = \"shed\"\nmapping = \"" +
           o.mapping + "\"\ncells = 16\ncell_over_voltage = \"3.65 V\"\npoll = \"" + o.poll +
           "\"\nstale_after = \"" + o.stale_after + "\"\n" + o.extra +
           "[battery.modbus]\nhost = \"127.0.0.1\"\nport = " + std::to_string(port) +
           "\nunit_id = " + std::to_string(o.unit) + "\ntimeout = \"" + o.timeout + "\"\n[battery.limits]\n" +
           o.limits;
}

void serve_seplos(simulator::ModbusServer& server, std::uint8_t unit) {
    server.set(unit, ModbusTable::input, 0x1000, seplos_pia);
    server.set(unit, ModbusTable::input, 0x1100, seplos_pib);
    server.set(unit, ModbusTable::coil, 0x1200, coils_of(seplos_pic));
    server.set(unit, ModbusTable::input, 0x1300, seplos_spa);
    server.set(unit, ModbusTable::input, 0x1335, seplos_spa_rest);
    server.set(unit, ModbusTable::input, 0x1700, seplos_via);
}

void serve_jk(simulator::ModbusServer& server, std::uint8_t unit) {
    server.set(unit, ModbusTable::holding, 4608, jk_live);
    server.set(unit, ModbusTable::holding, 4730, jk_pack);
    server.set(unit, ModbusTable::holding, 4852, jk_rest);
    server.set(unit, ModbusTable::holding, 4096, jk_settings);
    server.set(unit, ModbusTable::holding, 4218, jk_settings_rest);
    server.set(unit, ModbusTable::holding, 5120, jk_device);
}

Rig::Rig(const Options& options) : server{0, static_cast<std::uint16_t>(options.mapping == "jk/pb" ? 2 : 1)} {
    if (options.mapping == "jk/pb")
        serve_jk(server, static_cast<std::uint8_t>(options.unit));
    else
        serve_seplos(server, static_cast<std::uint8_t>(options.unit));
    server.before_answer([this] {
        const TimePoint now = BootClock::now();
        if (good_)
            last_good_ = now.time_since_epoch().count();
        const std::scoped_lock lock{mutex_};
        requests_.push_back(now);
    });
    bus = support::make_bus(folder_ / "");
    const std::string file =
        folder_.file("retrocan.toml", configuration(server.port(), bus->link(), options));
    daemon.emplace(std::vector<std::string>{support::program(), "run", "-c", file}, folder_ / "out",
                   folder_ / "err");
}

std::vector<TimePoint> Rig::requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
}

void Rig::fault(const simulator::ModbusFault& fault) {
    good_ = false;
    server.set_fault(fault);
}

void Rig::heal() {
    server.set_fault({});
    good_ = true;
}

bool Rig::sends_within(std::chrono::milliseconds limit, TimePoint since) {
    return support::eventually(
        [&] {
            const auto limits = support::only(bus->frames(), 0x351);
            return !limits.empty() && limits.back().at > since;
        },
        limit);
}

} // namespace retrocan::e2e
