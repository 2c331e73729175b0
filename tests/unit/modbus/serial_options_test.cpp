// SPDX-License-Identifier: Apache-2.0
// The keys of serial lines, in mappings and configurations.
#include "modbus_adapter.h"
#include "options.h"
#include "pty.h"
#include "specs.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* port_path = "/dev/serial/by-id/usb-A";

Options options_of(const Keys& mapping, const Keys& connection) {
    Faults faults;
    auto options = read_options(spec(mapping, connection, {}), faults);
    EXPECT_THAT(texts(faults), IsEmpty());
    return options;
}
std::vector<std::string> faults_of(const Keys& mapping, const Keys& connection) {
    Faults faults;
    read_options(spec(mapping, connection, {}), faults);
    return texts(faults);
}

TEST(SerialOptions, AreTheMappingsUnlessTheConfigurationSaysOtherwise) {
    EXPECT_EQ(options_of({}, {{"serial", text(port_path)}}).serial.line,
              (LineSettings{9600, Parity::none, 1}));
    const Keys mapping{
        {"serial_baud", number(115200)}, {"serial_parity", text("even")}, {"serial_stop_bits", number(2)}};
    const Options same = options_of(mapping, {{"serial", text(port_path)}});
    EXPECT_EQ(same.serial.line, (LineSettings{115200, Parity::even, 2}));
    EXPECT_EQ(same.serial.path, port_path);
    EXPECT_TRUE(same.connects());
    EXPECT_FALSE(same.serial.rs485);
    const Options own = options_of(mapping, {{"serial", text(port_path)},
                                             {"baud", number(9600)},
                                             {"parity", text("odd")},
                                             {"stop_bits", number(1)},
                                             {"rs485", text("rts")},
                                             {"rts_delay", text("2 ms")}});
    EXPECT_EQ(own.serial.line, (LineSettings{9600, Parity::odd, 1}));
    EXPECT_TRUE(own.serial.rs485);
    EXPECT_EQ(own.serial.rts_delay, 2ms);
}

TEST(SerialOptions, FramesInATcpConnection) {
    EXPECT_FALSE(options_of({}, {{"host", text("a")}}).rtu_framing);
    const Options own =
        options_of({}, {{"host", text("a")}, {"framing", text("rtu")}, {"port", number(8899)}});
    EXPECT_TRUE(own.rtu_framing);
    EXPECT_EQ(own.port, 8899);
    const Keys rtu{{"framing", text("rtu")}};
    EXPECT_TRUE(options_of(rtu, {{"host", text("a")}, {"port", number(8080)}}).rtu_framing);
    EXPECT_FALSE(options_of(rtu, {{"host", text("a")}, {"framing", text("tcp")}}).rtu_framing);
    EXPECT_THAT(faults_of(rtu, {{"host", text("a")}}),
                ElementsAre("a.toml:5:1: battery.modbus.port: missing; serial frames through TCP (framing = "
                            "\"rtu\") have no usual port"));
}

TEST(SerialOptions, SaysWhatMakesNoSense) {
    EXPECT_THAT(faults_of({}, {}), ElementsAre(HasSubstr("or serial = \"/dev/serial/by-id/..\"")));
    EXPECT_THAT(
        faults_of({}, {{"serial", text(port_path)}, {"host", text("a")}, {"port", number(1)}}),
        ElementsAre(
            "a.toml:5:9: battery.modbus.host: only with a TCP connection, not with serial; remove the key",
            "a.toml:5:9: battery.modbus.port: only with a TCP connection, not with serial; remove the key"));
    EXPECT_THAT(faults_of({}, {{"host", text("a")}, {"baud", number(9600)}, {"rs485", text("rts")}}),
                ElementsAre("a.toml:5:9: battery.modbus.baud: only with serial; remove the key",
                            "a.toml:5:9: battery.modbus.rs485: only with serial; remove the key"));
    EXPECT_THAT(faults_of({}, {{"serial", text("ttyUSB0")}}),
                ElementsAre("a.toml:5:9: battery.modbus.serial: expected the path of a port, as in "
                            "\"/dev/serial/by-id/usb-..\"; got \"ttyUSB0\""));
    EXPECT_THAT(faults_of({}, {{"serial", text(port_path)}, {"baud", number(9601)}}),
                ElementsAre(HasSubstr("battery.modbus.baud: expected a usual rate, such as 9600, 19200 or "
                                      "115200; got 9601")));
    EXPECT_THAT(faults_of({}, {{"serial", text(port_path)}, {"rts_delay", text("2 ms")}}),
                ElementsAre(HasSubstr("battery.modbus.rts_delay: only with rs485 = \"rts\"")));
    EXPECT_THAT(faults_of({{"serial_baud", number(9601)}}, {{"host", text("a")}}),
                ElementsAre(HasSubstr("modbus.serial_baud: expected a usual rate")));
    EXPECT_THAT(faults_of({}, {{"serial", text(port_path)}, {"bauds", number(9600)}}),
                ElementsAre(HasSubstr("unknown key (did you mean \"baud\"?)")));
}

TEST(SerialOptions, AnAnswerMustFitIntoItsTimeout) {
    Faults faults;
    ModbusAdapter{}.source(spec({}, {{"serial", text(port_path)}, {"baud", number(1200)}},
                                {point("x", {{"at", number(1)}, {"type", text("u16")}}, 60)}),
                           faults);
    EXPECT_THAT(texts(faults),
                ElementsAre("a.toml:5:1: battery.modbus: an answer of 60 registers takes 1.05175 s at 1200 "
                            "8N1, longer than its timeout of 0.5 s; set a longer timeout"));
}

class SharedPort : public testing::Test {
protected:
    SharedPort() {
        std::filesystem::remove(alias);
        std::filesystem::create_symlink(pty.path(), alias);
    }
    ~SharedPort() override { std::filesystem::remove(alias); }
    SharedPort(const SharedPort&) = delete;
    SharedPort& operator=(const SharedPort&) = delete;

    void check(Keys first, Keys second) {
        first.emplace_back("serial", text(pty.path().c_str()));
        second.emplace_back("serial", text(alias.c_str()));
        auto a = spec({}, first, {});
        a.battery = "attic";
        const ModbusAdapter adapter;
        const auto one = adapter.source(a, faults);
        const auto two = adapter.source(spec({}, second, {}), faults);
        ASSERT_THAT(texts(faults), IsEmpty());
        const adapter::Source* both[] = {one.get(), two.get()};
        adapter.check_together(both, faults, warnings);
    }
    Pty pty;
    const std::string alias =
        (std::filesystem::temp_directory_path() / ("retrocan-alias-" + std::to_string(getpid()))).string();
    Faults faults;
    Faults warnings;
};

TEST_F(SharedPort, TwoNamesOfOneDeviceAreOneLink) {
    check({}, {});
    EXPECT_THAT(texts(faults), ElementsAre(HasSubstr("both read unit 1 at " + pty.path())));
    EXPECT_THAT(texts(warnings), IsEmpty());
}

TEST_F(SharedPort, HasOneSpeed) {
    check({{"baud", number(19200)}}, {{"unit_id", number(2)}});
    EXPECT_THAT(texts(faults),
                ElementsAre("a.toml:5:1: batteries \"attic\" and \"shed\" share " + pty.path() +
                            ", but one has 19200 8N1 and the other 9600 8N1; set the same baud, parity and "
                            "stop_bits for both"));
}

TEST_F(SharedPort, APortThatIsNotThereIsAWarning) {
    const ModbusAdapter adapter;
    const auto source = adapter.source(spec({}, {{"serial", text("/dev/ttyUSB97")}}, {}), faults);
    const auto other = adapter.source(
        spec({}, {{"serial", text("/dev/serial/by-id/usb-B")}, {"unit_id", number(2)}}, {}), faults);
    const adapter::Source* both[] = {source.get(), other.get()};
    adapter.check_together(both, faults, warnings);
    EXPECT_THAT(texts(faults), IsEmpty());
    EXPECT_THAT(
        texts(warnings),
        ElementsAre(HasSubstr("battery \"shed\": /dev/ttyUSB97 may be another adapter"),
                    "a.toml:5:1: battery \"shed\": there is no serial port /dev/serial/by-id/usb-B now; is "
                    "the adapter plugged in?"));
}

} // namespace
} // namespace retrocan::modbus
