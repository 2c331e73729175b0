// SPDX-License-Identifier: Apache-2.0
#include "core/battery.h"

#include <gtest/gtest.h>

namespace retrocan {
namespace {

using namespace literals;

TEST(Signals, HaveOneNameAndOneIndexEach) {
    SignalSet seen;
    for (const SignalInfo& signal : signals()) {
        const auto index = signal_index(signal.name);
        ASSERT_TRUE(index) << signal.name;
        EXPECT_FALSE(seen.test(*index)) << signal.name;
        seen.set(*index);
        EXPECT_EQ(signal_name(*index), signal.name);
    }
    EXPECT_EQ(seen.count(), plain_signals);
    EXPECT_FALSE(signal_index("volts"));
    EXPECT_EQ(signal_name(alarm_index(AlarmKind::high_voltage)), "alarm high_voltage");
    EXPECT_EQ(signal_name(warning_index(AlarmKind::cell_imbalance)), "warning cell_imbalance");
    EXPECT_EQ(alarm_kind("short_circuit"), AlarmKind::short_circuit);
    EXPECT_FALSE(alarm_kind("short"));
}

TEST(Signals, ArePrintedWithTheirUnit) {
    BatteryState state;
    EXPECT_FALSE(signal_text(state, *signal_index("voltage")));
    state.voltage = Aged<Voltage>{52'810_mV, {}, {}};
    state.firmware = Aged<Firmware>{{15, 41}, {}, {}};
    state.online = Aged<bool>{true, {}, {}};
    EXPECT_EQ(signal_text(state, *signal_index("voltage")), "52.81 V");
    EXPECT_EQ(signal_text(state, *signal_index("firmware")), "15.41");
    EXPECT_EQ(signal_text(state, *signal_index("online")), "yes");
}

} // namespace
} // namespace retrocan
