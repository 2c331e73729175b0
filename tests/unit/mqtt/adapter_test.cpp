// SPDX-License-Identifier: Apache-2.0
#include "mqtt_adapter.h"
#include "specs.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> faults_of_spec(const adapter::SourceSpec& spec) {
    Faults faults;
    const auto made = MqttAdapter{}.source(spec, faults);
    EXPECT_EQ(made == nullptr, !faults.empty());
    return texts(faults);
}

TEST(MqttAdapter, NeedsToKnowHowOftenTheSourcePublishes) {
    auto asked = spec({point("x", {{"topic", text("a")}})});
    asked.published = false;
    EXPECT_THAT(faults_of_spec(asked),
                ElementsAre("a.toml:10:1: publishes: missing in the head of the mapping; expected "
                            "how often the source tells its values, as in publishes = \"5 s\""));
}

TEST(MqttAdapter, TakesAThousandTopics) {
    EXPECT_THAT(faults_of_spec(spec({point("x", {{"topic", text("a/*")}}, 1000)})), IsEmpty());
    EXPECT_THAT(faults_of_spec(
                    spec({point("x", {{"topic", text("a/*")}}, 1000), point("y", {{"topic", text("b")}})})),
                ElementsAre("a.toml:10:1: mqtt: the points have 1001 topics; expected at most 1000"));
}

TEST(MqttAdapter, PublishesNothingThatIsRead) {
    EXPECT_THAT(
        faults_of_spec(
            spec({point("x", {{"topic", text("a/*")}}, 3)}, {}, {write("ask", {{"topic", text("a/2")}})})),
        ElementsAre(
            "a.toml:40:9: writes.ask.topic: \"a/2\" is read by a point; what is published there would be "
            "taken for the battery's own"));
}

class Together : public testing::Test {
protected:
    struct Battery {
        const char* name;
        const char* topic;
        Keys connection;
        const char* published = nullptr;
    };
    void check(const std::vector<Battery>& batteries) {
        std::vector<std::unique_ptr<MqttSource>> sources;
        std::vector<const adapter::Source*> all;
        std::uint32_t line = 100;
        for (const Battery& battery : batteries) {
            auto one = spec({point("x", {{"topic", text(battery.topic)}})});
            if (battery.published != nullptr)
                one.writes.push_back(write("ask", {{"topic", text(battery.published)}}));
            one.battery = battery.name;
            one.connection = settings("battery.mqtt", battery.connection, line);
            line += 100;
            sources.push_back(source(one));
            all.push_back(sources.back().get());
        }
        Faults faults;
        Faults warnings;
        MqttAdapter{}.check_together(all, faults, warnings);
        faults_ = texts(faults);
        warnings_ = texts(warnings);
    }
    std::vector<std::string> faults_;
    std::vector<std::string> warnings_;
};

TEST_F(Together, OneClientIdIsOneConnection) {
    const Keys as_shed{{"host", text("broker")}, {"client_id", text("shed")}};
    Keys with_user = as_shed;
    with_user.emplace_back("user", text("u"));
    check({{"a", "a/x", as_shed}, {"b", "b/x", as_shed}});
    EXPECT_THAT(faults_, IsEmpty());
    check({{"a", "a/x", as_shed}, {"b", "b/x", with_user}});
    EXPECT_THAT(
        faults_,
        ElementsAre(
            "a.toml:200:1: batteries \"a\" and \"b\" have the same client_id \"shed\" at broker:1883, "
            "but connect in different ways; expected another client_id, or none"));
    check({{"a", "a/x", as_shed}, {"b", "b/x", {{"host", text("other")}, {"client_id", text("shed")}}}});
    EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(Together, NoTwoReadTheSameValues) {
    check({{"a", "a/x", {{"host", text("broker")}}}, {"b", "a/x", {{"host", text("broker")}}}});
    EXPECT_THAT(
        faults_,
        ElementsAre(HasSubstr(
            "a.toml:200:1: batteries \"a\" and \"b\" read the same values at broker:1883, such as a/x")));
    check({{"a", "a/x", {{"host", text("broker")}}}, {"b", "a/x", {{"host", text("other")}}}});
    EXPECT_THAT(faults_, IsEmpty());
}

TEST_F(Together, NonePublishesWhatAnotherReads) {
    check({{"a", "a/x", {{"host", text("broker")}}, "b/x"}, {"b", "b/x", {{"host", text("broker")}}}});
    EXPECT_THAT(
        faults_,
        ElementsAre("a.toml:100:1: battery \"a\" publishes to \"b/x\" (ask), which battery \"b\" reads"));
    check({{"a", "a/x", {{"host", text("broker")}}}, {"b", "b/x", {{"host", text("broker")}}, "a/x"}});
    EXPECT_THAT(
        faults_,
        ElementsAre("a.toml:200:1: battery \"b\" publishes to \"a/x\" (ask), which battery \"a\" reads"));
}

TEST_F(Together, ThatNobodyIsCheckedIsAWarning) {
    check({{"a", "a/x", {{"host", text("broker")}, {"tls", true}, {"insecure", true}}}});
    EXPECT_THAT(faults_, IsEmpty());
    EXPECT_THAT(
        warnings_,
        ElementsAre(
            "a.toml:100:1: battery \"a\": insecure = true: nobody checks who answers at broker:8883"));
}

} // namespace
} // namespace retrocan::mqtt
