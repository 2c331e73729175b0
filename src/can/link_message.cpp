// SPDX-License-Identifier: Apache-2.0
#include "can/link_message.h"

#include <algorithm>
#include <cstring>

#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace retrocan::can {

namespace {

using Bytes = std::span<const std::byte>;

/// The value at the beginning, if there are bytes enough.
template <class T>
std::optional<T> get(Bytes bytes) {
    if (bytes.size() < sizeof(T))
        return std::nullopt;
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// Calls `use` with the type and the content of each attribute.
template <class F>
void each_attribute(Bytes bytes, F use) {
    while (const auto head = get<rtattr>(bytes)) {
        if (head->rta_len < sizeof(rtattr) || head->rta_len > bytes.size())
            return;
        use(static_cast<unsigned>(head->rta_type & NLA_TYPE_MASK),
            bytes.subspan(sizeof(rtattr), head->rta_len - sizeof(rtattr)));
        bytes = bytes.subspan(std::min<std::size_t>(RTA_ALIGN(head->rta_len), bytes.size()));
    }
}

void read_modes(Bytes content, InterfaceState& state) {
    const auto modes = get<can_ctrlmode>(content);
    if (!modes)
        return;
    const auto is = [&](std::uint32_t flag) { return (modes->flags & flag) != 0; };
    state.listen_only = is(CAN_CTRLMODE_LISTENONLY);
    state.loopback = is(CAN_CTRLMODE_LOOPBACK);
    state.one_shot = is(CAN_CTRLMODE_ONE_SHOT);
    state.reports_errors = is(CAN_CTRLMODE_BERR_REPORTING);
}

void read_can(Bytes data, InterfaceState& state) {
    each_attribute(data, [&](unsigned type, Bytes content) {
        if (type == IFLA_CAN_BITTIMING) {
            if (const auto timing = get<can_bittiming>(content))
                state.bit_rate = timing->bitrate;
        } else if (type == IFLA_CAN_CTRLMODE) {
            read_modes(content, state);
        } else if (type == IFLA_CAN_RESTART_MS) {
            state.restart_ms = get<std::uint32_t>(content);
        } else if (type == IFLA_CAN_CTRLMODE_EXT) {
            each_attribute(content, [&](unsigned what, Bytes flags) {
                if (what == IFLA_CAN_CTRLMODE_SUPPORTED)
                    state.can_report_errors =
                        (get<std::uint32_t>(flags).value_or(0) & CAN_CTRLMODE_BERR_REPORTING) != 0;
            });
        }
    });
}

std::string text(Bytes content) {
    std::string result;
    for (const std::byte byte : content) {
        if (byte == std::byte{})
            break;
        result += static_cast<char>(byte);
    }
    return result;
}

} // namespace

LinkMessage parse_link_message(unsigned flags, Bytes attributes) {
    LinkMessage message;
    message.state.up = (flags & IFF_UP) != 0;
    Bytes data;
    each_attribute(attributes, [&](unsigned type, Bytes content) {
        if (type == IFLA_TXQLEN)
            message.state.queue = get<std::uint32_t>(content);
        else if (type == IFLA_LINKINFO)
            each_attribute(content, [&](unsigned info, Bytes inner) {
                if (info == IFLA_INFO_KIND)
                    message.driver = text(inner);
                else if (info == IFLA_INFO_DATA)
                    data = inner;
            });
    });
    if (message.driver == "can") {
        // Without a timing none was set; but slcand may have set one that the kernel does not know, and then
        // it is up.
        if (!message.state.up)
            message.state.bit_rate = 0;
        read_can(data, message.state);
    }
    return message;
}

} // namespace retrocan::can
