// SPDX-License-Identifier: Apache-2.0
#include "daemon/inbox.h"

#include <vector>

#include <gtest/gtest.h>

namespace retrocan::daemon {

namespace {

using namespace std::chrono_literals;

struct Taken {
    boost::asio::io_context io;
    std::vector<adapter::Event> events;
    Inbox inbox{io, 2, [this](const adapter::Event& event) { events.push_back(event); }};
};

adapter::Event answer(std::size_t battery, Duration at) {
    adapter::Answer answer;
    answer.at = TimePoint{at};
    return {battery, answer};
}

} // namespace

TEST(Inbox, Invariant5_AFloodWaitsInABoundedBoxOfItsOwn) {
    Taken taken;
    const adapter::Sink sink = taken.inbox.sink();
    constexpr int flood = 100'000;
    for (int i = 0; i < flood; ++i)
        sink(answer(0, i * 1us));
    sink(answer(1, 1s));
    sink({0, adapter::LinkNews{adapter::LinkNews::State::lost, "gone"}});
    taken.io.run();
    ASSERT_EQ(taken.events.size(), Inbox::room + 2);
    EXPECT_EQ(std::get<adapter::Answer>(taken.events[0].content).at, TimePoint{0us}) << "in their order";
    EXPECT_EQ(taken.events[Inbox::room].battery, 1U) << "the other battery does not notice";
    EXPECT_TRUE(std::holds_alternative<adapter::LinkNews>(taken.events.back().content));
    EXPECT_EQ(taken.inbox.dropped(0), flood - Inbox::room);
    EXPECT_EQ(taken.inbox.dropped(0), 0U);
    EXPECT_EQ(taken.inbox.dropped(1), 0U);
}

TEST(Inbox, HasRoomAgainOnceTheLoopHasTakenItsContent) {
    Taken taken;
    const adapter::Sink sink = taken.inbox.sink();
    for (std::size_t i = 0; i < Inbox::room; ++i)
        sink(answer(0, 1us));
    taken.io.run();
    taken.io.restart();
    sink(answer(0, 2us));
    taken.io.run();
    EXPECT_EQ(taken.events.size(), Inbox::room + 1);
    EXPECT_EQ(taken.inbox.dropped(0), 0U);
}

} // namespace retrocan::daemon
