// SPDX-License-Identifier: Apache-2.0
#include "can/memory_bus.h"

#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;
using Kind = Event::Kind;

class MemoryBusTest : public testing::Test {
protected:
    MemoryBusTest() {
        ours_->start([this](const Event& e) { events_.push_back(e); });
        gx_->start([this](const Event& e) { heard_.push_back(e); });
        bus_.deliver();
        events_.clear();
        heard_.clear();
    }
    [[nodiscard]] std::vector<Kind> kinds() const {
        std::vector<Kind> all;
        for (const Event& e : events_)
            all.push_back(e.kind);
        return all;
    }

    MemoryBus bus_;
    std::unique_ptr<Link> ours_ = bus_.connect("ours");
    std::unique_ptr<Link> gx_ = bus_.connect("gx");
    std::vector<Event> events_;
    std::vector<Event> heard_;
    const CanFrame frame_ = *parse_frame("351#3802E803E803E001");
};

TEST_F(MemoryBusTest, CarriesAFrameAndConfirmsIt) {
    EXPECT_EQ(ours_->write(frame_), WriteResult::written);
    EXPECT_TRUE(ours_->unconfirmed());
    EXPECT_EQ(ours_->write(frame_), WriteResult::unconfirmed);
    bus_.advance(1ms);
    EXPECT_FALSE(ours_->unconfirmed());
    EXPECT_EQ(kinds(), std::vector{Kind::confirmed});
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(heard_[0].frame, frame_);
    ASSERT_EQ(bus_.wire().size(), 1U);
    EXPECT_EQ(to_text(bus_.wire()[0]), "(0000000000.001000) ours 351#3802E803E803E001");
}

TEST_F(MemoryBusTest, ReportsAStuckFrameOnceAndSendsItLate) {
    bus_.set_stuck("ours", true);
    EXPECT_EQ(ours_->write(frame_), WriteResult::written);
    bus_.advance(99ms);
    EXPECT_TRUE(events_.empty());
    bus_.advance(1ms);
    bus_.advance(1s);
    EXPECT_EQ(kinds(), std::vector{Kind::stuck});
    EXPECT_TRUE(bus_.wire().empty());
    bus_.set_stuck("ours", false);
    bus_.deliver();
    EXPECT_EQ(kinds(), (std::vector{Kind::stuck, Kind::unstuck, Kind::confirmed}));
    EXPECT_EQ(bus_.wire().size(), 1U);
}

TEST_F(MemoryBusTest, DropsTheOpenFrameWhenItGoesDown) {
    bus_.set_stuck("ours", true);
    EXPECT_EQ(ours_->write(frame_), WriteResult::written);
    bus_.set_down("ours", true);
    EXPECT_EQ(ours_->write(frame_), WriteResult::not_ready);
    bus_.set_stuck("ours", false);
    bus_.set_down("ours", false);
    bus_.deliver();
    EXPECT_EQ(kinds(), (std::vector{Kind::down, Kind::up}));
    EXPECT_TRUE(bus_.wire().empty());
    EXPECT_EQ(ours_->counters().never_confirmed, 1U);
}

TEST_F(MemoryBusTest, RefusesWhileTheQueueIsFullOrTheBusOff) {
    bus_.set_queue_full("ours", true);
    EXPECT_EQ(ours_->write(frame_), WriteResult::queue_full);
    bus_.set_queue_full("ours", false);
    bus_.set_bus_off("ours", true);
    EXPECT_EQ(ours_->write(frame_), WriteResult::not_ready);
    bus_.inject(*parse_frame("305#00"));
    bus_.set_bus_off("ours", false);
    bus_.deliver();
    EXPECT_EQ(kinds(), (std::vector{Kind::bus_off, Kind::bus_back}));
    EXPECT_EQ(ours_->write(frame_), WriteResult::written);
}

TEST_F(MemoryBusTest, IsMuteWhenTheBusIsGone) {
    auto bus = std::make_unique<MemoryBus>();
    const auto link = bus->connect("late");
    link->start({});
    bus.reset();
    EXPECT_EQ(link->write(frame_), WriteResult::not_ready);
}

} // namespace
} // namespace retrocan::can
