// SPDX-License-Identifier: Apache-2.0
#include "unit/bank/bank_of_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::bank {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::PackState;
using testing::HasSubstr;

template <class T>
Maybe<T> fresh(T value) {
    return Aged<T>{std::move(value), t0, t0 + 5s};
}

TEST(Merge, SumsAndMeans) {
    TestBank b{3, {}};
    b[0].current(10_A);
    b[1].current(-4_A);
    b[2].current(1_mA);
    b[0].voltage(52'800_mV);
    b[1].voltage(52'801_mV);
    b[2].voltage(52'801_mV);
    for (std::size_t i = 0; i < 3; ++i) {
        BatteryState& s = b[i].member.values;
        s.capacity_remaining = fresh(Charge{30'000 + static_cast<std::int64_t>(i)});
        s.energy_in = fresh(1'000_Wh);
        s.energy_out = fresh(900_Wh);
    }
    const BatteryState v = b.look().values;
    EXPECT_EQ(v.current->value, 6'001_mA);
    EXPECT_EQ(v.voltage->value, 52'801_mV); // 52 800.67
    EXPECT_EQ(v.capacity_remaining->value, 90'003_mAh);
    EXPECT_EQ(v.energy_in->value, 3'000_Wh);
    EXPECT_EQ(v.energy_out->value, 2'700_Wh);
    EXPECT_EQ(v.capacity->value, 300_Ah);
    EXPECT_EQ(v.capacity_online->value, 300_Ah);
}

TEST(Merge, HalfASumIsNone) {
    TestBank b{2, {}};
    b[0].member.values.capacity_remaining = fresh(30_Ah);
    b[0].member.values.energy_in = fresh(1'000_Wh);
    const BatteryState v = b.look().values;
    EXPECT_FALSE(v.capacity_remaining);
    EXPECT_FALSE(v.energy_in);
}

TEST(Merge, SocIsWeightedByCapacity) {
    TestBank b{2, {}};
    b[0].member.capacity = 300_Ah;
    b[1].member.capacity.reset();
    b[1].member.values.capacity = fresh(100_Ah);
    b[0].member.values.soc->value = 90_pct;
    b[1].member.values.soc->value = 50_pct;
    EXPECT_EQ(b.look().values.soc->value, 80_pct);     // (90 * 3 + 50) / 4
    b[1].member.values.capacity_online = fresh(50_Ah); // half of its modules are off
    EXPECT_EQ(b.look().values.soc->value, 8'429_cpct); // (90 * 6 + 50) / 7 = 84.2857
}

TEST(Merge, WithAnUnknownCapacityAllCountTheSame_AndThatIsSaid) {
    TestBank b{2, {}};
    b[0].member.capacity = 300_Ah;
    b[1].member.capacity.reset();
    b[0].member.values.soc->value = 90_pct;
    b[1].member.values.soc->value = 50_pct;
    const View view = b.look();
    EXPECT_EQ(view.values.soc->value, 70_pct);
    EXPECT_EQ(all_of(view.objections),
              "capacity unknown: barn; every battery counts the same in SOC and limits\n");
    EXPECT_FALSE(view.values.capacity);
    EXPECT_FALSE(view.values.capacity_online);
}

TEST(Merge, ABatteryThatIsSwitchedOffHasNoPartInSocAndOnlineCapacity) {
    TestBank b{2, {}};
    b[0].member.values.soc->value = 90_pct;
    b[1].member.values.soc->value = 10_pct;
    b[1].limits->charging = policy::Charging::blocked;
    EXPECT_EQ(b.look().values.soc->value, 50_pct) << "it can still be discharged";
    b[1].limits->discharge_blocked = true;
    const BatteryState v = b.look().values;
    EXPECT_EQ(v.soc->value, 90_pct);
    EXPECT_EQ(v.capacity_online->value, 100_Ah);
    EXPECT_EQ(v.capacity->value, 200_Ah);
}

TEST(Merge, TheWorstOfEach) {
    TestBank b{2, {}};
    BatteryState& attic = b[0].member.values;
    BatteryState& barn = b[1].member.values;
    attic.temperature->value = 5_degC;
    barn.temperature->value = 31_degC;
    attic.soh = fresh(97_pct);
    barn.soh = fresh(95_pct);
    attic.mosfet_temperature = fresh(60_degC);
    barn.mosfet_temperature = fresh(58_degC);
    attic.cell_voltage_min = fresh(3'301_mV);
    attic.cell_voltage_max = fresh(3'420_mV);
    attic.cell_voltage_max_id = fresh(std::string{"09"});
    barn.cell_voltage_min = fresh(3'299_mV);
    barn.cell_voltage_max = fresh(3'419_mV);
    barn.cell_voltage_min_id = fresh(std::string{"M1-CELL7"});
    attic.cell_temperature_min = fresh(-2_degC);
    barn.cell_temperature_max = fresh(33_degC);
    const BatteryState v = b.look().values;
    EXPECT_EQ(v.temperature->value, 31_degC);
    EXPECT_EQ(v.soh->value, 95_pct);
    EXPECT_EQ(v.mosfet_temperature->value, 60_degC);
    EXPECT_EQ(v.cell_voltage_min->value, 3'299_mV);
    EXPECT_EQ(v.cell_voltage_min_id->value, "2:M1-CEL") << "8 characters";
    EXPECT_EQ(v.cell_voltage_max->value, 3'420_mV);
    EXPECT_EQ(v.cell_voltage_max_id->value, "1:09");
    EXPECT_EQ(v.cell_temperature_min->value, -2_degC);
    EXPECT_EQ(v.cell_temperature_min_id->value, "1") << "it tells no id";
    EXPECT_EQ(v.cell_temperature_max->value, 33_degC);
    EXPECT_EQ(v.cell_temperature_max_id->value, "2");
}

TEST(Merge, AValueIsAsOldAsItsOldestIngredient_AndLivesAsLongAsTheFirstToExpire) {
    TestBank b{2, {}};
    b.look();
    std::vector<Member> members{b[0].member, b[1].member};
    members[0].values.current = Aged<Current>{1_A, t0 - 3s, t0 + 9s};
    members[1].values.current = Aged<Current>{2_A, t0 - 1s, t0 + 7s};
    members[0].values.soh = Aged<Percent>{99_pct, t0 - 1s, t0 + 7s};
    members[1].values.soh = Aged<Percent>{98_pct, t0 - 8s, t0 + 60s};
    members[0].alive_until = t0 + 4s;
    members[1].alive_until = t0 + 3s;
    const View view = b.bank.look(members, t0);
    EXPECT_EQ(*view.values.current, (Aged<Current>{3_A, t0 - 3s, t0 + 7s}));
    EXPECT_EQ(*view.values.soh, (Aged<Percent>{98_pct, t0 - 8s, t0 + 7s}));
    EXPECT_EQ(view.alive_until, t0 + 3s);
}

TEST(Merge, SwitchesAndStatus) {
    TestBank b{2, {}};
    BatteryState& attic = b[0].member.values;
    BatteryState& barn = b[1].member.values;
    attic.charge_allowed = fresh(false);
    attic.discharge_allowed = fresh(false);
    BatteryState v = b.look().values;
    EXPECT_FALSE(v.charge_allowed) << "the other one does not tell its switch";
    EXPECT_FALSE(v.online);
    EXPECT_FALSE(v.force_charge);
    barn.charge_allowed = fresh(false);
    barn.discharge_allowed = fresh(true);
    attic.force_charge = fresh(false);
    v = b.look().values;
    EXPECT_FALSE(v.charge_allowed->value);
    EXPECT_TRUE(v.discharge_allowed->value);
    EXPECT_TRUE(v.online->value) << "by its discharge switch";
    EXPECT_FALSE(v.force_charge->value);
    barn.online = fresh(false);
    barn.force_charge = fresh(true);
    v = b.look().values;
    EXPECT_FALSE(v.online->value);
    EXPECT_TRUE(v.force_charge->value);
}

TEST(Merge, NamesComeFromTheFirstThatHasThem_RequestsFromNobody) {
    TestBank b{2, {}};
    b[0].member.values.name = fresh(std::string{"Attic pack"});
    b[1].member.values.name = fresh(std::string{"Barn pack"});
    b[1].member.values.serial = fresh(std::string{"B1"});
    b[1].member.values.firmware = fresh(Firmware{2, 14});
    b[0].member.values.cvl = fresh(56_V);
    b[0].member.values.ccl = fresh(56_A);
    const BatteryState v = b.look().values;
    EXPECT_EQ(v.name->value, "Attic pack");
    EXPECT_EQ(v.serial->value, "B1");
    EXPECT_EQ(v.firmware->value, (Firmware{2, 14}));
    EXPECT_FALSE(v.cvl);
    EXPECT_FALSE(v.ccl);
}

struct Modules {
    std::int64_t online, no_charge, no_discharge, offline;
    friend bool operator==(const Modules&, const Modules&) = default;
};
Modules modules(const BatteryState& v) {
    return {v.modules_online->value.count, v.modules_blocking_charge->value.count,
            v.modules_blocking_discharge->value.count, v.modules_offline->value.count};
}

TEST(Merge, ABatteryIsItsModules_OrOne) {
    TestBank b{3, degrade()};
    b[0].member.values.modules_online = fresh(Count{4});
    b[0].member.values.modules_offline = fresh(Count{1});
    b[0].limits->charging = policy::Charging::blocked;
    b[1].limits->discharge_blocked = true;
    EXPECT_EQ(modules(b.look().values), (Modules{6, 4, 1, 1}));
    b[0].member.values.modules_blocking_charge = fresh(Count{3});
    EXPECT_EQ(modules(b.look().values), (Modules{6, 3, 1, 1}));
    b[1].lose();
    EXPECT_EQ(modules(b.look_after(1s).values), (Modules{5, 3, 0, 2}));
}

TEST(Merge, OfALostBatteryOnlyTheOwnersWordIsLeft) {
    TestBank b{2, degrade()};
    b[0].member.capacity.reset();
    for (std::size_t i = 0; i < 2; ++i) {
        b[i].member.values.capacity = fresh(120_Ah);
        b[i].member.values.energy_in = fresh(1'000_Wh);
    }
    EXPECT_EQ(b.look().values.capacity->value, 220_Ah);
    const BatteryState before = b[1].member.values;
    b[1].lose();
    b[1].member.values = before; // whatever it still says
    b[1].member.values.cell_voltage_max = fresh(4_V);
    b[1].member.values.alarms[1] = fresh(true);
    b[1].member.alarms.alarms[1] = true;
    b[0].member.alarms.alarms[1] = false;
    View view = b.look_after(1s);
    EXPECT_EQ(view.values.capacity->value, 220_Ah);
    EXPECT_EQ(view.values.capacity_online->value, 120_Ah);
    EXPECT_FALSE(view.values.energy_in) << "a counter does not fall";
    EXPECT_FALSE(view.values.cell_voltage_max);
    EXPECT_FALSE(view.values.alarms[1]);
    EXPECT_EQ(view.alarms.alarms[1], policy::AlarmPair{false});
    b[1].member.capacity.reset();
    EXPECT_FALSE(b.look_after(1s).values.capacity);
}

TEST(Merge, OnlineCapacityIsAtMostTheInstalledOne) {
    TestBank b{2, {}};
    b[0].member.values.capacity_online = fresh(105_Ah); // and the owner says 100 Ah
    b[1].member.values.capacity_online = fresh(60_Ah);
    const BatteryState v = b.look().values;
    EXPECT_EQ(v.capacity->value, 200_Ah);
    EXPECT_EQ(v.capacity_online->value, 160_Ah);
}

TEST(Merge, AlarmsAreActiveIfOneIs_ElseSupportedIfOneIs) {
    using Pair = policy::AlarmPair;
    TestBank b{2, degrade()};
    auto& attic = b[0].member.alarms;
    auto& barn = b[1].member.alarms;
    attic.alarms[1] = true;
    barn.alarms[1] = false;
    barn.alarms[2] = false;
    barn.warnings[3] = true;
    View view = b.look();
    EXPECT_EQ(view.alarms.alarms[0], Pair{});
    EXPECT_EQ(view.alarms.alarms[1], Pair{true});
    EXPECT_EQ(view.alarms.alarms[2], Pair{false});
    EXPECT_EQ(view.alarms.warnings[3], Pair{true});
    const auto internal = static_cast<std::size_t>(AlarmKind::internal);
    EXPECT_EQ(view.alarms.warnings[internal], Pair{});
    attic.warnings[internal] = false;
    b[1].lose();
    view = b.look_after(1s);
    EXPECT_EQ(view.alarms.warnings[internal], Pair{true}) << "its alarms cannot be seen any more";
    EXPECT_EQ(view.alarms.alarms[2], Pair{});
}

TEST(Merge, ABatteryThatIsLeftOutStillTellsItsAlarms) {
    TestBank b{3, degrade()};
    b[0].voltage(58_V);
    b[0].member.alarms.alarms[1] = true;
    const View view = b.look();
    ASSERT_FALSE(view.counts[0]);
    EXPECT_EQ(view.alarms.alarms[1], policy::AlarmPair{true});
}

} // namespace
} // namespace retrocan::bank
