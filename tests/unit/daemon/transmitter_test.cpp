// SPDX-License-Identifier: Apache-2.0
#include "can/memory_bus.h"
#include "daemon/transmitter.h"
#include "unit/daemon/bridge_rig.h"

#include <map>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using can::WriteResult;

/// The transmitter on a bus with echo, on one fake clock.
class TransmitterTest : public ::testing::Test, protected Rig {
protected:
    TransmitterTest() {
        link->start([this](const can::Event& event) {
            using Kind = can::Event::Kind;
            if (event.kind == Kind::up)
                bridge->bus_up(now);
            if (event.kind == Kind::down)
                bridge->bus_down();
            if (event.kind == Kind::frame)
                bridge->heard(event.frame, now);
        });
        bus.deliver();
    }

    /// Half milliseconds, an answer each second, the echo after each step.
    void go(Duration time) {
        for (const TimePoint end = now + time; now < end; now += 500us) {
            if (now >= next_answer) {
                answer();
                next_answer = now + 1s;
            }
            transmitter.pump();
            bus.advance(500us);
        }
    }

    [[nodiscard]] std::size_t on_the_wire(std::uint32_t id, std::size_t from = 0) const {
        std::size_t n = 0;
        for (std::size_t i = from; i < bus.wire().size(); ++i)
            n += bus.wire()[i].frame.id == id;
        return n;
    }

    can::MemoryBus bus{t0};
    std::unique_ptr<can::Link> link{bus.connect("us")};
    boost::asio::io_context io;
    std::vector<std::pair<CanFrame, WriteResult>> handed;
    Transmitter transmitter{io,
                            *bridge,
                            *link,
                            [this](const CanFrame& frame, WriteResult result, TimePoint) { handed.emplace_back(frame, result); },
                            [] {},
                            [this] { return now; }};
    TimePoint next_answer{t0};
};

TEST_F(TransmitterTest, SendsOnceASecond) {
    go(6s);
    EXPECT_GE(on_the_wire(0x351), 3U);
    EXPECT_LE(on_the_wire(0x351), 4U);
}

TEST_F(TransmitterTest, WhatABusThatIsDownDidNotTakeIsOfferedAgainWhenItIsBack) {
    go(4s);
    bus.set_down("us", true);
    go(2500ms); // to the middle of a cycle
    const std::size_t before = bus.wire().size();
    bus.set_down("us", false);
    go(300ms);
    EXPECT_GE(on_the_wire(0x351, before), 1U) << "not only when its turn comes";
}

TEST_F(TransmitterTest, AFullQueueCostsOneFrameNotASecond) {
    go(4s);
    bus.set_queue_full("us", true);
    go(1500ms);
    const std::size_t before = bus.wire().size();
    bus.set_queue_full("us", false);
    go(300ms);
    EXPECT_GE(on_the_wire(0x351, before), 1U);
}

TEST_F(TransmitterTest, NothingIsWrittenWhileAFrameIsUnconfirmed) {
    go(4s);
    bus.set_stuck("us", true);
    go(1s);
    const std::size_t before = handed.size();
    go(2s);
    EXPECT_EQ(handed.size(), before);
    EXPECT_EQ(link->counters().written, link->counters().confirmed + 1) << "one frame at most";
}

// A controller may keep a frame that nobody acknowledged. The first one that is tried after a frame was lost
// is none with limits.
TEST_F(TransmitterTest, Invariant1_A351IsWrittenOnlyAfterTheFrameBeforeWasEchoed) {
    go(4s);
    bus.set_stuck("us", true);
    go(500ms);                // a frame is open now
    bus.set_down("us", true); // it is lost
    bus.set_stuck("us", false);
    go(200ms);
    bus.set_down("us", false);
    const std::size_t before = handed.size();
    go(2s);
    std::vector<std::uint32_t> written;
    for (std::size_t i = before; i < handed.size(); ++i)
        if (handed[i].second == WriteResult::written)
            written.push_back(handed[i].first.id);
    ASSERT_GE(written.size(), 2U);
    EXPECT_NE(written.front(), 0x351U);
}

TEST_F(TransmitterTest, AfterStopItIsSilent) {
    go(4s);
    transmitter.stop();
    const std::size_t before = bus.wire().size();
    go(3s);
    EXPECT_EQ(bus.wire().size(), before);
}

} // namespace
} // namespace retrocan::daemon
