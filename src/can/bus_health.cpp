// SPDX-License-Identifier: Apache-2.0
#include "can/bus_health.h"

#include "can/error_frame.h"

#include <algorithm>
#include <utility>

namespace retrocan::can {

namespace {

using namespace std::chrono_literals;

// How much of a kind within BusHealth::window is that kind. One disturbed frame is nothing; a plug that is
// put in makes many within one second.
constexpr std::uint64_t flood = 20;
constexpr unsigned flood_seconds = 3;
constexpr std::uint64_t disturbed_frames = 5;
constexpr unsigned disturbed_seconds = 3;
constexpr std::uint64_t missing_acknowledgements = 3;

constexpr std::uint32_t busy_percent = 50;
constexpr std::uint32_t not_busy_percent = 40;

std::string number(std::uint64_t n) {
    return std::to_string(n);
}

} // namespace

std::string_view to_text(BusState state) {
    switch (state) {
    case BusState::starting:
        return "starting";
    case BusState::interface_down:
        return "interface down";
    case BusState::bus_off:
        return "bus-off";
    case BusState::wrong_bit_rate:
        return "wrong bit rate";
    case BusState::unacknowledged:
        return "not acknowledged";
    case BusState::stuck:
        return "stuck";
    case BusState::error_passive:
        return "error-passive";
    case BusState::overrun:
        return "overrun";
    case BusState::disturbed:
        return "disturbed";
    case BusState::busy:
        return "busy";
    case BusState::working:
        return "working";
    }
    return "";
}

void BusHealth::up() {
    if (down_) { // whatever there was, the controller has begun anew
        const std::string name = name_;
        const auto bit_rate = bit_rate_;
        const auto kind = kind_;
        const BusState state = state_;
        const TimePoint since = since_;
        *this = BusHealth{name};
        set_bit_rate(bit_rate);
        set_kind(kind);
        state_ = state;
        since_ = since;
    }
    known_ = true;
    stuck_ = false;
    bus_off_ = false;
}

void BusHealth::down(const std::string& why) {
    known_ = true;
    down_ = why;
}

void BusHealth::bus_off(TimePoint now) {
    if (!std::exchange(bus_off_, true))
        bus_offs_.add(now);
}

void BusHealth::bus_back(TimePoint now) {
    if (std::exchange(bus_off_, false))
        back_at_ = now;
    taken_back();
    unacknowledged_at_.reset();
}

/// That nobody acknowledged stays so: only a frame can speak against it.
void BusHealth::taken_back() {
    sending_passive_ = receiving_passive_ = false; // the controller counts its errors anew
}

void BusHealth::confirmed(TimePoint now) {
    confirmed_at_ = now;
    stuck_ = false;
    back_at_.reset();
    if (kind_ == InterfaceState::Kind::controller) {
        good(now, 1);
        unacknowledged_at_.reset();
    }
    // With slcan this proves nothing, so the errors decide as long as there are any.
    if (unacknowledged_at_ && now - *unacknowledged_at_ >= window)
        unacknowledged_at_.reset();
}

void BusHealth::received(TimePoint now) {
    ++received_frames_;
    good(now, 1);
    receiving_passive_ = false; // so does the controller: it takes its counter below 128
    // Who sends acknowledges too.
    if (unacknowledged_at_ && now - *unacknowledged_at_ >= 1s)
        unacknowledged_at_.reset();
}

void BusHealth::good(TimePoint now, std::uint64_t frames) {
    good_.add(now, frames);
    good_at_ = now;
    ever_good_ = true;
    if (error_at_ && now - *error_at_ >= 1s) // statistics tell of frames that may be older than the error
        receiving_passive_ = false;
    back_at_.reset();
}

void BusHealth::error(const CanFrame& frame, TimePoint now) {
    ++error_frames_;
    const ErrorSigns signs = error_signs(frame);
    if (signs.error)
        error_at_ = now;
    if (signs.counters)
        counters_ = ErrorCounters{signs.counters->first, signs.counters->second};
    if (signs.overrun)
        overrun_at_ = now;
    if (signs.no_acknowledge)
        acknowledge_.add(now);
    if (signs.protocol)
        protocol_.add(now);
    if (signs.state) { // a report of the state, good or bad, is the whole of it
        sending_passive_ = signs.sending_passive;
        receiving_passive_ = signs.receiving_passive;
        if (!sending_passive_ && !signs.sending_warning)
            unacknowledged_at_.reset();
    }
    if (signs.sending_passive || acknowledge_.sum(now) >= missing_acknowledgements)
        if (signs.sending_passive || signs.no_acknowledge)
            unacknowledged_at_ = now;
}

void BusHealth::statistics(const Statistics& statistics, TimePoint now) {
    const auto delta = [&](std::uint64_t Statistics::*field) {
        const std::uint64_t before = statistics_ ? (*statistics_).*field : statistics.*field;
        return statistics.*field - std::min(before, statistics.*field);
    };
    // What a filter keeps from us is a good frame as well. Older kernels count error frames as received, a
    // bus of this machine what is sent on it.
    const std::uint64_t known =
        received_frames_ + error_frames_ +
        (kind_ == InterfaceState::Kind::only_here ? delta(&Statistics::tx_packets) : 0);
    if (const std::uint64_t frames = delta(&Statistics::rx_packets); frames > known)
        good(now, frames - known);
    received_frames_ = error_frames_ = 0;
    statistics_ = statistics;
    meter_.take(statistics, now);
    if (const auto load = meter_.load())
        busy_ = load->others_percent > (busy_ ? not_busy_percent : busy_percent);
}

void BusHealth::set_bit_rate(std::optional<std::uint32_t> rate) {
    bit_rate_ = rate;
    meter_.set_bit_rate(rate);
}

bool BusHealth::only_errors(TimePoint now) const {
    if (good_.sum(now) != 0)
        return false;
    const bool flooded = protocol_.sum(now) >= flood && protocol_.seconds(now) >= flood_seconds;
    return flooded || receiving_passive_;
}

bool BusHealth::is_unacknowledged(TimePoint now) const {
    if (stuck_ && (acknowledge_.sum(now) != 0 || sending_passive_ || unacknowledged_at_))
        return true;
    if (!unacknowledged_at_)
        return false;
    // A node that is heard all the while acknowledges; many errors have another reason then.
    return !good_at_ || *good_at_ < *unacknowledged_at_ - 1s || now - *good_at_ >= 3s ||
           acknowledge_.sum(now) > protocol_.sum(now);
}

BusState BusHealth::judged(TimePoint now) const {
    if (!known_)
        return BusState::starting;
    if (down_)
        return BusState::interface_down;
    if (bus_off_ || (back_at_ && now - *back_at_ < window))
        return BusState::bus_off;
    if (only_errors(now))
        return BusState::wrong_bit_rate;
    if (is_unacknowledged(now))
        return BusState::unacknowledged;
    if (stuck_)
        return BusState::stuck;
    if ((sending_passive_ || receiving_passive_) && error_at_ && now - *error_at_ < window)
        return BusState::error_passive;
    if (overrun_at_ && now - *overrun_at_ < window)
        return BusState::overrun;
    const bool something_works = good_.sum(now) != 0 || (confirmed_at_ && now - *confirmed_at_ < window);
    if (something_works && protocol_.sum(now) >= disturbed_frames &&
        protocol_.seconds(now) >= disturbed_seconds)
        return BusState::disturbed;
    if (busy_)
        return BusState::busy;
    return BusState::working;
}

bool BusHealth::tick(TimePoint now) {
    const BusState state = judged(now);
    // A fault that comes and goes is one fault. What the link itself knows to be over is over at once.
    const bool known_at_once = state_ == BusState::starting || state_ == BusState::interface_down ||
                               state_ == BusState::bus_off || state_ == BusState::stuck;
    if (state == BusState::working && state_ != BusState::working && !known_at_once) {
        calm_since_ = calm_since_.value_or(now);
        if (now - *calm_since_ < window)
            return false;
    }
    calm_since_.reset();
    const bool changed = state != state_;
    if (changed) {
        state_ = state;
        since_ = now;
    }
    if (changed || state != BusState::working)
        text_ = sentence(state, now);
    return changed;
}

std::string BusHealth::rate_text() const {
    return bit_rate_ ? " (this interface has " + number(*bit_rate_ / 1000) + " kbit/s)" : "";
}

std::string BusHealth::sentence(BusState state, TimePoint now) const {
    const std::string counters = counters_ ? " (error counters: sending " + number(counters_->sending) +
                                                 ", receiving " + number(counters_->receiving) + ")"
                                           : "";
    switch (state) {
    case BusState::starting:
        return name_ + ": starting";
    case BusState::interface_down:
        return *down_;
    case BusState::bus_off: {
        const std::uint64_t times = bus_offs_.sum(now);
        return name_ + ": bus-off: the controller left the bus after too many errors" +
               (times > 1 ? ", " + number(times) + " times in a minute" : "") + ". " +
               (ever_good_
                    ? "Others could be heard before, so look at the cable first (CAN-H and CAN-L touch, "
                      "a plug is half in), at the terminators (120 ohm at both ends), and whether a "
                      "device with another bit rate was connected"
                    : "Nobody could be heard, so look first whether CAN-H and CAN-L are exchanged or "
                      "touch, then at the bit rate" +
                          rate_text() + " and the CAN profile of the GX, then at the terminators") +
               ". It comes back by itself only with restart-ms set";
    }
    case BusState::wrong_bit_rate:
        return name_ + ": " +
               (receiving_passive_ && protocol_.sum(now) == 0
                    ? "the controller receives errors only"
                    : number(protocol_.sum(now)) + " disturbed frames in 10 s") +
               " and not one good frame: the bit rate is probably not that of the bus" + rate_text() +
               ". The GX's profile " + gx_profile(500'000) + " has 500 kbit/s, " + gx_profile(250'000) +
               " has 250: set both ends alike" +
               (ever_good_
                    ? ". There were good frames before: then rather the cable or a terminator has come off, "
                      "or a device with another bit rate was connected"
                    : ". If they are alike: CAN-H and CAN-L are exchanged, or there is no terminator");
    case BusState::unacknowledged:
        return name_ +
               ": nobody on the bus acknowledges what is sent. In this order: is the GX on and the cable in "
               "its "
               "BMS-Can or VE.Can port; is the profile of that port " +
               gx_profile(bit_rate_) + rate_text() +
               "; is there a terminator at both ends (60 ohm between CAN-H and CAN-L, all off)";
    case BusState::stuck:
        return name_ +
               ": frames do not leave the controller and no error says why: either nobody on the bus "
               "acknowledges "
               "and this adapter does not tell it (is the GX on, the cable in, its profile " +
               gx_profile(bit_rate_) + "), or the controller hangs (unplug the adapter and plug it in again)";
    case BusState::error_passive:
        return name_ + ": so many errors that the controller is error-passive" + counters +
               ", though frames get through: look for a plug that is half in, a missing terminator (60 ohm "
               "between "
               "CAN-H and CAN-L, all off), a missing ground wire (pin 3), and a cable beside one that "
               "carries "
               "current of the inverter";
    case BusState::overrun:
        return name_ +
               ": received frames were lost (receive overrun): more come than the adapter or this machine "
               "can take. What is sent suffers nothing; another device may be flooding the bus";
    case BusState::disturbed:
        return name_ + ": " + number(protocol_.sum(now)) + " disturbed frames in 10 s" + counters +
               ", and good ones too: look for a missing terminator (60 ohm between CAN-H and CAN-L, all "
               "off), a loose "
               "plug, a missing ground wire (pin 3), and a cable beside one that carries current of the "
               "inverter";
    case BusState::busy: {
        const auto load = meter_.load().value_or(LoadMeter::Load{});
        return name_ + ": others load the bus with about " + number(load.others_percent) + " % of " +
               number(meter_.bit_rate() / 1000) + " kbit/s (" + number(load.others_frames) +
               " frames a second; bits that the bus stuffs in are estimated). A GX may not find the battery "
               "on such "
               "a bus: give it one of its own";
    }
    case BusState::working:
        return name_ + ": the bus works";
    }
    return name_;
}

} // namespace retrocan::can
