// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace retrocan::gx {

enum class Kind : std::uint8_t {
    core,   ///< without it the system cannot use the battery as it should
    advice, ///< it works all the same, with something that somebody will regret
};

/// What a battery has to keep: the Victron CAN-bus BMS protocol by its chapters, and what this project has
/// decided where the protocol leaves a choice.
struct Rule {
    std::string_view id; ///< short and stable: people and programs refer to it
    Kind kind{};
    std::string_view group;
    std::string_view source; ///< the chapter, or who says so
    std::string_view sentence;
    std::string_view by_hand{}; ///< frames cannot show it: what to do instead
};

namespace rule_source {
inline constexpr std::string_view project = "decided by this project";
inline constexpr std::string_view receivers = "how receivers read it";
} // namespace rule_source

// clang-format off
inline constexpr Rule rules[] = {
    // Which frames.
    {"core-351", Kind::core, "Identifiers", "chapter 2", "0x351, the limits, is sent"},
    {"core-355", Kind::core, "Identifiers", "chapter 2", "0x355, the state of charge, is sent"},
    {"core-356", Kind::core, "Identifiers", "chapter 2", "0x356, voltage, current and temperature, is sent"},
    {"core-35a", Kind::core, "Identifiers", "chapter 2, 5.1", "0x35A is sent: by it a GX recognises the battery"},
    {"standard-frames", Kind::core, "Identifiers", "chapter 1.2, 5.1", "the battery's data come in frames with 11-bit identifiers"},
    {"core-length", Kind::core, "Identifiers", rule_source::receivers, "the core messages are long enough to be read: 0x351 6 bytes, the others 4"},
    {"one-battery", Kind::core, "Identifiers", "chapter 1.1", "one sender of 0x351: no second battery on this bus"},
    {"supported-35e", Kind::advice, "Identifiers", "chapter 2", "0x35E, the manufacturer: supported batteries need it"},
    {"supported-35f", Kind::advice, "Identifiers", "chapter 2", "0x35F, firmware and capacity: supported batteries need it"},
    {"no-29-bit", Kind::advice, "Identifiers", "chapter 1.3", "no frames with 29-bit identifiers share the bus"},
    {"data-frames", Kind::advice, "Identifiers", "chapter 2", "messages are data frames: nothing is asked for by remote frames"},
    {"foreign-ids", Kind::advice, "Identifiers", "chapter 2", "no identifiers but those of chapter 2"},
    {"no-359", Kind::advice, "Identifiers", "chapter 4, Q1", "0x359 is one maker's own: alarms are for 0x35A"},
    {"gx-ids", Kind::advice, "Identifiers", "chapter 3", "0x305, 0x306 and 0x307 are left to the GX"},
    {"length", Kind::advice, "Identifiers", rule_source::receivers, "each message is as long as its fields"},
    {"eight-bytes", Kind::advice, "Identifiers", rule_source::project, "frames have 8 bytes (0x373 may have 4); Venus OS takes shorter ones"},
    {"padding-zero", Kind::advice, "Identifiers", rule_source::project, "bytes that no field uses are 0"},

    // When.
    {"limits-each-3s", Kind::core, "Times", "chapter 1.4", "0x351 comes at least every 3 s, or charging and discharging stop"},
    {"limits-each-1s", Kind::advice, "Times", "chapter 1.4", "0x351 comes each second"},
    {"values-each-10s", Kind::advice, "Times", rule_source::receivers, "0x355, 0x356 and 0x35A come at least every 10 s"},
    {"rest-each-60s", Kind::advice, "Times", rule_source::receivers, "every other message is repeated within 60 s"},
    {"period-steady", Kind::advice, "Times", rule_source::project, "no pause of 0x351 is twice as long as usual"},
    {"bus-load", Kind::advice, "Times", rule_source::receivers, "at most 100 frames a second: at 300 a GX with a slow port lost a battery"},
    {"no-burst", Kind::advice, "Times", rule_source::project, "frames lie some ms apart: never 12 within 5 ms"},
    {"not-frozen", Kind::advice, "Times", rule_source::project, "values move while a current flows: no old ones are repeated"},
    {"sends-unasked", Kind::advice, "Times", rule_source::project, "the battery sends without being asked by 0x305"},

    // 0x351.
    {"cvl-not-zero", Kind::core, "Limits, 0x351", rule_source::project, "CVL is never 0: systems have emptied a battery towards it"},
    {"cvl-plausible", Kind::core, "Limits, 0x351", rule_source::project, "CVL fits a low-voltage system: 5 to 70 V"},
    {"byte-order", Kind::core, "Limits, 0x351", "chapter 2", "numbers are little-endian: the low byte comes first"},
    {"ccl-unsigned", Kind::core, "Limits, 0x351", "chapter 2", "CCL is positive: not the two's complement of a negative number"},
    {"dcl-unsigned", Kind::core, "Limits, 0x351", "chapter 2", "DCL is positive: not the two's complement of a negative number"},
    {"limits-not-large", Kind::advice, "Limits, 0x351", rule_source::receivers, "CCL and DCL stay below 3276.8 A: some receivers read more as negative"},
    {"ccl-when-full", Kind::advice, "Limits, 0x351", "chapter 1.5.2, 1.5.3, 2", "a full battery lowers CVL instead of sending a CCL of 0 or near it"},
    {"cvl-not-following", Kind::advice, "Limits, 0x351", "chapter 1.5.3", "CVL does not follow the measured voltage, changing more often than every 20 s"},
    {"cvl-slow", Kind::advice, "Limits, 0x351", "chapter 1.5.3", "CVL changes no more often than every 20 s"},
    {"dcl-zero-reason", Kind::advice, "Limits, 0x351", "chapter 2", "DCL 0 has a reason: it switches an off-grid inverter off"},
    {"discharge-voltage", Kind::advice, "Limits, 0x351", rule_source::project, "the discharge voltage is 0, or below CVL and the battery's voltage"},

    // 0x355.
    {"soc-range", Kind::core, "State of charge, 0x355", "chapter 2", "SOC is 0 to 100 %"},
    {"soh-range", Kind::advice, "State of charge, 0x355", rule_source::project, "SOH is above 0 and at most 100 %"},
    {"soc-agree", Kind::advice, "State of charge, 0x355", "chapter 2", "the high resolution SOC agrees with SOC to 1 %"},
    {"soc-high-res", Kind::advice, "State of charge, 0x355", rule_source::project, "a high resolution SOC that is there is not 0: that reads as empty"},

    // 0x356.
    {"voltage-plausible", Kind::core, "Measurements, 0x356", rule_source::project, "the voltage is that of a low-voltage battery: 5 to 70 V"},
    {"voltage-near-cvl", Kind::advice, "Measurements, 0x356", "chapter 1.5.3", "the voltage lies between 60 % of CVL and 1 V above the highest CVL of 10 min"},
    {"temperature-plausible", Kind::advice, "Measurements, 0x356", "chapter 2", "the temperature lies between -40 and 100 degC"},
    {"temperature-there", Kind::advice, "Measurements, 0x356", rule_source::project, "the temperature is not always exactly 0.0: there is no mark for a missing one"},

    // 0x35A.
    {"alarm-supported", Kind::advice, "Alarms, 0x35A", rule_source::project, "some alarm is supported: pairs are 10 or 01, not all 00"},
    {"alarm-no-11", Kind::advice, "Alarms, 0x35A", "chapter 2", "no pair is 11: 00 is for what is not supported"},
    {"alarm-ok-is-10", Kind::advice, "Alarms, 0x35A", "chapter 2", "an alarm that has gone is 10, not 00 or 11"},
    {"alarm-support-stays", Kind::advice, "Alarms, 0x35A", rule_source::project, "what was supported once stays so: to 00 it goes with a BMS internal warning only, when a source is lost"},
    {"alarm-polarity", Kind::advice, "Alarms, 0x35A", "chapter 2", "01 is active and 10 is OK, not the other way round: never 8 at once, nor high and low"},
    {"alarm-reserved", Kind::advice, "Alarms, 0x35A", rule_source::project, "reserved bits are 0"},
    {"alarm-status", Kind::advice, "Alarms, 0x35A", rule_source::receivers, "byte 7, where it tells whether the main switch is closed, is 10 or 01"},
    {"alarm-status-agrees", Kind::advice, "Alarms, 0x35A", rule_source::receivers, "an offline battery (01) carries no current"},
    {"alarm-shown", Kind::advice, "Alarms, 0x35A", "chapter 2", "an alarm that a GX does not show (general, contactor, short circuit) comes with one that it shows"},
    {"alarm-side", Kind::advice, "Alarms, 0x35A", rule_source::project, "high and low voltage are not exchanged: no low voltage when full, no high one when empty"},
    {"alarm-steady", Kind::advice, "Alarms, 0x35A", rule_source::project, "no alarm flickers: at most 4 changes within 60 s"},

    // Texts.
    {"text-printable", Kind::advice, "Names and texts", "chapter 2", "texts are printable 7-bit characters"},
    {"text-padding", Kind::advice, "Names and texts", "chapter 2", "texts are padded with zeros, not blanks, and nothing follows a zero"},
    {"maker-padding", Kind::advice, "Names and texts", rule_source::project, "0x35E and 0x382 are padded with zeros too, not blanks"},
    {"family-with-maker", Kind::advice, "Names and texts", "chapter 2", "0x382 adds to 0x35E and does not replace it"},
    {"text-8-bytes", Kind::advice, "Names and texts", "chapter 2", "texts fill 8 bytes"},
    {"name-is-text", Kind::advice, "Names and texts", "chapter 2", "0x370 and 0x371 are a name, not the cell data of another protocol"},
    {"name-both", Kind::advice, "Names and texts", "chapter 2", "0x370 and 0x371 come together"},
    {"name-matches", Kind::advice, "Names and texts", "chapter 2", "0x35E and 0x370 are the same"},
    {"name-long", Kind::advice, "Names and texts", "chapter 2", "0x370 and 0x371 are for names of more than 8 characters"},
    {"serial-both", Kind::advice, "Names and texts", "chapter 2", "0x380 and 0x381 come together: half a serial number does not count"},
    {"serial-order", Kind::advice, "Names and texts", "chapter 2", "0x380 comes before 0x381"},
    {"cell-id-ascii", Kind::advice, "Names and texts", "chapter 2", "ids in 0x374 to 0x377 are characters, not binary numbers"},
    {"cell-id-has-cell", Kind::advice, "Names and texts", "chapter 2", "0x374 to 0x377 come with the values of 0x373"},

    // Further data.
    {"capacity-online", Kind::advice, "Details", "chapter 2", "the online capacity (0x35F) is not above the installed one (0x379)"},
    {"capacity-full", Kind::advice, "Details", "chapter 2", "the online capacity is that of full modules: it does not move with SOC"},
    {"capacity-not-zero", Kind::advice, "Details", "chapter 2", "the installed capacity (0x379) is not 0"},
    {"force-charge", Kind::advice, "Details", rule_source::receivers, "0x360 is 00 or FF: receivers differ about other values"},
    {"modules-plausible", Kind::advice, "Details", "chapter 2", "0x372 counts up to 1000 modules; FFFF marks what is not told"},
    {"modules-online", Kind::advice, "Details", "chapter 2", "a battery that carries a current has a module online"},
    {"cells-order", Kind::advice, "Details", "chapter 2", "the lowest cell voltage is not above the highest"},
    {"cells-plausible", Kind::advice, "Details", "chapter 2", "cell voltages are 1 to 5 V in mV; 0 or FFFF marks what is not told"},
    {"cells-fit", Kind::advice, "Details", rule_source::project, "some number of such cells adds up to the battery's voltage"},
    {"kelvin", Kind::advice, "Details", "chapter 2", "cell temperatures are whole kelvins: 223 to 373, 0 or FFFF"},
    {"kelvin-order", Kind::advice, "Details", "chapter 2", "the lowest cell temperature is not above the highest"},
    {"temperatures-agree", Kind::advice, "Details", rule_source::project, "the battery's temperature lies within 10 K of its cells'"},
    {"energy-rises", Kind::advice, "Details", "chapter 2", "energy counters only rise, or begin again at 0"},

    // What frames cannot show.
    {"bit-rate", Kind::core, "By hand", "chapter 1.2", "the bit rate is 500 kbit/s",
     "ip -details link show CAN: 500000, or 250000 where the profile of the GX is set to that"},
    {"termination", Kind::core, "By hand", "chapter 1.2", "the bus is terminated",
     "power off, measure between CAN-H and CAN-L: 60 ohm with both ends terminated; a GX has none built in"},
    {"pins", Kind::advice, "By hand", "chapter 1.2, 5.1", "only CAN-H, CAN-L and minus are connected",
     "at the VE.Can socket: pin 3 minus, 7 CAN-H, 8 CAN-L; all other pins stay open"},
    {"keepalive-timeout", Kind::core, "By hand", "chapter 1.4", "the battery does not open its contactor within 10 min without 0x305",
     "end this program, wait 10 min: the battery must still be on (a GX reboots and updates itself)"},
    {"stale-is-silent", Kind::core, "By hand", rule_source::project, "0x351 ends when its data are old",
     "cut the cable between the BMS and its sender: this program must say that the battery is lost"},
    {"current-sign", Kind::core, "By hand", "chapter 2", "a positive current charges",
     "charge, and compare with a clamp meter"},
    {"parameters-shown", Kind::core, "By hand", "chapter 5.2", "the limits arrive as they were meant",
     "compare the menu of parameters with what the BMS itself says: CVL, CCL and DCL, also when they change"},
    {"alarms-tested", Kind::core, "By hand", "chapter 5.3", "each alarm arrives as itself",
     "raise one alarm after the other at the BMS and look at the menu of alarms"},
    {"details-tested", Kind::advice, "By hand", "chapter 5.4", "ids of cells and modules name the right ones",
     "compare the menu of details with the BMS's own display; modules are counted, not cells"},
    {"firmware-number", Kind::advice, "By hand", "chapter 2", "the firmware is major, then minor number",
     "compare with the number that the maker gives: bytes 2 and 3 of 0x35F as two decimal numbers"},
    {"capacity-unit", Kind::advice, "By hand", "chapter 2", "capacities are in Ah",
     "compare 0x35F and 0x379 with the name plate"},
    {"energy-kept", Kind::advice, "By hand", "chapter 2", "energy counters outlive a restart",
     "restart the BMS and compare 0x378"},
    {"dvcc", Kind::core, "By hand", "chapter 5.5", "DVCC is on, SVS is off",
     "on the GX: Settings, DVCC"},
    {"test-feed-in", Kind::core, "By hand", "chapter 1.5.3.1", "full, with feed-in of all solar power, it stays on and steady",
     "full battery, more sun than loads, feed-in on; switch large loads: no over-voltage, power flows to the grid"},
    {"test-imbalance", Kind::core, "By hand", "chapter 1.5.3.2", "the same with one cell ahead of the others",
     "charge one cell more than the others, then as above"},
    {"test-excess", Kind::core, "By hand", "chapter 1.5.3.3", "it stands CVL + 0.4 V",
     "limit the feed-in so that sun is left over: the voltage rises to CVL + 0.4 V"},
    {"test-ac-coupled", Kind::core, "By hand", "chapter 1.5.4", "off-grid, a load that goes off does not switch the battery off",
     "full battery, AC-coupled sun at full power, switch a large load off: no over-voltage switch-off for seconds"},
    {"test-blackout", Kind::core, "By hand", "chapter 5.6", "the system comes back after a blackout",
     "empty the battery until all is off, let the sun come: all must start without hands"},
};
// clang-format on
inline constexpr std::size_t rule_count = std::size(rules);

/// A rule by its id; one that does not exist does not compile.
class RuleName {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): checks write the id as it stands in the table
    consteval RuleName(const char* id) : index{find(id)} {}
    std::size_t index;

private:
    static consteval std::size_t find(std::string_view id) {
        for (std::size_t i = 0; i < rule_count; ++i)
            if (rules[i].id == id)
                return i;
        throw "no such rule"; // ends the compilation
    }
};

} // namespace retrocan::gx
