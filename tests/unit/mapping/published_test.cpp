// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "mapping/content.h"

#include <gmock/gmock.h>

/// Batteries that tell their values by themselves: which messages are a sign of life, and which only look
/// like one.
namespace retrocan::mapping {

namespace {

std::string published(std::string_view points, std::string_view rest) {
    std::string text = mapping_text(points, "", "");
    text.replace(text.find("level   ="), 0, "publishes = '2 s'\n");
    return text + std::string{rest};
}

/// All three live points in one message.
adapter::Answer all(const Battery& battery, TimePoint at, std::int64_t voltage = 5312) {
    adapter::Answer answer;
    answer.at = at;
    answer.readings = {{battery.slot("voltage"), raw(voltage)},
                       {battery.slot("current"), raw(10)},
                       {battery.slot("soc"), raw(50)}};
    return answer;
}

adapter::Answer one(const Battery& battery, TimePoint at, std::string_view point, std::int64_t value,
                    bool retained = false) {
    adapter::Answer answer;
    answer.at = at;
    answer.readings = {{battery.slot(point), raw(value)}};
    answer.retained = retained;
    return answer;
}

adapter::Answer disconnected(const Battery& battery, TimePoint at) {
    adapter::Answer answer;
    answer.at = at;
    for (std::size_t i = 0; i < battery.bound().slots().size(); ++i)
        answer.readings.push_back({i, Absence::not_connected});
    return answer;
}

std::vector<std::string> faults_of(const std::string& text) {
    Faults faults;
    static_cast<void>(parse(text, "test.toml", faults));
    std::vector<std::string> list;
    for (const Fault& fault : faults)
        list.push_back(to_text(fault));
    return list;
}

using ::testing::Contains;
using ::testing::HasSubstr;

} // namespace

TEST(Published, ItsPeriodIsTheMappingsOwn) {
    const Battery battery{published("", "")};
    EXPECT_TRUE(battery.bound().publishes());
    EXPECT_TRUE(battery.bound().source().published);
    EXPECT_EQ(battery.bound().period(), 2s);
}

TEST(Published, ASettingMaySayThePeriod) {
    std::string text = published("", "[settings]\ninterval = { unit = 's', default = '4 s', min = '1 s', max "
                                     "= '60 s', help = 'as set at the source' }\n");
    text.replace(text.find("'2 s'"), 5, "'interval'");
    const Battery battery{text};
    EXPECT_EQ(battery.bound().period(), 4s);
    text.replace(text.find(", max = '60 s'"), 14, "");
    EXPECT_THAT(faults_of(text),
                Contains(HasSubstr("publishes: the setting \"interval\" needs unit = \"s\"")));
}

TEST(Published, ARoundIsEveryLivePointToldAgainHalfAPeriodLater) {
    Battery battery{published("", "")};
    Decoder& decoder = battery.decoder();
    EXPECT_TRUE(decoder.take(all(battery, t0)).round_complete);
    EXPECT_FALSE(decoder.take(all(battery, t0 + 900ms)).round_complete) << "told twice is not a new round";
    EXPECT_EQ(battery.state().voltage->oldest, t0 + 900ms) << "but newer all the same";
    EXPECT_TRUE(decoder.take(all(battery, t0 + 1s)).round_complete);
    EXPECT_FALSE(decoder.take(one(battery, t0 + 3s, "voltage", 5300)).round_complete);
    EXPECT_FALSE(decoder.take(one(battery, t0 + 3s, "current", 11)).round_complete);
    EXPECT_TRUE(decoder.take(one(battery, t0 + 3s, "soc", 50)).round_complete);
}

TEST(Published, Retained_IsNeverFresh) {
    Battery battery{published("serial = { at = 5, type = 'text', every = 'once' }", "serial = 'serial'\n")};
    adapter::Answer kept = all(battery, t0);
    kept.readings.push_back({battery.slot("serial"), RawValue{"JK-1"}});
    kept.retained = true;
    const Update& update = battery.decoder().take(kept);
    EXPECT_FALSE(update.round_complete);
    EXPECT_FALSE(update.state.voltage);
    EXPECT_EQ(battery.text("serial"), "JK-1") << "a name is a name";
    EXPECT_TRUE(update.slow_and_once_read);
}

TEST(Published, Retained_PassesNoIdentityCheck) {
    Battery battery{published("kind = { at = 5, every = 'once' }", "[identity]\nkind = 'kind == 7'\n")};
    EXPECT_EQ(battery.decoder().take(one(battery, t0, "kind", 7, true)).identity, Identity::unknown);
    EXPECT_EQ(battery.decoder().take(one(battery, t0, "kind", 7)).identity, Identity::matches);
    EXPECT_EQ(battery.decoder().take(one(battery, t0, "kind", 8, true)).identity, Identity::differs)
        << "but it may refuse";
}

const char* const status = "status = { at = 6, every = 'once' }";
const char* const status_gate = "[availability]\nesp = 'status'\n";

TEST(Availability, IsNecessary) {
    Battery battery{published(status, status_gate)};
    Decoder& decoder = battery.decoder();
    EXPECT_EQ(decoder.update().unavailable, "esp: \"status\"");
    EXPECT_EQ(decoder.take(all(battery, t0)).unavailable, "esp: \"status\"");
    EXPECT_EQ(decoder.take(one(battery, t0, "status", 1, true)).unavailable, "")
        << "retained, it may stand as the first word";
    EXPECT_EQ(decoder.take(one(battery, t0 + 1s, "status", 0, true)).unavailable, "esp: \"status\"")
        << "retained, it may deny";
}

TEST(Availability, WhoComesBackMaySendOldValuesFirst) {
    Battery battery{published(status, status_gate)};
    Decoder& decoder = battery.decoder();
    decoder.take(one(battery, t0, "status", 1, true));
    EXPECT_TRUE(decoder.take(all(battery, t0)).round_complete) << "kept: it may have been there for long";
    decoder.take(one(battery, t0 + 1s, "status", 0));
    decoder.take(one(battery, t0 + 4s, "status", 1));
    EXPECT_FALSE(decoder.take(all(battery, t0 + 4s, 5000)).round_complete);
    EXPECT_EQ(battery.text("voltage"), "53.12 V") << "sent again on its reconnect: not taken";
    EXPECT_TRUE(decoder.take(all(battery, t0 + 6s, 5000)).round_complete);
    EXPECT_EQ(battery.text("voltage"), "50 V");
}

TEST(Availability, ABirthBehindARetainedWordIsAReturnToo) {
    Battery battery{published(status, status_gate)};
    Decoder& decoder = battery.decoder();
    decoder.take(one(battery, t0, "status", 1, true));
    decoder.take(one(battery, t0 + 1s, "status", 1));
    EXPECT_FALSE(decoder.take(all(battery, t0 + 1s)).round_complete);
    EXPECT_TRUE(decoder.take(all(battery, t0 + 2s)).round_complete);
    decoder.take(one(battery, t0 + 3s, "status", 1));
    EXPECT_TRUE(decoder.take(all(battery, t0 + 4s)).round_complete) << "said again and again is no return";
}

TEST(Availability, WhatNeedNotComePassesUntilItDenies) {
    Battery battery{published("status = { at = 6, every = 'once', optional = true }", status_gate)};
    Decoder& decoder = battery.decoder();
    adapter::Answer never;
    never.at = t0;
    never.readings = {{battery.slot("status"), Absence::timeout}};
    EXPECT_EQ(decoder.take(never).unavailable, "");
    EXPECT_NE(decoder.take(one(battery, t0, "status", 0)).unavailable, "");
}

TEST(Availability, IsUnknownAgainWhenTheConnectionWasLost) {
    Battery battery{published(status, status_gate)};
    Decoder& decoder = battery.decoder();
    decoder.take(one(battery, t0, "status", 1, true));
    decoder.take(all(battery, t0));
    const Update& lost = decoder.take(disconnected(battery, t0 + 1s));
    EXPECT_TRUE(lost.round_complete) << "a bad one";
    EXPECT_TRUE(lost.missed.test(*signal_index("voltage")));
    EXPECT_NE(lost.unavailable, "");
    EXPECT_FALSE(lost.slow_and_once_read);
    EXPECT_EQ(battery.state().voltage->oldest, t0) << "what was told keeps its age";
}

TEST(Availability, StaysOverARestartForItIsToldOnlyOnce) {
    Battery battery{published(status, status_gate)};
    battery.decoder().take(one(battery, t0, "status", 1));
    battery.decoder().restart();
    EXPECT_EQ(battery.decoder().take(all(battery, t0 + 1s)).unavailable, "");
    EXPECT_TRUE(battery.decoder().update().slow_and_once_read);
}

TEST(FreshBy, OnlyAStampThatRisesIsASignOfLife) {
    Battery battery{published("stamp = { at = 7 }\nlimit = { at = 8, unit = 'A', fresh_by = 'stamp' }",
                              "ccl = 'limit'\n")};
    const auto message = [&](TimePoint at, std::int64_t stamp, std::int64_t limit) {
        adapter::Answer answer;
        answer.at = at;
        answer.readings = {{battery.slot("limit"), raw(limit)}, {battery.slot("stamp"), raw(stamp)}};
        battery.decoder().take(answer);
        return battery.text("ccl");
    };
    EXPECT_EQ(message(t0, 1000, 10), "-") << "the first proves nothing";
    EXPECT_EQ(message(t0 + 1s, 1001, 20), "20 A");
    EXPECT_EQ(message(t0 + 2s, 1001, 30), "20 A") << "repeated";
    EXPECT_EQ(message(t0 + 3s, 900, 40), "20 A") << "backwards";
    EXPECT_EQ(message(t0 + 4s, 901, 50), "50 A") << "a clock that was set: only progress counts";
    battery.decoder().take(one(battery, t0 + 5s, "limit", 60));
    EXPECT_EQ(battery.text("ccl"), "50 A") << "without a stamp";
}

TEST(AliveBy, CompletesRoundsOfWhatIsToldOnlyOnAChange) {
    std::string text = published("beat = { at = 9 }", "");
    text.replace(text.find("soc     = { at = 2,"), 19, "soc     = { at = 2, alive_by = 'beat',");
    Battery battery{text};
    Decoder& decoder = battery.decoder();
    const auto others = [&](TimePoint at, std::int64_t beat) {
        adapter::Answer answer;
        answer.at = at;
        answer.readings = {{battery.slot("voltage"), raw(5312)},
                           {battery.slot("current"), raw(10)},
                           {battery.slot("beat"), raw(beat)}};
        return decoder.take(answer).round_complete;
    };
    EXPECT_FALSE(others(t0, 1)) << "soc was never told";
    EXPECT_TRUE(decoder.take(one(battery, t0, "soc", 50)).round_complete);
    EXPECT_TRUE(others(t0 + 2s, 2));
    EXPECT_EQ(battery.state().soc->oldest, t0 + 2s);
    EXPECT_FALSE(others(t0 + 4s, 2)) << "the heartbeat stands still";
}

TEST(TextSetting, StandsInTheAdaptersKeys) {
    const std::string text =
        published("", "[settings]\nprefix = { text = 'jk-bms', help = 'begins every topic' }\n");
    std::string with_prefix = text;
    with_prefix.replace(with_prefix.find("at = 0,"), 7, "at = '{prefix}/voltage',");
    const auto topic = [&](const adapter::Settings& owner) {
        const Battery battery{with_prefix, owner};
        for (const adapter::Setting& setting : battery.bound().source().points[0].address.keys)
            if (setting.key == "at")
                return std::get<std::string>(setting.value);
        return std::string{};
    };
    EXPECT_EQ(topic({"battery.settings", {}, {}}), "jk-bms/voltage");
    EXPECT_EQ(topic({"battery.settings", {}, {{"prefix", std::string{"a/b"}, {}}}}), "a/b/voltage");
}

TEST(TextSetting, AnEmptyTextIsNoDefault) {
    std::string text =
        published("", "[settings]\nprefix = { text = '', required = true, help = 'begins every topic' }\n");
    text.replace(text.find("at = 0,"), 7, "at = '{prefix}/voltage',");
    Faults faults;
    const auto mapping = parse(text, "test.toml", faults);
    ASSERT_EQ(faults.size(), 0U) << to_text(faults.front());
    EXPECT_EQ(
        bind(
            mapping,
            {.battery = "shed", .owner_settings = {"battery.settings", {}, {}}, .connection = {}, .poll = 1s},
            faults),
        nullptr);
    ASSERT_FALSE(faults.empty());
    EXPECT_THAT(to_text(faults.front()), HasSubstr("begins every topic"));
    EXPECT_THAT(faults_of(published("", "[settings]\nprefix = { text = 1, help = 'h' }\n")),
                Contains(HasSubstr("settings.prefix.text: expected a text, or \"\" for no default")));
}

TEST(TextSetting, IsNoNumber) {
    std::string text = published("", "[settings]\nprefix = { text = 'x', help = 'h' }\n");
    text.replace(text.find("soc     = \"soc\""), 15, "soc     = \"prefix\"");
    EXPECT_THAT(faults_of(text), Contains(HasSubstr("the setting \"prefix\" is a text")));
}

} // namespace retrocan::mapping
