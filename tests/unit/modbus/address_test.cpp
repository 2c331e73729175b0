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
                                 {"unit", number(224)}}),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)}, {"type", text("ascii")}, {"length", number(125)}}),
                IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(65535)}, {"table", text("coil")}}), IsEmpty());
    EXPECT_THAT(faults_of_point({{"at", number(0)}}, {{"table", text("discrete")}}, 65536), IsEmpty());
}

TEST(Address, SaysWhatIsMissing) {
    EXPECT_THAT(faults_of_point({{"type", text("u16")}}),
                ElementsAre("a.toml:20:1: points.x.at: missing; expected an address from 0 to 65535"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}}),
        ElementsAre("a.toml:20:1: points.x.type: missing; expected one of u16, s16, u32, s32, u64, s64, "
                    "f32, f64, ascii"));
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
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"length", number(2)}}),
                ElementsAre("a.toml:20:9: points.x.length: only for type = \"ascii\"; remove the key"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("u16")}, {"order", text("low word first")}}),
        ElementsAre("a.toml:20:9: points.x.order: the value has only one register; remove the key"));
    EXPECT_THAT(faults_of_point({{"at", number(1)}, {"table", text("coil")}, {"type", text("u16")}}),
                ElementsAre("a.toml:20:9: points.x.type: coil is a table of single bits; remove the key"));
    EXPECT_THAT(
        faults_of_point({{"at", number(1)}, {"type", text("f64")}}, {{"longest_read", number(2)}}),
        ElementsAre(
            "a.toml:20:9: points.x.type: takes 4 registers, more than the mapping's longest_read = 2"));
}

TEST(Address, AllFaultsComeAtOnce) {
    EXPECT_THAT(
        faults_of(
            spec({{"unti", number(3)}, {"table", text("register")}}, {{"port", number(0)}},
                 {point("x", {{"at", text("1")}, {"type", text("u16")}}), point("y", {{"at", number(1)}})})),
        ElementsAre(HasSubstr("modbus.table: expected one of"),
                    HasSubstr("modbus.unti: unknown key (did you mean \"unit\"?)"),
                    HasSubstr("battery.modbus.host: missing"), HasSubstr("battery.modbus.port: expected"),
                    HasSubstr("points.x.at: expected"), HasSubstr("points.y.type: missing")));
}

TEST(Options, TheConfigurationOverridesTheMapping) {
    Faults faults;
    const auto options = read_options(spec({{"unit", number(3)},
                                            {"timeout", text("1 s")},
                                            {"pause", text("100 ms")},
                                            {"table", text("input")},
                                            {"serial_baud", number(9600)},
                                            {"serial_parity", text("even")},
                                            {"serial_stop_bits", number(1)}},
                                           {{"host", text("bms.local")},
                                            {"unit", number(0)},
                                            {"port", number(8080)},
                                            {"timeout", text("800 ms")}},
                                           {}),
                                      faults);
    EXPECT_THAT(texts(faults), IsEmpty());
    EXPECT_EQ(options.unit, 0);
    EXPECT_EQ(options.timeout, 800ms);
    EXPECT_EQ(options.pause, 100ms);
    EXPECT_EQ(options.table, Table::input);
    EXPECT_EQ(options.host, "bms.local");
    EXPECT_EQ(options.port, 8080);
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

TEST(Options, PausesMustFitIntoThePollPeriod) {
    EXPECT_THAT(
        faults_of(spec({{"pause", text("600 ms")}}, here,
                       {point("x", {{"at", number(1)}, {"type", text("u16")}}),
                        point("y", {{"at", number(9)}, {"type", text("u16")}})})),
        ElementsAre("a.toml:5:1: battery.modbus: 2 reads with a pause of 0.6 s each take 1.2 s, longer than "
                    "the poll period of 1 s; poll less often"));
}

class Together : public testing::Test {
protected:
    std::vector<std::string> faults_of_both(const Keys& first, const Keys& second,
                                            const Keys& second_point = {}) {
        Faults faults;
        auto a = spec({}, first, {});
        auto b = spec({}, second, {});
        a.battery = "attic";
        if (!second_point.empty())
            b.points.push_back(point("x", second_point));
        const auto one = adapter_.source(a, faults);
        const auto two = adapter_.source(b, faults);
        EXPECT_THAT(texts(faults), IsEmpty());
        const adapter::Source* both[] = {one.get(), two.get()};
        adapter_.check_together(both, faults);
        return texts(faults);
    }
    ModbusAdapter adapter_;
};

TEST_F(Together, OneUnitOnOneLinkIsOneBattery) {
    EXPECT_THAT(
        faults_of_both({{"host", text("a")}, {"unit", number(3)}},
                       {{"host", text("a")}, {"unit", number(3)}}),
        ElementsAre("a.toml:5:1: batteries \"attic\" and \"shed\" both read unit 3 at a:502; one of them "
                    "needs another unit or host"));
    EXPECT_THAT(faults_of_both({{"host", text("a")}, {"unit", number(3)}}, {{"host", text("a")}},
                               {{"at", number(1)}, {"type", text("u16")}, {"unit", number(3)}}),
                ElementsAre(HasSubstr("both read unit 3 at a:502")));
}

TEST_F(Together, OtherUnitsPortsAndHostsAreOthers) {
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("a")}, {"unit", number(2)}}), IsEmpty());
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("b")}}), IsEmpty());
    EXPECT_THAT(faults_of_both({{"host", text("a")}}, {{"host", text("a")}, {"port", number(503)}}),
                IsEmpty());
}

} // namespace
} // namespace retrocan::modbus
