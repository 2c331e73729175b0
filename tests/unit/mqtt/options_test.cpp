// SPDX-License-Identifier: Apache-2.0
#include "options.h"
#include "specs.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
    Options options;
    std::vector<std::string> faults;
};

Read read(const Keys& connection, const Keys& mapping = {}) {
    adapter::SourceSpec both;
    both.mapping = settings("mqtt", mapping, 10);
    both.connection = settings("battery.mqtt", connection, 5);
    Faults faults;
    Read result{read_options(both, faults), {}};
    result.faults = texts(faults);
    return result;
}

/// The one fault with `host` and these keys.
std::string fault(Keys keys) {
    keys.insert(keys.begin(), {"host", text("broker")});
    const auto faults = read(keys).faults;
    return faults.size() == 1 ? faults.front() : std::to_string(faults.size()) + " faults";
}

TEST(MqttOptions, NeedOnlyAHost) {
    const auto [options, faults] = read({{"host", text("192.168.1.50")}});
    EXPECT_THAT(faults, IsEmpty());
    EXPECT_TRUE(options.connects());
    EXPECT_EQ(options.broker(), "192.168.1.50:1883");
    EXPECT_EQ(options.user, "");
    EXPECT_EQ(options.client_id, "");
    EXPECT_FALSE(options.version_5);
    EXPECT_FALSE(options.tls);
    EXPECT_EQ(options.timeout, 5s);
    EXPECT_EQ(read({{"host", text("::1")}}).options.broker(), "[::1]:1883");
}

TEST(MqttOptions, TakeEachKey) {
    const auto [options, faults] = read({{"host", text("broker.lan")},
                                         {"port", number(18830)},
                                         {"user", text("retrocan")},
                                         {"password_file", text("/etc/retrocan/mqtt-password")},
                                         {"client_id", text("shed")},
                                         {"version", text("5")},
                                         {"tls", true},
                                         {"ca", text("/etc/ca.pem")},
                                         {"certificate", text("/etc/own.pem")},
                                         {"key", text("/etc/own.key")},
                                         {"insecure", true},
                                         {"timeout", text("10 s")}});
    EXPECT_THAT(faults, IsEmpty());
    Options expected;
    expected.host = "broker.lan";
    expected.port = 18830;
    expected.user = "retrocan";
    expected.password_file = "/etc/retrocan/mqtt-password";
    expected.client_id = "shed";
    expected.version_5 = true;
    expected.tls = true;
    expected.ca = "/etc/ca.pem";
    expected.certificate = "/etc/own.pem";
    expected.key = "/etc/own.key";
    expected.insecure = true;
    expected.timeout = 10s;
    EXPECT_EQ(options, expected);
    EXPECT_EQ(read({{"host", text("a")}, {"user", text("u")}, {"password_env", text("SECRET")}})
                  .options.password_env,
              "SECRET");
    EXPECT_FALSE(read({{"host", text("a")}, {"version", text("3.1.1")}}).options.version_5);
}

TEST(MqttOptions, WithTlsThePortIs8883) {
    EXPECT_EQ(read({{"host", text("a")}, {"tls", true}}).options.port, 8883);
    EXPECT_EQ(read({{"host", text("a")}, {"tls", true}, {"port", number(1883)}}).options.port, 1883);
}

TEST(MqttOptions, WithoutAConfigurationNothingIsNeeded) {
    Faults faults;
    EXPECT_FALSE(read_options(spec({}), faults).connects());
    EXPECT_THAT(texts(faults), IsEmpty());
}

TEST(MqttOptions, TakeNoPassword) {
    const std::string said = fault({{"user", text("u")}, {"password", text("secret")}});
    EXPECT_EQ(
        said,
        "a.toml:5:9: battery.mqtt.password: a password does not belong into the configuration; write it "
        "into a file that only retrocan may read, and here password_file = "
        "\"/etc/retrocan/mqtt-password\"");
}

TEST(MqttOptions, SayWhatIsWrong) {
    EXPECT_THAT(read({}).faults,
                ElementsAre("a.toml:5:1: battery.mqtt.host: missing; expected the broker's name or IP "
                            "address, as in \"192.168.1.50\""));
    EXPECT_THAT(read({{"host", text("mqtt://broker:1883")}}).faults,
                ElementsAre(HasSubstr(
                    "expected a name or an IP address alone, as in \"192.168.1.50\", with tls = true")));
    EXPECT_THAT(read({{"host", text("broker:1884")}}).faults,
                ElementsAre(HasSubstr("has a port in it: \"broker:1884\"; write the port as port = 1884")));
    EXPECT_THAT(read({{"host", text("my broker")}}).faults,
                ElementsAre(HasSubstr("expected a host name or an IP address")));
    EXPECT_THAT(read({{"host", number(5)}}).faults,
                ElementsAre(HasSubstr("host: expected a text in quotes; got 5")));
    EXPECT_THAT(fault({{"port", number(0)}}),
                HasSubstr("port: expected a whole number from 1 to 65535; got 0"));
    EXPECT_THAT(fault({{"password_file", text("/x")}}),
                HasSubstr("a password goes with a `user`, which is missing"));
    EXPECT_THAT(fault({{"user", text("u")}, {"password_file", text("/x")}, {"password_env", text("X")}}),
                HasSubstr("password_env: password_file says where the password is; remove one of them"));
    EXPECT_THAT(fault({{"user", text("")}}), HasSubstr("user: expected 1 to 200 characters"));
    EXPECT_THAT(fault({{"client_id", text("a\nb")}}), HasSubstr("none of them a control character"));
    EXPECT_THAT(fault({{"version", text("4")}}), HasSubstr("version: expected one of 3.1.1, 5; got \"4\""));
    EXPECT_THAT(fault({{"ca", text("/x")}}), HasSubstr("ca: only with tls = true"));
    EXPECT_THAT(fault({{"insecure", true}}), HasSubstr("insecure: only with tls = true"));
    EXPECT_THAT(fault({{"tls", true}, {"certificate", text("/x")}}),
                HasSubstr("certificate: goes with its private `key`, which is missing"));
    EXPECT_THAT(fault({{"tls", true}, {"key", text("/x")}}),
                HasSubstr("key: goes with its `certificate`, which is missing"));
    EXPECT_THAT(fault({{"timeout", text("1 h")}}),
                HasSubstr("timeout: expected a time from 0.1 s to 60 s; got \"1 h\""));
    EXPECT_THAT(fault({{"prot", number(1883)}}), HasSubstr("prot: unknown key (did you mean \"port\"?)"));
}

TEST(MqttOptions, TheMappingsTableHasNoKey) {
    EXPECT_THAT(read({{"host", text("a")}}, {{"topic", text("a")}}).faults,
                ElementsAre("a.toml:10:9: mqtt.topic: unknown key; this table has none"));
}

} // namespace
} // namespace retrocan::mqtt
