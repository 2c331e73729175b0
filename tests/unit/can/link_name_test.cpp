// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"
#include "can/link_name.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using testing::HasSubstr;

TEST(LinkName, IsAnInterfaceOrALog) {
    EXPECT_EQ(*parse_link("can0"), (LinkName{LinkName::Kind::interface, "can0"}));
    EXPECT_EQ(*parse_link("log:-"), (LinkName{LinkName::Kind::log, "-"}));
    EXPECT_EQ(*parse_link("log:/tmp/a:b"), (LinkName{LinkName::Kind::log, "/tmp/a:b"}));
}

TEST(LinkName, RefusesWhatIsNone) {
    for (const char* text : {"", "log:", "can 0", "a/b", "..", "tcp:x", "an-interface-too-long"}) {
        const auto name = parse_link(text);
        ASSERT_FALSE(name) << text;
        EXPECT_THAT(name.error(), HasSubstr("expected an interface (can0) or log:PATH")) << text;
    }
}

TEST(MakeLink, SaysWhyALogCannotBeOpened) {
    boost::asio::io_context io;
    const auto link = make_link(io, {LinkName::Kind::log, "/no/such/folder/log"}, {});
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error(), "log:/no/such/folder/log: No such file or directory");
}

TEST(InterfaceFault, NamesWhatIsWrong) {
    EXPECT_THAT(interface_fault("nosuchcan0"),
                testing::Optional(HasSubstr("nosuchcan0: no such network interface")));
    EXPECT_THAT(interface_fault("lo"), testing::Optional(std::string{"lo: not a CAN interface"}));
}

TEST(SocketCan, IsNotReadyWithoutItsInterface) {
    boost::asio::io_context io;
    const auto link = *make_link(io, {LinkName::Kind::interface, "nosuchcan0"}, {.identifiers = {0x351}});
    std::vector<Event> events;
    link->start([&](const Event& event) { events.push_back(event); });
    io.run_for(std::chrono::milliseconds{300}); // looked for twice
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, Event::Kind::down);
    EXPECT_EQ(events[0].text, "nosuchcan0: no such interface");
    EXPECT_EQ(link->write(*parse_frame("351#00")), WriteResult::not_ready);
    EXPECT_EQ(link->counters().dropped_not_ready, 1U);
}

TEST(SocketCan, MayBeDestroyedWithHandlersOnTheirWay) {
    boost::asio::io_context io;
    auto link = *make_link(io, {LinkName::Kind::interface, "nosuchcan0"}, {});
    link->start([](const Event&) { FAIL(); });
    link.reset();
    io.run();
}

} // namespace
} // namespace retrocan::can
