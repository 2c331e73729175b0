// SPDX-License-Identifier: Apache-2.0
#include "victron/encode.h"
#include "victron/names.h"

#include <cctype>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

std::string wire(std::uint32_t id, const Values& values, NameRule rule = NameRule::guarded) {
    const auto frame = encode(*find_message(id), values, rule);
    return frame ? to_text(*frame) : "nothing";
}

std::string guard(const char* text) {
    return to_text(guarded(*parse_frame(text), NameRule::guarded));
}

std::string lower(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

const std::string neutral = "RETROCAN";
constexpr const char* neutral_bytes = "524554524F43414E";
constexpr const char* family_bytes = "4241545445525900"; // BATTERY

// Invariant 9 of the design: whatever the source, and however it is written.
TEST(NameGuard, NoFrameBearsTheNameOfAMakerWithRulesOfItsOwn) {
    for (const GuardedName& name : guarded_names()) {
        const std::string beginning{name.beginning};
        const std::string texts[] = {beginning,
                                     lower(beginning),
                                     lower(beginning) + " battery of 16 cells",
                                     beginning + "_48V",
                                     "   " + beginning + " LFP",
                                     std::string{"\x01\xBF", 2} + beginning + " LFP 280 Ah",
                                     beginning.substr(0, 2) + "\x7F" + beginning.substr(2) +
                                         " 5000 and more"};
        for (const std::string& text : texts) {
            if (!name.family_only) {
                EXPECT_EQ(wire(0x35E, {.manufacturer = text}), std::string{"35E#"} + neutral_bytes) << text;
                EXPECT_EQ(wire(0x35E, {.name = text}), std::string{"35E#"} + neutral_bytes) << text;
                const std::string first = wire(0x370, {.name = text});
                const std::string second = wire(0x371, {.name = text});
                if (first != "nothing") {
                    EXPECT_EQ(first, std::string{"370#"} + neutral_bytes) << text;
                    EXPECT_EQ(second, "371#0000000000000000") << text;
                } else {
                    EXPECT_EQ(second, "nothing") << text;
                }
            }
            EXPECT_EQ(wire(0x382, {.family = text}), std::string{"382#"} + family_bytes) << text;
        }
    }
}

TEST(NameGuard, ALongNameHidesARecognisedMaker) {
    EXPECT_EQ(wire(0x35E, {.manufacturer = "PYLON", .name = "Garden shed"}), "35E#47617264656E2073");
}

TEST(NameGuard, LooksAtTheFinalBytes) {
    EXPECT_EQ(guard("35E#50594C4F4E1CFC08"), std::string{"35E#"} + neutral_bytes);
    EXPECT_EQ(guard("35E#2020425944202020"), std::string{"35E#"} + neutral_bytes) << "leading blanks";
    EXPECT_EQ(guard("35E#00FF4C4700000000"), std::string{"35E#"} + neutral_bytes) << "leading unprintables";
    EXPECT_EQ(guard("35E#425944"), std::string{"35E#"} + neutral_bytes) << "a short frame";
    EXPECT_EQ(guard("382#50656C696F5F4C00"), std::string{"382#"} + family_bytes) << "Pelio_L";
    EXPECT_EQ(guard("370#44594E4553532D4C"), std::string{"370#"} + neutral_bytes) << "DYNESS-L";
}

TEST(NameGuard, LeavesOthersAlone) {
    for (const char* text : {"35E#5059544553000000", "35E#4120425944000000", "35E#5052454D49554D00",
                             "371#50594C4F4E202020", "374#4C47000000000000", "380#4259440000000000",
                             "351#50594C4F4E202020", "35E#", "0000035E#50594C4F4E202020"})
        EXPECT_EQ(guard(text), text);
}

TEST(NameGuard, GivesWayToAnOwnerWhoInsists) {
    const Values values{.manufacturer = "PYLON", .family = "Pelio_L"};
    EXPECT_EQ(wire(0x35E, values, NameRule::as_given), "35E#50594C4F4E000000");
    EXPECT_EQ(wire(0x382, values, NameRule::as_given), "382#50656C696F5F4C00");
    EXPECT_EQ(wire(0x371, {.name = "Pylontech US5000"}, NameRule::as_given), "371#6820555335303030");
}

TEST(NameGuard, NeutralNamesAreNotRecognised) {
    for (const std::uint32_t id : {0x35EU, 0x370U, 0x382U}) {
        EXPECT_EQ(recognised(id, neutral), nullptr);
        EXPECT_EQ(recognised(id, "BATTERY"), nullptr);
    }
}

TEST(Recognised, TellsTheMaker) {
    ASSERT_NE(recognised(0x35E, " byd lvs"), nullptr);
    EXPECT_EQ(recognised(0x35E, " byd lvs")->maker, "BYD");
    EXPECT_EQ(recognised(0x382, "Pelio_L")->maker, "Pylontech (Pelio)");
    EXPECT_EQ(recognised(0x382, "Premium")->maker, "BYD");
    EXPECT_EQ(recognised(0x35E, "Premium"), nullptr);
    EXPECT_EQ(recognised(0x35E, "ACME"), nullptr);
    EXPECT_EQ(recognised(0x35E, ""), nullptr);
}

} // namespace
} // namespace retrocan::victron
