// SPDX-License-Identifier: Apache-2.0
#include "gx/venus.h"

#include "gx/bytes.h"
#include "gx/screens.h"
#include "victron/decode.h"
#include "victron/names.h"

namespace retrocan::gx {

namespace {

constexpr int high_voltage = 700; // 70.0 V
constexpr int above_cvl = 4;      // 0.4 V: what solar chargers add with feed-in

std::string text_of(const CanFrame& frame) {
    const auto fields = victron::decode(frame);
    return fields.empty() ? std::string{} : fields.front().text;
}

/// The last frame of an identifier, even if the battery is lost by now: notes are about the battery, not the
/// moment.
const CanFrame* any(const Receiver& receiver, std::uint32_t id) {
    const Heard* heard = receiver.heard(id);
    return heard == nullptr || heard->last.remote ? nullptr : &heard->last;
}

const victron::GuardedName* maker_of(const Receiver& receiver, std::vector<Note>* notes) {
    const victron::GuardedName* first = nullptr;
    for (const std::uint32_t id : {0x35EU, 0x370U, 0x382U}) {
        const CanFrame* frame = any(receiver, id);
        if (frame == nullptr)
            continue;
        const std::string text = text_of(*frame);
        const victron::GuardedName* known = victron::recognised(id, text);
        if (known == nullptr)
            continue;
        if (notes != nullptr)
            notes->push_back(
                {"Name", id_text(id) + " \"" + text + "\" is taken for " + std::string{known->maker} +
                             ": the GX " + std::string{known->effect} +
                             ". Right for that maker's batteries only; any other needs another name."});
        if (first == nullptr)
            first = known;
    }
    return first;
}

void add_name(const Receiver& receiver, std::vector<Note>& notes) {
    if (maker_of(receiver, &notes) == nullptr) {
        if (const CanFrame* maker = any(receiver, 0x35E))
            notes.push_back(
                {"Name", "0x35E \"" + text_of(*maker) +
                             "\" is no name that is known to make a GX override limits: CVL, CCL and "
                             "DCL are followed as they are sent. The maker is logged."});
        else
            notes.push_back({"Name",
                             "no 0x35E: a battery without a maker, whose limits are followed as they are "
                             "sent."});
    }
    const bool named = any(receiver, 0x370) != nullptr;
    notes.push_back({"Name", "shown as \"" + product_name(receiver) + "\"" +
                                 (named ? "." : "; for a name of its own it sends 0x370 and 0x371.")});
}

void add_old_alarms(const Receiver& receiver, std::vector<Note>& notes) {
    const CanFrame* old = any(receiver, 0x359);
    if (old == nullptr)
        return;
    const bool pylontech = old->size >= 7 && old->data[5] == 'P' && old->data[6] == 'N';
    notes.push_back({"Name", pylontech
                                 ? "0x359 with \"PN\": older GX software takes the battery for a Pylontech."
                                 : "0x359 without \"PN\": older GX software takes the battery for an LG."});
}

void add_dvcc(const Receiver& receiver, std::vector<Note>& notes) {
    const auto* maker = maker_of(receiver, nullptr);
    notes.push_back(
        {"DVCC",
         maker != nullptr
             ? "for makers that it knows, as " + std::string{maker->maker} +
                   ", a GX turns DVCC on and SVS and STS off by itself; look into Settings, DVCC."
             : "nothing is forced for this name: the installer turns DVCC on and SVS (and STS) off in "
               "Settings, DVCC. Without DVCC, CVL and CCL do not reach the chargers."});
}

void add_charging(const Receiver& receiver, std::vector<Note>& notes) {
    const CanFrame* limits = any(receiver, victron::limits_id);
    const auto cvl = u16(limits, 0);
    const auto ccl = u16(limits, 2);
    const auto dcl = u16(limits, 4);
    if (!cvl || !ccl || !dcl)
        return;
    notes.push_back(
        {"Profile", *cvl > high_voltage
                        ? "CVL " + tenths(*cvl) +
                              " V is beyond the LV profile; the HV profile is another protocol, for which "
                              "these messages are not."
                        : "\"CAN-bus BMS LV (500 kbit/s)\" (older: \"CAN-bus BMS (500 "
                          "kbit/s)\"); a battery with 250 kbit/s needs \"VE.Can & CAN-bus BMS (250 "
                          "kbit/s)\", where the GX has it."});
    const std::string here =
        *cvl >= 50 && *cvl <= high_voltage ? ", here " + tenths(*cvl + above_cvl) + " V" : "";
    notes.push_back(
        {"Feed-in", "with feed-in of solar excess the solar chargers aim at CVL + 0.4 V" + here +
                        ", and the inverter pulls down to CVL; what it cannot feed in stays, and the "
                        "battery has to stand that. CCL is not passed on to the solar chargers then: only "
                        "a lower CVL ends the charge."});
    if (*ccl == 0)
        notes.push_back({"Feed-in",
                         "CCL is 0: without feed-in all solar chargers stop, for the loads too; a BYD is "
                         "floated instead. A lower CVL keeps the sun working."});
    notes.push_back(
        {"Off-grid", *dcl == 0
                         ? "DCL is 0: without grid the inverter switches OFF; with grid, loads run from it."
                         : "without grid DCL " + tenths(*dcl) +
                               " A is not obeyed: loads draw what they want. Only DCL 0 acts: the inverter "
                               "switches off."});
}

void add_loss(const Receiver& receiver, std::vector<Note>& notes) {
    std::string text =
        "3 s without 0x351, and charging and discharging stop: solar chargers show error 67, which can "
        "need a reset by hand, inverters raise BMS connection lost; off-grid that is a blackout.";
    if (const auto n = receiver.times_lost(); n > 0)
        text += " It has happened " + std::to_string(n) + (n == 1 ? " time" : " times") + " here.";
    notes.push_back({"Loss", text});
}

void add_alarms(const Receiver& receiver, std::vector<Note>& notes) {
    const CanFrame* alarms = any(receiver, victron::alarms_id);
    std::string text = "alarms are shown and logged; they limit nothing: only 0x351 acts.";
    if (alarms == nullptr)
        text +=
            " Without 0x35A a GX does not see that there is a battery, unless it knows the maker otherwise.";
    else if (std::all_of(alarms->data.begin(), alarms->data.end(),
                         [](std::uint8_t byte) { return byte == 0; }))
        text += " This battery supports none: for most makers a GX shows Ok all the same.";
    notes.push_back({"Alarms", text});
}

} // namespace

std::vector<Note> venus_notes(const Receiver& receiver) {
    std::vector<Note> notes;
    if (receiver.frames() == 0)
        return notes;
    add_name(receiver, notes);
    add_old_alarms(receiver, notes);
    add_dvcc(receiver, notes);
    add_charging(receiver, notes);
    add_loss(receiver, notes);
    add_alarms(receiver, notes);
    for (const auto& [key, heard] : receiver.heard())
        if (key.first == CanFrame::Kind::extended) {
            notes.push_back({"Bus", "frames with 29-bit identifiers are ignored by the battery's driver."});
            break;
        }
    return notes;
}

} // namespace retrocan::gx
