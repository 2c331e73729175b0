// SPDX-License-Identifier: Apache-2.0
#include "gx/screens.h"
#include "unit/gx/traffic_of_tests.h"

namespace retrocan::gx {
namespace {

Receiver receiver_of(const std::vector<const char*>& frames) {
    Receiver receiver;
    for (const char* text : frames)
        receiver.frame(bytes(text), at_ms(0));
    return receiver;
}

std::string row(const Receiver& receiver, std::string_view screen, std::string_view label) {
    for (const Screen& s : screens(receiver))
        for (const Row& r : s.rows)
            if (s.title == screen && r.label == label)
                return r.value;
    return "no such row";
}

struct Shown {
    const char* screen;
    const char* label;
    const char* value;
};

// Of the capture of a BYD Battery-Box Premium LVS (github dfch/BydCanProtocol).
TEST(Screens, ShowWhatAGxShows) {
    const Receiver receiver = receiver_of(
        {"35E#4259440000000000", "382#5052454D49554D00", "35F#4C69011769000000", "35A#AAAAAAAAAAAAAAAA",
         "351#480200050005AE01", "355#4300640000000000", "356#BE14F9FF8C000000", "360#0000000000000000",
         "372#0200000000000000", "373#EA0C010D1F012201", "374#3200000000000000", "375#3200000000000000",
         "376#3200000000000000", "377#3100000000000000", "378#400800002B070000", "379#9C00000000000000"});
    const Shown shown[] = {
        {"Device list", "Battery", "BYD battery  67%  53.10V  -0.7A"},
        {"Battery", "Battery", "53.10V  -0.7A"},
        {"Battery", "Power", "-37W"}, // 53.10 x 0.7 = 37.17
        {"Battery", "State of charge", "67%"},
        {"Battery", "State of health", "100%"},
        {"Battery", "Battery temperature", "14°C"},
        {"Parameters", "Charge voltage limit (CVL)", "58.4V"},
        {"Parameters", "Charge current limit (CCL)", "128.0A"},
        {"Parameters", "Discharge current limit (DCL)", "128.0A"},
        {"Parameters", "Low voltage (always ignored)", "43.0V"},
        {"Parameters", "Requests charging", "No"},
        {"Alarms", "Low battery voltage", "Ok"},
        {"Details", "Lowest cell voltage", "2  3.306V"},
        {"Details", "Highest cell voltage", "2  3.329V"},
        {"Details", "Minimum cell temperature", "2  14°C"},
        {"Details", "Maximum cell temperature", "1  17°C"},
        {"Details", "Battery modules", "2 online  0 offline"},
        {"Details", "Blocking charge / discharge", "0 / 0"},
        {"Details", "Installed / available capacity", "156Ah / 105Ah"},
        {"Details", "Energy in / out", "211kWh / 184kWh"}, // 211.2 and 183.5
        {"Device", "Connected", "Yes"},
        {"Device", "Product", "BYD battery"},
        {"Device", "Manufacturer", "BYD"},
        {"Device", "Battery family", "PREMIUM"},
        {"Device", "Firmware version", "v1.23"},
        {"Device", "Serial number", "--"},
    };
    for (const Shown& s : shown)
        EXPECT_EQ(row(receiver, s.screen, s.label), s.value) << s.label;
}

TEST(Screens, ShowDashesForWhatIsNotThere) {
    const Receiver receiver;
    EXPECT_EQ(row(receiver, "Device list", "Battery"), "CAN-bus BMS battery  --  --  --");
    EXPECT_EQ(row(receiver, "Battery", "Battery"), "--  --");
    EXPECT_EQ(row(receiver, "Parameters", "Charge voltage limit (CVL)"), "--");
    EXPECT_EQ(row(receiver, "Alarms", "Internal failure"), "--");
    EXPECT_EQ(row(receiver, "Details", "Battery modules"), "-- online  -- offline");
    EXPECT_EQ(row(receiver, "Device", "Connected"), "No: no 0x351 was seen");
    EXPECT_EQ(row(receiver_of({"351#3802F401E8030000"}), "Parameters", "Low voltage (always ignored)"), "--");
}

TEST(Screens, AreEmptyAgainWhenTheBatteryIsLost) {
    Receiver receiver = receiver_of({"351#3802F401E803E001", "355#5000630000000000", "35A#AAAAAAAAAAAAAAAA",
                                     "370#41434D45204F4E45", "371#2062617474657279"});
    receiver.advance(at_ms(3'001));
    EXPECT_EQ(row(receiver, "Device list", "Battery"), "CAN-bus BMS battery  --  --  --");
    EXPECT_EQ(row(receiver, "Alarms", "Low battery voltage"), "--");
    EXPECT_EQ(row(receiver, "Device", "Connected"), "No: lost, no 0x351 for more than 3 s");
}

TEST(Screens, NeedTheAlarmsToListABattery) {
    EXPECT_EQ(row(receiver_of({"351#3802F401E803E001"}), "Device", "Connected"),
              "0x351 is there; without 0x35A a GX may not list it");
}

// Each kind has its pair: the alarm in bytes 0 to 3, the warning in 4 to 7.
TEST(Screens, TellAlarmsFromWarnings) {
    struct Case {
        const char* label;
        const char* alarm;
        const char* warning;
    };
    const Case cases[] = {
        {"High battery voltage", "35A#0400000000000000", "35A#0000000004000000"},
        {"Low battery voltage", "35A#1000000000000000", "35A#0000000010000000"},
        {"High temperature", "35A#4000000000000000", "35A#0000000040000000"},
        {"Low temperature", "35A#0001000000000000", "35A#0000000000010000"},
        {"High charge temperature", "35A#0004000000000000", "35A#0000000000040000"},
        {"Low charge temperature", "35A#0010000000000000", "35A#0000000000100000"},
        {"High discharge current", "35A#0040000000000000", "35A#0000000000400000"},
        {"High charge current", "35A#0000010000000000", "35A#0000000000000100"},
        {"Internal failure", "35A#0000400000000000", "35A#0000000000004000"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(row(receiver_of({c.alarm}), "Alarms", c.label), "Alarm");
        EXPECT_EQ(row(receiver_of({c.warning}), "Alarms", c.label), "Warning");
        for (const Case& other : cases)
            if (&other != &c) {
                EXPECT_EQ(row(receiver_of({c.alarm}), "Alarms", other.label), "--") << c.label;
            }
    }
}

TEST(Screens, NameABatteryByTheFirstSourceThatThereIs) {
    EXPECT_EQ(product_name(receiver_of({})), "CAN-bus BMS battery");
    EXPECT_EQ(product_name(receiver_of({"35E#41434D4500000000"})), "CAN-bus BMS battery")
        << "ACME is not known";
    EXPECT_EQ(product_name(receiver_of({"35E#50594C4F4E202020"})), "Pylontech battery");
    EXPECT_EQ(product_name(receiver_of({"35E#4259440000000000", "370#41434D45204F4E45"})), "ACME ONE");
    EXPECT_EQ(
        product_name(receiver_of({"370#41434D45204F4E45", "371#2062617474657279", "370#41434D45204F4E45"})),
        "ACME ONE battery")
        << "also between the two frames";
}

TEST(Screens, RoundForPeople) {
    EXPECT_EQ(row(receiver_of({"356#18150500D7000000"}), "Battery", "Power"), "27W");
    EXPECT_EQ(row(receiver_of({"356#18150000FBFF0000"}), "Battery", "Battery temperature"), "-1°C") << "-0.5";
    EXPECT_EQ(row(receiver_of({"356#18150000FCFF0000"}), "Battery", "Battery temperature"), "0°C") << "-0.4";
    EXPECT_EQ(row(receiver_of({"355#500063000E1F0000"}), "Battery", "State of charge"), "80%") << "79.50";
}

} // namespace
} // namespace retrocan::gx
