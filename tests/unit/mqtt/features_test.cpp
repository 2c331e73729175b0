// SPDX-License-Identifier: Apache-2.0
#include "specs.h"

#include <gtest/gtest.h>

/// What payloads of real sources look like, and what comes of them.
namespace retrocan::mqtt {
namespace {

using namespace test;

using Told = std::map<std::size_t, std::string>;

TEST(Payloads, EspHomeHasAValueInEachTopic) {
    const auto cells = point("cell", {{"topic", text("jk-bms/sensor/cell_voltage_*/state")}}, 16);
    EXPECT_EQ(heard(cells, "jk-bms/sensor/cell_voltage_1/state", "3.288"), (Told{{0, "decimal 3.288000"}}));
    EXPECT_EQ(heard(cells, "jk-bms/sensor/cell_voltage_16/state", "nan"), (Told{{15, "not_a_value"}}));
    EXPECT_EQ(heard(cells, "jk-bms/sensor/cell_voltage_17/state", "3.288"), Told{});
    EXPECT_EQ(heard(cells, "jk-bms/sensor/cell_voltage_01/state", "3.288"), Told{});
    const auto online = point(
        "online", {{"topic", text("jk-bms/binary_sensor/online_status/state")}, {"type", text("boolean")}});
    EXPECT_EQ(heard(online, "jk-bms/binary_sensor/online_status/state", "OFF"), (Told{{0, "integer 0"}}));
    const auto errors =
        point("errors", {{"topic", text("jk-bms/sensor/errors/state")}, {"type", text("text")}});
    EXPECT_EQ(heard(errors, "jk-bms/sensor/errors/state", ""), (Told{{0, "text "}}));
    EXPECT_EQ(heard(errors, "jk-bms/sensor/errors/state", "Cell overvoltage;Charge overcurrent"),
              (Told{{0, "text Cell overvoltage;Charge overcurrent"}}));
}

TEST(Payloads, DbusMqttBatteryNestsObjects) {
    constexpr const char* payload =
        R"({"Dc":{"Power":321.6,"Voltage":52.7,"Current":6.10},"Soc":63,"Voltages":{"Cell1":3.201,"Cell2":3.202,"Cell3":3.203}})";
    EXPECT_EQ(heard(point("v", {{"topic", text("b")}, {"json", text("/Dc/Voltage")}}), "b", payload),
              (Told{{0, "decimal 52.700000"}}));
    EXPECT_EQ(heard(point("soc", {{"topic", text("b")}, {"json", text("/Soc")}}), "b", payload),
              (Told{{0, "integer 63"}}));
    EXPECT_EQ(
        heard(point("cell", {{"topic", text("b")}, {"json", text("/Voltages/Cell*")}}, 4), "b", payload),
        (Told{{0, "decimal 3.201000"}, {1, "decimal 3.202000"}, {2, "decimal 3.203000"}}));
    // The same as paths of D-Bus: "0" is a name here, not an index.
    EXPECT_EQ(heard(point("p", {{"topic", text("b")}, {"json", text("/Dc/0/Power")}}), "b",
                    R"({"Dc":{"0":{"Power":321.6}}})"),
              (Told{{0, "decimal 321.600000"}}));
    EXPECT_EQ(heard(point("p", {{"topic", text("b")}, {"json", text("/Dc/0/Power")}}), "b",
                    R"({"Dc":[{"Power":321.6}]})"),
              (Told{{0, "decimal 321.600000"}}));
}

TEST(Payloads, NamesMayHaveAnyCharacter) {
    constexpr const char* payload =
        R"({"Protect Status":{"Cell-1":1},"CellTemp1~4":9.3,"a/b":2,"hasChargeShuntSocHi ":1,"switch:0":{"apower":12.3},"":7,"*":8,"DS18B20-1":{"Temperature":21.5},"Zürich":5})";
    const auto at = [&](const char* pointer) {
        return heard(point("x", {{"topic", text("t")}, {"json", text(pointer)}}), "t", payload);
    };
    EXPECT_EQ(at("/Protect Status/Cell-1"), (Told{{0, "integer 1"}}));
    EXPECT_EQ(at("/CellTemp1~04"), (Told{{0, "decimal 9.300000"}}));
    EXPECT_EQ(at("/a~1b"), (Told{{0, "integer 2"}}));
    EXPECT_EQ(at("/hasChargeShuntSocHi "), (Told{{0, "integer 1"}}));
    EXPECT_EQ(at("/hasChargeShuntSocHi"), Told{});
    EXPECT_EQ(at("/switch:0/apower"), (Told{{0, "decimal 12.300000"}}));
    EXPECT_EQ(at("/"), (Told{{0, "integer 7"}}));
    EXPECT_EQ(at("/DS18B20-1/Temperature"), (Told{{0, "decimal 21.500000"}}));
    EXPECT_EQ(at("/Zürich"), (Told{{0, "integer 5"}}));
    EXPECT_EQ(at("/protect status/Cell-1"), Told{});
}

TEST(Payloads, NumericNamesAreNoIndexes) {
    const auto rule =
        point("rule", {{"topic", text("diybms/rule")}, {"json", text("/*")}, {"first", number(0)}}, 3);
    EXPECT_EQ(heard(rule, "diybms/rule", R"({"0":0,"1":1,"15":1})"),
              (Told{{0, "integer 0"}, {1, "integer 1"}}));
    EXPECT_EQ(heard(rule, "diybms/rule", "[5,6,7,8]"),
              (Told{{0, "integer 5"}, {1, "integer 6"}, {2, "integer 7"}}));
    // From 1 on in names, from 0 on in arrays.
    const auto from_1 = point("rule", {{"topic", text("t")}, {"json", text("/*")}}, 2);
    EXPECT_EQ(heard(from_1, "t", R"({"0":0,"1":1,"2":2})"), (Told{{0, "integer 1"}, {1, "integer 2"}}));
    EXPECT_EQ(heard(from_1, "t", "[5,6,7]"), (Told{{0, "integer 5"}, {1, "integer 6"}}));
    // A name with a zero in front is no index.
    const auto padded = point("x", {{"topic", text("t")}, {"json", text("/01")}});
    EXPECT_EQ(heard(padded, "t", R"({"01":4})"), (Told{{0, "integer 4"}}));
    EXPECT_EQ(heard(padded, "t", "[5,6]"), Told{});
}

TEST(Payloads, BatriumHasPositionsAndAVersion) {
    const auto first_cmu = [](const char* version) {
        return point("x", {{"topic", text("d/sys")},
                           {"json", text("/System/5")},
                           {"guard", text("/Vers")},
                           {"guard_value", text(version)}});
    };
    constexpr const char* payload =
        R"({"System":[5712,"BOL-D","BOL-D-WMC-LTO-24V","14.6.0","14.3.56",1,22,11,1],"Vers":1,"Time":1705921438})";
    EXPECT_EQ(heard(first_cmu("1"), "d/sys", payload), (Told{{0, "integer 1"}}));
    EXPECT_EQ(heard(first_cmu("2"), "d/sys", payload), Told{});
    EXPECT_EQ(
        heard(point("time", {{"topic", text("d/sys")}, {"json", text("/Time")}, {"type", text("time")}}),
              "d/sys", payload),
        (Told{{0, "integer 1705921438000"}}));
    EXPECT_EQ(heard(point("online",
                          {{"topic", text("d/lnk")}, {"json", text("/Online")}, {"type", text("boolean")}}),
                    "d/lnk", R"({"Online":0})"),
              (Told{{0, "integer 0"}}));
}

TEST(Payloads, BatteryEmulatorHasAnArray) {
    constexpr const char* payload =
        R"({"cell_voltages":[3.779,3.780,null,3.767],"cell_balancing":[true,true,false,false]})";
    const Keys keys{{"topic", text("BE/spec_data")}, {"json", text("/cell_voltages/*")}};
    EXPECT_EQ(
        heard(point("cell", keys, 6), "BE/spec_data", payload),
        (Told{
            {0, "decimal 3.779000"}, {1, "decimal 3.780000"}, {2, "not_a_value"}, {3, "decimal 3.767000"}}));
    EXPECT_EQ(heard(point("cell", keys, 2), "BE/spec_data", payload),
              (Told{{0, "decimal 3.779000"}, {1, "decimal 3.780000"}}));
    EXPECT_EQ(heard(point("cells", {{"topic", text("BE/spec_data")},
                                    {"json", text("/cell_voltages")},
                                    {"type", text("length")}}),
                    "BE/spec_data", payload),
              (Told{{0, "integer 4"}}));
    EXPECT_EQ(heard(point("balancing",
                          {{"topic", text("BE/spec_data")},
                           {"json", text("/cell_balancing/*")},
                           {"type", text("boolean")}},
                          3),
                    "BE/spec_data", payload),
              (Told{{0, "integer 1"}, {1, "integer 1"}, {2, "integer 0"}}));
    // The battery is lost: its keys vanish, the messages go on.
    EXPECT_EQ(heard(point("cell", keys, 6), "BE/spec_data", R"({"bms_status":"FAULT"})"), Told{});
}

TEST(Payloads, SerialBatteryHasAnArrayOfObjects) {
    constexpr const char* payload =
        R"({"cells":[{"voltage":3.3,"balance":false},{"voltage":3.31,"balance":true}],"soc":45.87})";
    EXPECT_EQ(
        heard(point("cell", {{"topic", text("t")}, {"json", text("/cells/*/voltage")}}, 4), "t", payload),
        (Told{{0, "decimal 3.300000"}, {1, "decimal 3.310000"}}));
}

TEST(Payloads, NodesSayTheirOwnNumbers) {
    constexpr const char* payload =
        R"({"FirstNodeID":3,"nodes":[{"ID":4,"MinCellVolt":3.34},{"ID":3,"MinCellVolt":3.33},{"ID":"5","MinCellVolt":3.35},{"ID":99,"MinCellVolt":9},{"MinCellVolt":8},7,{"ID":null}]})";
    const Keys keys{
        {"topic", text("t")}, {"json", text("/nodes/*/MinCellVolt")}, {"numbered_by", text("ID")}};
    EXPECT_EQ(heard(point("cell", keys, 16), "t", payload),
              (Told{{2, "decimal 3.330000"}, {3, "decimal 3.340000"}, {4, "decimal 3.350000"}}));
    Keys from_0 = keys;
    from_0.emplace_back("first", number(3));
    EXPECT_EQ(heard(point("cell", from_0, 2), "t", payload),
              (Told{{0, "decimal 3.330000"}, {1, "decimal 3.340000"}}));
    EXPECT_EQ(heard(point("cell", keys, 16), "t", R"({"nodes":{"4":{"ID":4,"MinCellVolt":3.34}}})"), Told{});
    EXPECT_EQ(heard(point("cell", keys, 16), "t", R"({"nodes":[]})"), Told{});
}

TEST(Payloads, PylonToMqttHasAnObjectOfObjects) {
    constexpr const char* payload =
        R"({"Cells":{"Cell_1":{"Reading":3.533,"State":2},"Cell_2":{"Reading":3.430,"State":1}},"Temps":{"CellTemp1_4":{"Reading":9.3,"State":2},"CellTemp5_8":{"Reading":8.9,"State":1},"MOS_T":{"Reading":17.1,"State":1}},"Old":{"Fully Charged":128}})";
    EXPECT_EQ(heard(point("cell", {{"topic", text("t")}, {"json", text("/Cells/Cell_*/Reading")}}, 16), "t",
                    payload),
              (Told{{0, "decimal 3.533000"}, {1, "decimal 3.430000"}}));
    const auto some = point("temp",
                            {{"topic", text("t")},
                             {"json", list({"/Temps/CellTemp1_4/Reading", "/Temps/CellTemp5_8/Reading",
                                            "/Temps/CellTemp9_12/Reading"})}},
                            3);
    EXPECT_EQ(heard(some, "t", payload), (Told{{0, "decimal 9.300000"}, {1, "decimal 8.900000"}}));
    EXPECT_EQ(
        heard(point("full",
                    {{"topic", text("t")}, {"json", text("/Old/Fully Charged")}, {"type", text("boolean")}}),
              "t", payload),
        (Told{{0, "integer 1"}}));
}

TEST(Payloads, DiyBmsNumbersBanksAndCellsFrom0) {
    const auto cells = point("cell",
                             {{"topic", text("diybms/*/*")},
                              {"json", text("/voltage")},
                              {"first", number(0)},
                              {"inner", number(16)}},
                             32);
    EXPECT_EQ(heard(cells, "diybms/0/0", R"({"voltage":3.3210,"exttemp":-40})"),
              (Told{{0, "decimal 3.321000"}}));
    EXPECT_EQ(heard(cells, "diybms/0/15", R"({"voltage":3.3})"), (Told{{15, "decimal 3.300000"}}));
    EXPECT_EQ(heard(cells, "diybms/1/5", R"({"voltage":3.3})"), (Told{{21, "decimal 3.300000"}}));
    EXPECT_EQ(heard(cells, "diybms/2/0", R"({"voltage":3.3})"), Told{});
    EXPECT_EQ(heard(cells, "diybms/bank/0", R"({"voltage":53.1})"), Told{}); // no bank of this number
}

TEST(Payloads, BmspaceNumbersPacksAndCellsWithZeros) {
    const auto cells = point(
        "cell",
        {{"topic", text("bmspace/pack_*/v_cells/cell_*")}, {"digits", number(2)}, {"inner", number(16)}}, 32);
    EXPECT_EQ(heard(cells, "bmspace/pack_01/v_cells/cell_16", "3301"), (Told{{15, "integer 3301"}}));
    EXPECT_EQ(heard(cells, "bmspace/pack_02/v_cells/cell_01", "3302"), (Told{{16, "integer 3302"}}));
    EXPECT_EQ(heard(cells, "bmspace/pack_1/v_cells/cell_1", "3302"), Told{});
}

TEST(Payloads, PacksInTopicsAndCellsInADocument) {
    const Keys keys{{"topic", text("p/Pack*")}, {"json", text("/Cells/Cell_*")}, {"inner", number(2)}};
    EXPECT_EQ(
        heard(point("cell", keys, 4), "p/Pack2", R"({"Cells":{"Cell_1":3.1,"Cell_2":3.2,"Cell_3":3.3}})"),
        (Told{{2, "decimal 3.100000"}, {3, "decimal 3.200000"}}));
    const Keys in_array{{"topic", text("p/Pack*")}, {"json", text("/cells/*")}, {"inner", number(2)}};
    EXPECT_EQ(heard(point("cell", in_array, 4), "p/Pack2", R"({"cells":[3.1,3.2,3.3]})"),
              (Told{{2, "decimal 3.100000"}, {3, "decimal 3.200000"}}));
    const Keys both_in_json{{"topic", text("p")}, {"json", text("/packs/*/cells/*")}, {"inner", number(2)}};
    EXPECT_EQ(heard(point("cell", both_in_json, 4), "p", R"({"packs":[{"cells":[1,2]},{"cells":[3,4]}]})"),
              (Told{{0, "integer 1"}, {1, "integer 2"}, {2, "integer 3"}, {3, "integer 4"}}));
}

TEST(Payloads, TopicsMayBeNamedOneByOne) {
    const auto temperatures =
        point("t", {{"topic", list({"a/temperature_1", "a/temperature_2", "a/power_tube"})}}, 3);
    EXPECT_EQ(heard(temperatures, "a/temperature_2", "21.5"), (Told{{1, "decimal 21.500000"}}));
    EXPECT_EQ(heard(temperatures, "a/power_tube", "30"), (Told{{2, "integer 30"}}));
    // More names than a smaller battery has elements.
    const auto fewer =
        point("t", {{"topic", list({"a/temperature_1", "a/temperature_2", "a/power_tube"})}}, 2);
    EXPECT_EQ(heard(fewer, "a/power_tube", "30"), Told{});
}

TEST(Payloads, VictronWrapsValues) {
    const auto current =
        point("i", {{"topic", text("N/c0619ab4a585/battery/512/Dc/0/Current")}, {"json", text("/value")}});
    EXPECT_EQ(heard(current, "N/c0619ab4a585/battery/512/Dc/0/Current", R"({"value":-12.300000190734863})"),
              (Told{{0, "decimal -12.300000"}}));
    EXPECT_EQ(heard(current, "N/c0619ab4a585/battery/512/Dc/0/Current", R"({"value":null})"),
              (Told{{0, "not_a_value"}}));
    EXPECT_EQ(heard(current, "N/c0619ab4a585/battery/512/Dc/0/Current", ""),
              (Told{{0, "garbled"}})); // the device is gone
}

TEST(Payloads, MarstekHasKeysAndValues) {
    const auto charge =
        point("soc", {{"topic", text("hame_energy/HMA-1/device/0/ctrl")}, {"field", text("pe")}});
    EXPECT_EQ(heard(charge, "hame_energy/HMA-1/device/0/ctrl", "p1=0,p2=0,w1=0,w2=0,pe=99,vv=160"),
              (Told{{0, "integer 99"}}));
    EXPECT_EQ(heard(charge, "hame_energy/HMA-1/device/0/ctrl", "p1=0,pe-99"), Told{});
    EXPECT_EQ(heard(charge, "hame_energy/HMA-1/device/0/ctrl", "pe=x"), (Told{{0, "not_a_value"}}));
}

TEST(Payloads, MasksAreDecimalHexadecimalOrBinary) {
    EXPECT_EQ(heard(point("m", {{"topic", text("t")}}), "t", "132"), (Told{{0, "integer 132"}}));
    EXPECT_EQ(heard(point("m", {{"topic", text("t")}, {"type", text("hexadecimal")}}), "t", "0x00000084"),
              (Told{{0, "integer 132"}}));
    EXPECT_EQ(heard(point("m", {{"topic", text("t")}, {"type", text("binary")}}), "t", "10000100"),
              (Told{{0, "integer 132"}}));
}

TEST(Payloads, WirenBoardHasALeadingSlashAndBlanks) {
    EXPECT_EQ(heard(point("v", {{"topic", text("/devices/my bms/controls/Voltage")}}),
                    "/devices/my bms/controls/Voltage", "53.1"),
              (Told{{0, "decimal 53.100000"}}));
}

TEST(Payloads, ShellySendsOnlyWhatChanged) {
    const auto own = source(spec(
        {point("v", {{"topic", text("s/events/rpc")}, {"json", text("/params/voltmeter:100/voltage")}}),
         point("p", {{"topic", text("s/events/rpc")}, {"json", text("/params/switch:0/apower")}}),
         point("ts",
               {{"topic", text("s/events/rpc")}, {"json", text("/params/ts")}, {"type", text("time")}})}));
    EXPECT_EQ(
        by_slot(
            own->hear(
                   "s/events/rpc",
                   R"({"src":"x","method":"NotifyStatus","params":{"ts":1712345678.12,"switch:0":{"id":0,"apower":12.3}}})")
                .readings),
        (Contents{{1, value(12.3)}, {2, value(std::int64_t{1'712'345'678'120})}}));
}

} // namespace
} // namespace retrocan::mqtt
