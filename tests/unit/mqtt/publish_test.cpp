// SPDX-License-Identifier: Apache-2.0
#include "publish.h"
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

std::vector<std::string> faults_of_write(const Keys& keys) {
    Faults faults;
    const bool good = read_publish(write("alive", keys), faults).has_value();
    EXPECT_EQ(good, faults.empty());
    return texts(faults);
}

TEST(Publish, TakesEachKey) {
    Faults faults;
    const auto plain = read_publish(write("alive", {{"topic", text("R/c0619ab/keepalive")}}), faults);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->name, "alive");
    EXPECT_EQ(plain->topic, "R/c0619ab/keepalive");
    EXPECT_EQ(plain->payload, "");
    EXPECT_EQ(to_text(*plain), "publishes \"R/c0619ab/keepalive\", once");
    const auto slow = read_publish(
        write("ask", {{"topic", text("a/ctrl")}, {"payload", text("cd=01")}}, adapter::Pace::slow, 30s),
        faults);
    ASSERT_TRUE(slow);
    EXPECT_EQ(slow->payload, "cd=01");
    EXPECT_EQ(slow->period, 30s);
    EXPECT_EQ(to_text(*slow), "publishes \"a/ctrl\", every 30 s");
}

TEST(Publish, SaysWhatIsWrong) {
    EXPECT_THAT(
        faults_of_write({}),
        ElementsAre("a.toml:40:1: writes.alive.topic: missing; expected the topic that is published to"));
    EXPECT_THAT(
        faults_of_write({{"topic", text("R/+/keepalive")}}),
        ElementsAre("a.toml:40:9: writes.alive.topic: expected a topic without the wildcards + and #; got "
                    "\"R/+/keepalive\""));
    EXPECT_THAT(faults_of_write({{"topic", text("")}}),
                ElementsAre("a.toml:40:9: writes.alive.topic: expected a topic; got an empty text"));
    EXPECT_THAT(
        faults_of_write({{"topic", text("$SYS/x")}}),
        ElementsAre("a.toml:40:9: writes.alive.topic: topics that begin with $ are the broker's own"));
    EXPECT_THAT(faults_of_write({{"topic", number(5)}}),
                ElementsAre("a.toml:40:9: writes.alive.topic: expected a text in quotes; got 5"));
    EXPECT_THAT(faults_of_write({{"topic", text("a")}, {"payload", number(5)}}),
                ElementsAre("a.toml:40:9: writes.alive.payload: expected a text in quotes; got 5"));
    EXPECT_THAT(faults_of_write({{"topic", text("a")}, {"payload", std::string(65'537, 'x')}}),
                ElementsAre("a.toml:40:9: writes.alive.payload: expected at most 65536 bytes; got 65537"));
    EXPECT_THAT(faults_of_write({{"topic", text("a")}, {"retain", true}}),
                ElementsAre(HasSubstr("writes.alive.retain: unknown key; known keys: topic, payload")));
}

} // namespace
} // namespace retrocan::mqtt
