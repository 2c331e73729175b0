// SPDX-License-Identifier: Apache-2.0
#include "gx/report.h"
#include "unit/gx/traffic_of_tests.h"

#include <sstream>

#include <gmock/gmock.h>

namespace retrocan::gx {
namespace {

using ::testing::HasSubstr;

std::size_t columns(const std::string& line) {
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

struct Told {
    Receiver receiver;
    std::string all;
};

Told told(const Frames& frames) {
    Told result;
    Conformance conformance{Traffic::log};
    for (const Timed& t : frames.all) {
        result.receiver.frame(t.frame, at_ms(t.ms));
        conformance.frame(t.frame, result.receiver);
    }
    const TimeText time = [](TimePoint at) { return std::to_string((at - at_ms(0)).count() / 1000) + " ms"; };
    result.all = screens_text(result.receiver) + traffic_text(result.receiver) +
                 findings_text(conformance.findings(result.receiver), time) +
                 notes_text(venus_notes(result.receiver));
    return result;
}

TEST(Report, FitsIntoAHundredColumnsAndHasNoBlanksAtTheEnds) {
    Frames bad = good_battery();
    bad.change(0x351, [](Timed& t) { t.frame = bytes("351#0238FFFFFFFF2602"); });
    bad.change(0x35A, [](Timed& t) { t.frame = bytes("35A#FFFFFFFFFFFFFFFF"); });
    for (std::uint32_t id = 0x300; id < 0x350; ++id)
        bad.add(79'500, to_text(CanFrame{.id = id, .size = 8, .data = {}}));
    bad.add(79'600, "1510A8A0#0000000010050701");
    for (const Frames& frames : {Frames{}, good_battery(), bad}) {
        std::istringstream lines{told(frames).all};
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(columns(line), 100U) << line;
            EXPECT_FALSE(line.ends_with(' ')) << line;
        }
    }
}

TEST(Report, SaysEveryRuleOnce) {
    Frames frames = good_battery();
    frames.without(0x35A);
    std::istringstream lines{told(frames).all};
    std::multiset<std::string> first_words;
    for (std::string line; std::getline(lines, line);)
        first_words.insert(line.substr(0, 2) == "  " ? line.substr(2, line.find(' ', 2) - 2) : "");
    for (const Rule& rule : rules)
        EXPECT_EQ(first_words.count(std::string{rule.id}), 1U) << rule.id;
}

TEST(Report, ShowsWhatIsBrokenWithItsEvidenceFirst) {
    Frames frames = good_battery();
    frames.change(
        0x351, [](Timed& t) { put16(t.frame, 0, 0); }, 78'000, 90'000);
    const std::string text = told(frames).all;
    const std::string begin = "BROKEN, core\n";
    const std::string expected =
        begin + "  cvl-not-zero            CVL is never 0: systems have emptied a battery towards it\n"
                "                          (decided by this project)\n"
                "                          at        78060 ms  351#0000F401E803E001  (the first of 2)\n"
                "                          found     CVL 0.0 V\n"
                "                          expected  a voltage; to end charging, a lower one\n";
    ASSERT_NE(text.find(begin), std::string::npos);
    EXPECT_EQ(text.substr(text.find(begin), expected.size()), expected);
    EXPECT_LT(text.find("BROKEN, core"), text.find("Broken, advice"));
    EXPECT_LT(text.find("Broken, advice"), text.find("Kept\n"));
    EXPECT_LT(text.find("Kept\n"), text.find("By hand"));
}

TEST(Report, ListsTheTraffic) {
    const std::string text = traffic_text(told(good_battery()).receiver);
    EXPECT_THAT(text, HasSubstr("  351       limits                                  80   1.00 s   1.00 s"
                                "  3802F401E803E001\n"));
    Receiver once;
    once.frame(bytes("354#04"), at_ms(0));
    EXPECT_THAT(traffic_text(once),
                HasSubstr("  354       not of this protocol                     1       --       --"
                          "  04\n"));
}

TEST(Report, EndsWithWhatNobodyCouldJudge) {
    Receiver receiver;
    EXPECT_EQ(verdict_text(receiver, {}), "No battery was seen: not one 0x351.");
    receiver.frame(bytes("351#3802F401E803E001"), at_ms(0));
    EXPECT_EQ(verdict_text(receiver, {.kept = 9}), "No core rule is broken.");
    EXPECT_EQ(verdict_text(receiver, {.kept = 9, .not_seen = 3, .core_not_seen = 1}),
              "No core rule is broken.\n1 core rule could not be judged.");
    EXPECT_EQ(verdict_text(receiver, {.not_seen = 7, .core_not_seen = 6, .messages_missing = 3}),
              "No core rule is broken.\n6 core rules could not be judged.\nA core message is missing so far: "
              "listen for 10 s at least.");
    EXPECT_EQ(
        verdict_text(receiver, {.core_broken = 1, .not_seen = 2, .core_not_seen = 2, .messages_missing = 1}),
        "BROKEN: 1 core rule broken, 0 of advice; 0 kept, 2 not seen, 0 to be checked by hand.\n2 core "
        "rules could not be judged.");
}

TEST(Report, SumsUp) {
    EXPECT_EQ(summary_text({.core_broken = 1, .advice_broken = 2, .kept = 3, .not_seen = 4, .by_hand = 5}),
              "1 core rule broken, 2 of advice; 3 kept, 4 not seen, 5 to be checked by hand");
}

} // namespace
} // namespace retrocan::gx
