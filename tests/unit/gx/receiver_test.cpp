// SPDX-License-Identifier: Apache-2.0
#include "gx/receiver.h"
#include "unit/gx/traffic_of_tests.h"

namespace retrocan::gx {
namespace {

using namespace literals;
using namespace std::chrono_literals;

const char* const limits = "351#3802F401E803E001";

std::vector<News::Kind> kinds(Receiver& receiver) {
    std::vector<News::Kind> result;
    for (const News& news : receiver.take_news())
        result.push_back(news.kind);
    return result;
}

TEST(Receiver, HasSeenNothingAtFirst) {
    Receiver receiver;
    receiver.advance(at_ms(60'000));
    EXPECT_EQ(receiver.presence(), Presence::never_seen);
    EXPECT_TRUE(receiver.take_news().empty());
    EXPECT_EQ(receiver.values().cvl, std::nullopt);
}

TEST(Receiver, LosesTheBatteryThreeSecondsAfterTheLast351) {
    Receiver receiver;
    receiver.frame(bytes(limits), at_ms(0));
    receiver.advance(at_ms(3'000));
    EXPECT_EQ(receiver.presence(), Presence::present);
    EXPECT_EQ(receiver.values().cvl, 56'800_mV);
    EXPECT_EQ(kinds(receiver), std::vector{News::Kind::appeared});
    receiver.frame(bytes("355#5000630000000000"), at_ms(3'001)); // other messages do not keep it alive
    EXPECT_EQ(receiver.presence(), Presence::lost);
    EXPECT_EQ(receiver.values().cvl, std::nullopt);
    EXPECT_EQ(receiver.last(0x351), nullptr);
    const auto news = receiver.take_news();
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(news[0].kind, News::Kind::lost);
    EXPECT_EQ(news[0].at, at_ms(3'000));
    EXPECT_EQ(receiver.times_lost(), 1U);
}

TEST(Receiver, SaysOnceThatItIsLostAndOnceThatItIsBack) {
    Receiver receiver;
    receiver.frame(bytes(limits), at_ms(0));
    receiver.frame(bytes("35E#4143"), at_ms(10));
    for (int ms = 0; ms < 10'000; ms += 100)
        receiver.advance(at_ms(ms));
    receiver.frame(bytes(limits), at_ms(10'000));
    EXPECT_EQ(receiver.presence(), Presence::present);
    const auto news = receiver.take_news();
    ASSERT_EQ(news.size(), 3U);
    EXPECT_EQ(news[2].kind, News::Kind::back);
    EXPECT_EQ(news[2].text, "the battery is back: 0x351 after 10.00 s");
    EXPECT_EQ(receiver.values().ccl, 50_A);
    EXPECT_EQ(receiver.last(0x35E), nullptr) << "of before the loss";
    EXPECT_NE(receiver.heard(0x35E), nullptr) << "it was there, though";
}

TEST(Receiver, RecognisesABatteryByItsAlarms) {
    Receiver receiver;
    receiver.frame(bytes(limits), at_ms(0));
    EXPECT_EQ(receiver.recognised(), std::nullopt);
    receiver.frame(bytes("35A#0000000000000000"), at_ms(500));
    receiver.frame(bytes("35A#0000000000000000"), at_ms(1'500));
    EXPECT_EQ(receiver.recognised(), at_ms(500));
    EXPECT_EQ(kinds(receiver), (std::vector{News::Kind::appeared, News::Kind::recognised}));
}

TEST(Receiver, SaysThatThereIsAnotherGxOnce) {
    Receiver receiver;
    receiver.frame(bytes("305#0000000000000000"), at_ms(0));
    receiver.frame(bytes("305#0102030400000000"), at_ms(1'000));
    EXPECT_EQ(kinds(receiver), std::vector{News::Kind::other_gx});
    EXPECT_EQ(receiver.presence(), Presence::never_seen);
}

TEST(Receiver, MeasuresPeriods) {
    Receiver receiver;
    for (const int ms : {0, 1'000, 2'000, 4'500, 5'500})
        receiver.frame(bytes(limits), at_ms(ms));
    const Heard* heard = receiver.heard(0x351);
    ASSERT_NE(heard, nullptr);
    EXPECT_EQ(heard->frames, 5U);
    EXPECT_EQ(heard->median(), 1s);
    EXPECT_EQ(heard->longest, 2'500ms);
    EXPECT_EQ(heard->first_at, at_ms(0));
    EXPECT_EQ(heard->last_at, at_ms(5'500));
    EXPECT_EQ(Heard{}.median(), std::nullopt);
}

TEST(Receiver, KeepsWhatIsNoBatterysApart) {
    Receiver receiver;
    receiver.frame(bytes("00000351#3802F401E803E001"), at_ms(0)); // 29 bits
    receiver.frame(bytes("351#R"), at_ms(10));
    receiver.frame(bytes("20000004#0000000000000000"), at_ms(20)); // an error frame
    EXPECT_EQ(receiver.presence(), Presence::never_seen);
    EXPECT_EQ(receiver.frames(), 2U);
    EXPECT_EQ(receiver.error_frames(), 1U);
    EXPECT_EQ(receiver.heard().size(), 2U);
}

TEST(Receiver, IsNotFilledUpByABusFullOfIdentifiers) {
    Receiver receiver;
    CanFrame frame = bytes("00000001#00");
    for (std::uint32_t id = 0; id < 100'000; ++id) {
        frame.id = id;
        receiver.frame(frame, at_ms(id));
    }
    EXPECT_EQ(receiver.heard().size(), Receiver::most_identifiers);
    EXPECT_EQ(receiver.frames(), 100'000U);
    receiver.frame(bytes(limits), at_ms(200'000));
    receiver.frame(bytes("305#00"), at_ms(200'001));
    EXPECT_EQ(receiver.presence(), Presence::present);
}

TEST(Receiver, TimeThatGoesBackStandsStill) {
    Receiver receiver;
    receiver.frame(bytes(limits), at_ms(1'000));
    receiver.frame(bytes(limits), at_ms(500));
    EXPECT_EQ(receiver.heard(0x351)->longest, 0s);
    EXPECT_EQ(receiver.now(), at_ms(1'000));
}

TEST(Receiver, CutsTimesForPeople) {
    EXPECT_EQ(seconds_text(2'999'999us), "2.99 s");
    EXPECT_EQ(seconds_text(60s), "60.00 s");
    EXPECT_EQ(seconds_text(5ms), "0.00 s");
}

} // namespace
} // namespace retrocan::gx
