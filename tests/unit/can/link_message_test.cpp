// SPDX-License-Identifier: Apache-2.0
#include "can/link_message.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <net/if.h>

namespace retrocan::can {
namespace {

using Kind = InterfaceState::Kind;
using Bytes = std::vector<std::byte>;

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Bytes u32(std::uint32_t value) { // this machine's order, as netlink has it
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    return {bytes, bytes + sizeof value};
}
Bytes text(const std::string& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(value.c_str());
    return {bytes, bytes + value.size() + 1};
}
/// Length (with its own four bytes), type, content, filled up to four.
Bytes attribute(std::uint16_t type, const Bytes& content) {
    const std::uint32_t head =
        static_cast<std::uint32_t>(type) << 16U | static_cast<std::uint32_t>(content.size() + 4);
    Bytes bytes = u32(head) + content;
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
}
Bytes linkinfo(const std::string& kind, const Bytes& data) {
    return attribute(18, attribute(1, text(kind)) + attribute(2, data)); // LINKINFO, KIND, DATA
}
/// Eight numbers, the first is the rate.
Bytes timing(std::uint32_t rate) {
    Bytes bytes = u32(rate);
    bytes.resize(32);
    return attribute(1, bytes);
}
Bytes modes(std::uint32_t flags) {
    return attribute(5, u32(0) + u32(flags)); // mask, flags
}
Bytes able(std::uint32_t flags) {
    return attribute(17, attribute(1, u32(flags))); // CTRLMODE_EXT, SUPPORTED
}
Bytes card() {
    return attribute(13, u32(10)) +
           linkinfo("can", timing(500'000) + attribute(6, u32(100)) + modes(0x1A) + able(0x7F));
}

TEST(LinkMessage, OfACardTellsAllOfItsSettings) {
    const auto [state, driver] = parse_link_message(IFF_UP, card());
    EXPECT_EQ(driver, "can");
    EXPECT_TRUE(state.up);
    EXPECT_EQ(state.queue, 10U);
    EXPECT_EQ(state.bit_rate, 500'000U);
    EXPECT_EQ(state.restart_ms, 100U);
    EXPECT_TRUE(state.listen_only); // 0x02
    EXPECT_FALSE(state.loopback);   // 0x01
    EXPECT_TRUE(state.one_shot);    // 0x08
    EXPECT_TRUE(state.reports_errors);
    EXPECT_TRUE(state.can_report_errors);
    EXPECT_TRUE(parse_link_message(0, linkinfo("can", modes(0x01))).state.loopback);
}

TEST(LinkMessage, OfAControllerThatCannotReportErrors) {
    EXPECT_FALSE(parse_link_message(0, linkinfo("can", able(0x6F))).state.can_report_errors);
    EXPECT_FALSE(parse_link_message(0, linkinfo("can", timing(1))).state.can_report_errors)
        << "an old kernel";
}

TEST(LinkMessage, WithoutATimingMeansThatNoneIsSet) {
    EXPECT_EQ(parse_link_message(0, linkinfo("can", {})).state.bit_rate, 0U);
    EXPECT_EQ(parse_link_message(IFF_UP, linkinfo("can", {})).state.bit_rate, std::nullopt)
        << "it is up, so slcand knows one";
    EXPECT_EQ(parse_link_message(0, linkinfo("vcan", {})).state.bit_rate, std::nullopt);
    EXPECT_EQ(parse_link_message(0, {}).state.bit_rate, std::nullopt) << "slcan of an old kernel";
}

TEST(LinkMessage, CutShortAnywhereIsReadAsFarAsItGoes) {
    const Bytes whole = card();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes part{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}; // its own end
        const auto message = parse_link_message(0, part);
        EXPECT_EQ(message.driver, "") << size << ": the outer attribute is not whole";
        EXPECT_EQ(message.state.queue.has_value(), size >= 8) << size;
    }
    EXPECT_EQ(parse_link_message(0, u32(0x00010003)).driver, "") << "shorter than its own head";
    EXPECT_EQ(parse_link_message(0, u32(0)).driver, "") << "a length of 0 does not go round for ever";
    EXPECT_EQ(parse_link_message(0, linkinfo("can", attribute(1, {}))).state.bit_rate, 0U);
}

} // namespace
} // namespace retrocan::can
