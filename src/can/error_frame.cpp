// SPDX-License-Identifier: Apache-2.0
#include "can/error_frame.h"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <linux/can/error.h>

namespace retrocan::can {

namespace {

constexpr Duration is_over = std::chrono::seconds{10};
constexpr Duration gap = std::chrono::seconds{1};

struct Bit {
    std::uint32_t mask;
    std::string_view text;
};

constexpr std::array class_texts{
    Bit{CAN_ERR_BUSOFF, "bus-off"},           Bit{CAN_ERR_RESTARTED, "controller restarted"},
    Bit{CAN_ERR_ACK, "no acknowledgement"},   Bit{CAN_ERR_TX_TIMEOUT, "transmit timeout"},
    Bit{CAN_ERR_LOSTARB, "lost arbitration"}, Bit{CAN_ERR_PROT, "protocol error"},
    Bit{CAN_ERR_TRX, "transceiver error"},    Bit{CAN_ERR_BUSERROR, "bus error"},
};

// In byte 1, when the class is CAN_ERR_CRTL.
constexpr std::array controller_texts{
    Bit{CAN_ERR_CRTL_RX_OVERFLOW, "receive overrun"},
    Bit{CAN_ERR_CRTL_TX_OVERFLOW, "transmit overrun"},
    Bit{CAN_ERR_CRTL_RX_WARNING, "error-warning (receiving)"},
    Bit{CAN_ERR_CRTL_TX_WARNING, "error-warning (sending)"},
    Bit{CAN_ERR_CRTL_RX_PASSIVE, "error-passive (receiving)"},
    Bit{CAN_ERR_CRTL_TX_PASSIVE, "error-passive (sending)"},
    Bit{CAN_ERR_CRTL_ACTIVE, "error-active again"},
};

template <class Table>
void append(std::string& text, const Table& table, std::uint32_t bits) {
    for (const Bit& bit : table)
        if ((bits & bit.mask) != 0)
            text.append(text.empty() ? "" : ", ").append(bit.text);
}

/// Some controllers tell a missing acknowledgement by its place in the frame alone (SJA1000).
bool lacks_acknowledgement(const CanFrame& frame) {
    constexpr std::uint32_t disturbed =
        CAN_ERR_PROT_BIT | CAN_ERR_PROT_FORM | CAN_ERR_PROT_STUFF | CAN_ERR_PROT_BIT0 | CAN_ERR_PROT_BIT1;
    const bool at_its_place = (frame.id & CAN_ERR_PROT) != 0 && frame.data[3] == CAN_ERR_PROT_LOC_ACK &&
                              (frame.data[2] & disturbed) == 0;
    return (frame.id & CAN_ERR_ACK) != 0 || at_its_place;
}

} // namespace

ErrorSigns error_signs(const CanFrame& frame) {
    constexpr std::uint32_t states = CAN_ERR_CRTL_RX_WARNING | CAN_ERR_CRTL_TX_WARNING |
                                     CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE | CAN_ERR_CRTL_ACTIVE;
    const std::uint32_t controller = (frame.id & CAN_ERR_CRTL) != 0 ? frame.data[1] : 0U;
    constexpr std::uint32_t harmless = CAN_ERR_LOSTARB | CAN_ERR_RESTARTED | CAN_ERR_CNT;
    ErrorSigns signs;
    signs.error = (frame.id & ~harmless & 0x1FFFFFFFU) != 0;
    signs.no_acknowledge = lacks_acknowledgement(frame);
    signs.protocol =
        !signs.no_acknowledge && (frame.id & (CAN_ERR_PROT | CAN_ERR_BUSERROR | CAN_ERR_TRX)) != 0;
    signs.overrun = (controller & CAN_ERR_CRTL_RX_OVERFLOW) != 0;
    signs.state = (controller & states) != 0;
    signs.sending_warning = (controller & CAN_ERR_CRTL_TX_WARNING) != 0;
    signs.sending_passive = (controller & CAN_ERR_CRTL_TX_PASSIVE) != 0;
    signs.receiving_passive = (controller & CAN_ERR_CRTL_RX_PASSIVE) != 0;
    // Older drivers fill in the counters and do not say so.
    if ((frame.id & CAN_ERR_CNT) != 0 || frame.data[6] != 0 || frame.data[7] != 0)
        signs.counters = {frame.data[6], frame.data[7]};
    return signs;
}

BusError bus_error(const CanFrame& frame) {
    if ((frame.id & CAN_ERR_BUSOFF) != 0)
        return BusError::bus_off;
    if ((frame.id & CAN_ERR_RESTARTED) != 0)
        return BusError::restarted;
    const bool sends_in_vain =
        (frame.id & CAN_ERR_CRTL) != 0 && (frame.data[1] & CAN_ERR_CRTL_TX_PASSIVE) != 0;
    if (lacks_acknowledgement(frame) || sends_in_vain)
        return BusError::no_acknowledge;
    return BusError::other;
}

std::string describe_error(const CanFrame& frame) {
    std::string text;
    if ((frame.id & CAN_ERR_CRTL) != 0)
        append(text, controller_texts, frame.data[1]);
    append(text, class_texts, frame.id);
    return text.empty() ? "unknown error" : text;
}

bool ErrorNews::is_news(const CanFrame& frame, TimePoint now) {
    if (bus_error(frame) == BusError::no_acknowledge) {
        const auto seen = std::exchange(no_acknowledge_seen_, now);
        return !seen || now - *seen >= is_over;
    }
    CanFrame what = frame;
    what.data[6] = what.data[7] = 0; // error counters
    const bool known = what == reported_ && now - seen_at_ < is_over;
    if (what == reported_)
        seen_at_ = now;
    if (known || (reported_ && now - reported_at_ < gap))
        return false;
    reported_ = what;
    reported_at_ = seen_at_ = now;
    return true;
}

} // namespace retrocan::can
