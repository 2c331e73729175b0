// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/bank/bank_of_tests.h"

#include <random>

namespace retrocan::bank {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : random_{seed} {}
    bool chance(int percent) { return number(1, 100) <= percent; }
    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }

private:
    std::mt19937 random_;
};

/// Does anything to one battery.
inline void play(TestPack& pack, TimePoint now, Dice& dice) {
    using namespace literals;
    using policy::Charging;
    using policy::PackState;
    Member& m = pack.member;
    if (m.state != PackState::running) {
        if (dice.chance(20)) {
            pack.run(now);
            m.values = {};
            pack.tell(now);
            pack.voltage({52'800 + dice.number(-1'500, 1'500)});
        }
    } else if (dice.chance(2)) {
        pack.lose();
        if (dice.chance(50)) { // its values may be anything then
            pack.tell(now);
            m.values.soc->value = {123'00};
        }
    } else if (dice.chance(80)) {
        pack.tell(now);
    }
    if (m.state != PackState::running)
        return;
    pack.voltage({m.values.voltage->value.count + dice.number(-30, 30)});
    const std::int64_t most = dice.chance(10) ? 150'000 : 20'000;
    pack.current({dice.number(-most, most)});
    policy::Limits& limits = *pack.limits;
    if (dice.chance(30))
        limits.cvl.value = {dice.number(480, 568) * 100};
    if (dice.chance(30))
        limits.ccl.value = {dice.chance(10) ? 0 : dice.number(0, 100'000)};
    if (dice.chance(30))
        limits.dcl.value = {dice.chance(10) ? 0 : dice.number(0, 150'000)};
    if (dice.chance(10)) {
        limits.charging = static_cast<Charging>(dice.chance(60) ? 0 : dice.number(0, 3));
        limits.discharge_blocked = dice.chance(20);
    }
    if (dice.chance(2))
        m.capacity = dice.chance(20) ? std::nullopt : std::optional<Charge>{{dice.number(1, 400'000)}};
}

} // namespace retrocan::bank
