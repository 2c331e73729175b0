// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"
#include "source.h"
#include "specs.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Keys here{{"host", text("10.0.0.5")}};

std::vector<std::string> faults_of(const adapter::SourceSpec& s) {
    Faults faults;
    const auto source = ModbusAdapter{}.source(s, faults);
    EXPECT_EQ(source == nullptr, !faults.empty());
    return texts(faults);
}
std::vector<std::string> faults_of_point(const Keys& keys, const Keys& mapping = {}, std::size_t count = 1) {
    return faults_of(spec(mapping, here, {point("x", keys, count)}));
}

TEST(Address, TakesEachKey) {
    EXPECT_THAT(faults_of_point({{"at", number(65534)},
                                 {"table", text("input")},
                                 {"type", text("f32")},
                                 {"order", text("low word first")},
                                 {"bytes", text("low byte first")},
                                 {"unit_id", number(224)}}),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)}, {"type", text("ascii")}, {"length", number(125)}}),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(65535)}, {"table", text("coil")}}), IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)}}, {{"table", text("discrete")}}, 65536), IsEmpty());
}

TEST(Address, InheritsTheOrderOfWordsAndBytesWhereItHasAMeaning) {
    const auto at_0 = [](const char* type, Keys more = {}) {
        more.insert(more.end(), {{"at", number(0)}, {"type", text(type)}});
        return point("x", more);
    };
    Faults faults;
    const auto source = ModbusAdapter{}.source(
        spec({{"order", text("low word first")}, {"bytes", text("low byte first")}}, here,
             {at_0("u32"), in_block(at_0("u32")), in_block(at_0("u32", {{"order", text("low word first")}})),
              at_0("u16"), at_0("u8", {{"first", text("high")}})},
             {block("b", {{"order", text("high word first")}, {"bytes", text("high byte first")}})}),
        faults);
    ASSERT_THAT(texts(faults), IsEmpty());
    std::vector<std::int64_t> values;
    const auto answer = source->decode("0: 0x1234 0x5678");
    for (const adapter::Reading& reading : answer->readings)
        values.push_back(std::get<std::int64_t>(std::get<adapter::RawValue>(reading.content)));
    EXPECT_THAT(values, ElementsAre(0x78563412, 0x12345678, 0x56781234, 0x3412, 0x12));
    EXPECT_THAT(
        faults_of_point({{"at", number(0)}}, {{"table", text("coil")}, {"bytes", text("low byte first")}}),
        IsEmpty());
}

TEST(Address, SaysWhatTheUnitIdIsCalled) {
    EXPECT_THAT(faults_of_point({{"at", number(0)}, {"type", text("u16")}}, {{"unit", number(3)}}),
                ElementsAre("a.toml:10:9: modbus.unit: the unit id is `unit_id`"));
}

TEST(Address, SaysWhatIsMissing) {
    EXPECT_THAT(faults_of_point({{"type", text("u16")}}),
                ElementsAre("a.toml:20:1: points.x.at: missing; expected an address from 0 to 65535"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}}),
        ElementsAre(
            "a.toml:20:1: points.x.type: missing; expected one of u2, u4, u8, s8, u16, s16, u32, s32, "
            "u64, s64, f32, f64, bcd16, bcd32, bcd64, ascii, hex"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("ascii")}}),
                ElementsAre(HasSubstr("points.x.length: missing")));
}

TEST(Address, ReachesNotPastTheLast) {
    EXPECT_THAT(faults_of_point({{"at", number(65536)}, {"type", text("u16")}}),
                ElementsAre("a.toml:20:9: points.x.at: expected a whole number from 0 to 65535; got 65536"));
    EXPECT_THAT(faults_of_point({{"at", number(65535)}, {"type", text("u32")}}),
                ElementsAre("a.toml:20:9: points.x.at: 65535 + 2 registers reach past 65535"));
    EXPECT_THAT(faults_of_point({{"at", number(65530)}, {"type", text("u16")}}, {}, 7),
                ElementsAre("a.toml:20:9: points.x.at: 65530 + 7 registers reach past 65535"));
    EXPECT_THAT(
        faults_of_point({{"at", number(65530)}, {"type", text("u16")}}, {{"address_step", number(2)}}, 4),
        ElementsAre("a.toml:20:9: points.x.at: 65530 + 4 registers of 2 addresses each reach past 65535"));
    EXPECT_THAT(
        faults_of_point({{"at", number(65530)}, {"type", text("u16")}}, {{"address_step", number(2)}}, 3),
        IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"table", text("coil")}}, {}, 65536),
                ElementsAre("a.toml:20:9: points.x.at: 1 + 65536 bits reach past 65535"));
}

TEST(Address, ObjectsToKeysThatMakeNoSense) {
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"lenght", number(2)}}),
                ElementsAre("a.toml:20:9: points.x.lenght: unknown key (did you mean \"length\"?)"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("u61")}}),
                ElementsAre(HasSubstr("got \"u61\" (did you mean \"u16\"?)")));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"length", number(2)}}),
        ElementsAre("a.toml:20:9: points.x.length: only for type = \"ascii\" and \"hex\"; remove the key"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"order", text("low word first")}}),
        ElementsAre("a.toml:20:9: points.x.order: the value has only one register; remove the key"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"table", text("coil")}, {"type", text("u16")}}),
                ElementsAre("a.toml:20:9: points.x.type: coil is a table of single bits; remove the key"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("f64")}}, {{"longest_read", number(2)}}),
                ElementsAre("a.toml:20:9: points.x.type: takes 4 registers, more than longest_read = 2"));
}

TEST(Address, TakesRunsOfEachKind) {
    EXPECT_THAT(faults_of_point({{"at", number(33)}, {"type", text("s8")}, {"first", text("high")}}, {}, 6),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)},
                                 {"type", text("u2")},
                                 {"first", text("low")},
                                 {"bytes", text("low byte first")}},
                                {}, 800),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)}, {"type", text("bcd32")}, {"stride", number(2)}}, {}, 3),
                IsEmpty());
    EXPECT_THAT(
        faults_of_point({{"at", number(0)}, {"table", text("coil")}, {"stride", number(8)}}, {}, 8192),
        IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(65534)},
                                 {"type", text("u32")},
                                 {"unit_id", number(0)},
                                 {"unit_id_step", number(1)}},
                                {}, 256),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(9)}, {"type", text("hex")}, {"length", number(125)}}),
                IsEmpty());
}

TEST(Address, SaysWhatIsWrongWithARun) {
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u8")}}),
        ElementsAre("a.toml:20:1: points.x.first: missing; expected \"high\" or \"low\": the part of a "
                    "register that comes first"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("u8")}, {"first", text("hi")}}),
                ElementsAre(HasSubstr("points.x.first: expected one of high, low; got \"hi\"")));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"first", text("high")}}),
        ElementsAre("a.toml:20:9: points.x.first: only for parts of a register, type u2, u4, u8 and s8; "
                    "remove the key"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)},
                         {"type", text("s8")},
                         {"first", text("low")},
                         {"bytes", text("low byte first")}}),
        ElementsAre("a.toml:20:9: points.x.bytes: the key `first` says which byte comes first; remove the "
                    "key"));
    EXPECT_THAT(faults_of_point({{"at", number(65535)}, {"type", text("s8")}, {"first", text("low")}}, {}, 3),
                ElementsAre("a.toml:20:9: points.x.at: 65535 + 2 registers reach past 65535"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u32")}, {"stride", number(1)}}, {}, 3),
        ElementsAre("a.toml:20:9: points.x.stride: a value takes 2 registers; expected at least so many; "
                    "got 1"));
    EXPECT_THAT(faults_of_point({{"at", number(65520)}, {"type", text("u16")}, {"stride", number(5)}}, {}, 5),
                ElementsAre("a.toml:20:9: points.x.at: 65520 + 21 registers reach past 65535"));
    EXPECT_THAT(
        faults_of_point(
            {{"at", number(1)}, {"type", text("u16")}, {"unit_id", number(250)}, {"unit_id_step", number(2)}},
            {}, 4),
        ElementsAre("a.toml:20:9: points.x.unit_id_step: 4 values from unit id 250 on reach past 255"));
    EXPECT_THAT(
        faults_of_point(
            {{"at", number(1)}, {"type", text("u16")}, {"stride", number(2)}, {"unit_id_step", number(2)}},
            {}, 4),
        ElementsAre("a.toml:20:9: points.x.stride: the values of a run with unit_id_step are at the same "
                    "address; remove the key"));
    EXPECT_THAT(faults_of_point({{"at", number(0)}, {"type", text("u16")}}, {{"addresses_from", number(1)}}),
                ElementsAre("a.toml:20:9: points.x.at: the first address is 1 (addresses_from = 1); got 0"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("u16")}}, {}, 1ULL << 60).size(), 1u);
}

TEST(Block, TakesEachKeyAndTellsAWrongOneOnce) {
    const auto u16 = in_block(point("x", {{"at", number(1)}, {"type", text("u16")}}));
    const auto faults_of_block = [&](const Keys& keys, const Keys& mapping = {}) {
        return faults_of(spec(mapping, here, {u16, u16}, {block("b", keys)}));
    };
    EXPECT_THAT(faults_of_block({{"at", number(65534)},
                                 {"table", text("input")},
                                 {"unit_id", number(9)},
                                 {"timeout", text("2 s")},
                                 {"pause", text("200 ms")},
                                 {"longest_read", number(8)},
                                 {"longest_gap", number(3)},
                                 {"all_zero", text("no answer")}}),
                IsEmpty());
    EXPECT_THAT(faults_of_block({{"sunspec", number(802)}, {"all_zero", text("values")}}), IsEmpty());
    EXPECT_THAT(faults_of_block({{"timeuot", text("2 s")}}),
                ElementsAre("a.toml:30:9: blocks.b.timeuot: unknown key (did you mean \"timeout\"?)"));
    EXPECT_THAT(
        faults_of_block({{"all_zero", text("garbled")}}),
        ElementsAre("a.toml:30:9: blocks.b.all_zero: expected one of values, no answer; got \"garbled\""));
    EXPECT_THAT(faults_of_block({{"sunspec", number(65535)}}),
                ElementsAre(HasSubstr("blocks.b.sunspec: expected a whole number from 1 to 65534")));
    EXPECT_THAT(
        faults_of_block({{"sunspec", number(802)}, {"table", text("input")}}),
        ElementsAre(HasSubstr("blocks.b.table: SunSpec models are in the table holding, not in input")));
    EXPECT_THAT(faults_of_block({{"sunspec", number(802)}}, {{"address_step", number(2)}}),
                ElementsAre(HasSubstr("blocks.b.sunspec: the models of a device with address_step = 2")));
    EXPECT_THAT(
        faults_of(spec({}, here, {u16}, {block("b", {{"at", number(65535)}})})),
        ElementsAre("a.toml:20:9: points.x.at: 65536 (with its block's at) + 1 registers reach past 65535"));
}

TEST(Address, AllFaultsComeAtOnce) {
    EXPECT_THAT(
        faults_of(
            spec({{"unit_di", number(3)}, {"table", text("register")}}, {{"port", number(0)}},
                 {point("x", {{"at", text("1")}, {"type", text("u16")}}), point("y", {{"at", number(1)}})})),
        ElementsAre(HasSubstr("modbus.table: expected one of"),
                    HasSubstr("modbus.unit_di: unknown key (did you mean \"unit_id\"?)"),
                    HasSubstr("battery.modbus.host: missing"), HasSubstr("battery.modbus.port: expected"),
                    HasSubstr("points.x.at: expected"), HasSubstr("points.y.type: missing")));
}

TEST(Options, TheConfigurationOverridesTheMapping) {
    Faults faults;
    const auto options = read_options(spec({{"unit_id", number(3)},
                                            {"timeout", text("1 s")},
                                            {"pause", text("100 ms")},
                                            {"table", text("input")},
                                            {"serial_baud", number(9600)},
                                            {"serial_parity", text("even")},
                                            {"serial_stop_bits", number(1)}},
                                           {{"host", text("bms.local")},
                                            {"unit_id", number(0)},
                                            {"port", number(8080)},
                                            {"timeout", text("800 ms")}},
                                           {}),
                                      faults);
    EXPECT_THAT(texts(faults), IsEmpty());
    EXPECT_EQ(options.unit, 0);
    EXPECT_EQ(options.manner.timeout, 800ms);
    EXPECT_EQ(options.manner.pause, 100ms);
    EXPECT_EQ(options.table, Table::input);
    EXPECT_EQ(options.host, "bms.local");
    EXPECT_EQ(options.port, 8080);
}

TEST(Options, TakesTheKeysOfTheMappingAlone) {
    Faults faults;
    const auto options = read_options(spec({{"answer_unit_id", number(0x51)},
                                            {"addresses_from", number(1)},
                                            {"wait_after_connect", text("1 s")},
                                            {"all_zero", text("no answer")},
                                            {"found", std::vector<std::int64_t>{802, 40308, 803, 40372}}},
                                           {{"host", text("a")}}, {}),
                                      faults);
    EXPECT_THAT(texts(faults), IsEmpty());
    EXPECT_EQ(options.answer_unit, 0x51);
    EXPECT_EQ(options.addresses_from, 1);
    EXPECT_EQ(options.wait_after_connect, 1s);
    EXPECT_TRUE(options.manner.zero_is_no_answer);
    EXPECT_EQ(options.found, (Models{{802, {.address = 40308}}, {803, {.address = 40372}}}));
}

TEST(Options, SaysWhatIsWrongWithTheKeysOfTheMapping) {
    EXPECT_THAT(faults_of(spec({{"answer_unit_id", number(256)},
                                {"addresses_from", number(2)},
                                {"wait_after_connect", text("11 s")},
                                {"found", std::vector<std::int64_t>{802, 40308, 803}}},
                               here, {})),
                testing::UnorderedElementsAre(
                    "a.toml:10:9: modbus.answer_unit_id: expected a whole number from 0 to 255; got 256",
                    "a.toml:10:9: modbus.addresses_from: expected a whole number from 0 to 1; got 2",
                    "a.toml:10:9: modbus.wait_after_connect: expected a time from 0 s to 10 s; got \"11 s\"",
                    "a.toml:10:9: modbus.found: expected pairs of a model id and its address, as in [802, "
                    "40308]; got 3 "
                    "numbers"));
    EXPECT_THAT(
        faults_of(spec({{"found", std::vector<std::int64_t>{802, 65536}}}, here, {})),
        ElementsAre(
            "a.toml:10:9: modbus.found: expected a list of whole numbers from 0 to 65535; got 65536"));
    EXPECT_THAT(
        faults_of(spec({{"found", number(802)}}, here, {})),
        ElementsAre("a.toml:10:9: modbus.found: expected a list of whole numbers from 0 to 65535; got 802"));
}

TEST(Options, NoConfigurationNeedsNoHost) {
    auto s = spec({}, {}, {point("x", {{"at", number(1)}, {"type", text("u16")}})});
    s.connection = {};
    EXPECT_THAT(faults_of(s), IsEmpty());
}

TEST(Options, RefusesWhatIsNoHost) {
    EXPECT_THAT(faults_of(spec({}, {{"host", text("http://10.0.0.5/")}}, {})),
                ElementsAre("a.toml:5:9: battery.modbus.host: expected a host name or an IP address; got "
                            "\"http://10.0.0.5/\""));
    EXPECT_THAT(faults_of(spec({}, {{"host", number(3)}}, {})),
                ElementsAre("a.toml:5:9: battery.modbus.host: expected a text in quotes; got 3"));
}

TEST(Options, SaysWhereThePortOfAHostBelongs) {
    const auto faults_of_host = [](const char* host) {
        return faults_of(spec({}, {{"host", text(host)}}, {}));
    };
    EXPECT_THAT(faults_of_host("192.168.1.50:1502"),
                ElementsAre("a.toml:5:9: battery.modbus.host: has a port in it: \"192.168.1.50:1502\"; write "
                            "the port as port = 1502"));
    EXPECT_THAT(faults_of_host("bms.local:"), ElementsAre(HasSubstr("write the port as port = 502")));
    EXPECT_THAT(faults_of_host("::1"), IsEmpty());
    EXPECT_THAT(faults_of_host("fe80::1%eth0"), IsEmpty());
}

class Together : public testing::Test {
protected:
    std::vector<std::string> faults_of_both(const Keys& first, const Keys& second,
                                            const Keys& second_point = {}) {
        Faults faults;
        Faults warnings;
        auto a = spec({}, first, {});
        auto b = spec({}, second, {});
        a.battery = "attic";
        if (!second_point.empty())
            b.points.push_back(point("x", second_point));
        const auto one = adapter_.source(a, faults);
        const auto two = adapter_.source(b, faults);
        EXPECT_THAT(texts(faults), IsEmpty());
        const adapter::Source* both[] = {one.get(), two.get()};
        adapter_.check_together(both, faults, warnings);
        return texts(faults);
    }
    ModbusAdapter adapter_;
};

TEST_F(Together, OneUnitOnOneLinkIsOneBattery) {
    EXPECT_THAT(
        faults_of_both({{"host", text("a")}, {"unit_id", number(3)}},
                       {{"host", text("a")}, {"unit_id", number(3)}}),
        ElementsAre("a.toml:5:1: batteries \"attic\" and \"shed\" both read unit 3 at a:502; one of them "
                    "needs another unit_id, host or serial"));
    EXPECT_THAT(faults_of_both({{"host", text("a")}, {"unit_id", number(3)}}, {{"host", text("a")}},
                               {{"at", number(1)}, {"type", text("u16")}, {"unit_id", number(3)}}),
                ElementsAre(HasSubstr("both read unit 3 at a:502")));
}

TEST_F(Together, OtherUnitsPortsAndHostsAreOthers) {
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("a")}, {"unit_id", number(2)}}),
                IsEmpty());
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("b")}}), IsEmpty());
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("a")}, {"port", number(503)}}),
                IsEmpty());
}

} // namespace
} // namespace retrocan::modbus
