// SPDX-License-Identifier: Apache-2.0
// Words, powers of ten, counted runs, texts put together, guesses: what a point and a line can say.
#include "fixture.h"
#include "mapping/words.h"

namespace retrocan::mapping {
namespace {

RawValue word(const char* text) {
    return std::string{text};
}

TEST(Words, MakeConditionsOfANumber) {
    Battery battery{mapping_text("state = { at = 3, words = { idle = 0, fault = [3, 4] } }",
                                 "online = 'state.idle'\n[alarms]\ninternal = 'state.fault'")};
    battery.take(t0, {{"state", raw(0)}});
    EXPECT_EQ(battery.text("online"), "yes");
    battery.take(t0, {{"state", raw(4)}});
    EXPECT_EQ(battery.text("online"), "no");
    EXPECT_TRUE(battery.state().alarms[static_cast<std::size_t>(AlarmKind::internal)]->value);
    battery.take(t0, {{"state", raw(7)}});
    EXPECT_EQ(battery.text("online"), "-") << "an unknown word is no value";
}

TEST(Words, HaveOneForTheUnknown) {
    Battery battery{mapping_text(
        "state = { at = 3, bits = '8..15', words = { idle = 0, fault = 3 }, otherwise = 'fault' }",
        "online = { not = 'state.fault' }\nname = 'state'")};
    battery.take(t0, {{"state", raw(0x0003)}});
    EXPECT_EQ(battery.text("online"), "yes") << "the field of `bits` counts";
    EXPECT_EQ(battery.text("name"), "idle");
    battery.take(t0, {{"state", raw(0x7700)}});
    EXPECT_EQ(battery.text("online"), "no");
    EXPECT_EQ(battery.text("name"), "fault");
}

TEST(Words, ReadTexts) {
    Battery battery{mapping_text("state = { at = 3, words = { charging = 'Charge*', idle = ['Idle', "
                                 "'Standby'] }, absent = 'unavailable' }",
                                 "online = 'state.charging'")};
    const auto online = [&](const char* text) {
        battery.take(t0, {{"state", word(text)}});
        return battery.text("online");
    };
    EXPECT_EQ(online("Charge (bulk)"), "yes");
    EXPECT_EQ(online(" Standby \n"), "no");
    EXPECT_EQ(online("unavailable"), "-");
    EXPECT_EQ(online("standby"), "-") << "as it is written";
}

TEST(Words, OfAListAreAllInForce) {
    Battery battery{mapping_text(R"(
errors = { at = 4, items = ";", words = { high = "Cell over*", low = "Cell under*", other = "none of these" }, otherwise = "other" }
)",
                                 "[alarms]\nhigh_voltage = 'errors.high'\nlow_voltage = 'errors.low'\n"
                                 "internal = 'errors.other'")};
    const auto alarms = [&](const char* text) {
        battery.take(t0, {{"errors", word(text)}});
        std::string active;
        for (const auto kind : {AlarmKind::high_voltage, AlarmKind::low_voltage, AlarmKind::internal}) {
            const auto& alarm = battery.state().alarms[static_cast<std::size_t>(kind)];
            active += !alarm ? '-' : alarm->value ? '1' : '0';
        }
        return active;
    };
    EXPECT_EQ(alarms("Cell overvoltage; Cell undervoltage;"), "110");
    EXPECT_EQ(alarms(""), "000");
    EXPECT_EQ(alarms(" ; "), "000");
    EXPECT_EQ(alarms("Cell overvoltage;Smoke"), "101");
}

TEST(Words, OfARunAreThoseOfAnyElement) {
    Battery battery{mapping_text(
        "code = { at = 3, count = 3, words = { ok = 0, low = 1, other = [] }, otherwise = 'other' }",
        "[alarms]\nlow_voltage = 'code.low'\ninternal = 'code.other'")};
    const auto alarm = [&](AlarmKind kind) {
        const auto& found = battery.state().alarms[static_cast<std::size_t>(kind)];
        return !found ? "-" : found->value ? "yes" : "no";
    };
    battery.take_run(t0, "code", {0, 0});
    EXPECT_STREQ(alarm(AlarmKind::low_voltage), "-") << "the third may be low";
    battery.take_run(t0, "code", {0, 1});
    EXPECT_STREQ(alarm(AlarmKind::low_voltage), "yes");
    battery.take_run(t0, "code", {0, 0, 7});
    EXPECT_STREQ(alarm(AlarmKind::low_voltage), "no");
    EXPECT_STREQ(alarm(AlarmKind::internal), "yes");
}

TEST(Patterns, HaveStarsForAnything) {
    EXPECT_TRUE(matches("LFP-48*", "LFP-48"));
    EXPECT_TRUE(matches("LFP-48*", "LFP-48 rev 2"));
    EXPECT_FALSE(matches("LFP-48*", "xLFP-48"));
    EXPECT_TRUE(matches("*48*V", "pack 48-148 V"));
    EXPECT_FALSE(matches("*48*V", "pack 48 W"));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_FALSE(matches("", "x"));
    EXPECT_TRUE(matches("a*b*c", "aXbXbXc"));
}

struct ExponentCase {
    const char* name;
    std::int64_t count;
    std::int64_t exponent;
    const char* current;
};
class Exponent : public testing::TestWithParam<ExponentCase> {};

TEST_P(Exponent, ComesFromAPoint) {
    Battery battery{mapping_text("amps = { at = 3, unit = 'A', exponent = 'sf', valid = ['0 A', '500 A'] }\n"
                                 "sf = { at = 4, absent = -32768, every = '30 s' }",
                                 "ccl = 'amps'")};
    battery.take(t0, {{"amps", raw(GetParam().count)}});
    EXPECT_EQ(battery.text("ccl"), "-") << "without its exponent it has no value";
    battery.take(t0 + 1s, {{"sf", raw(GetParam().exponent)}});
    EXPECT_EQ(battery.text("ccl"), GetParam().current);
    if (battery.state().ccl) {
        EXPECT_EQ(battery.state().ccl->oldest, t0);
    }
}

const ExponentCase exponent_cases[] = {
    {"none", 45, 0, "45 A"},       {"tenths", 45, -1, "4.5 A"},
    {"tens", 45, 1, "450 A"},      {"thousandths_round", 45, -4, "0.005 A"},
    {"outside_valid", 45, 2, "-"}, {"not_implemented", 45, -32768, "-"},
    {"beyond_ten", 45, 11, "-"},
};
INSTANTIATE_TEST_SUITE_P(Cases, Exponent, testing::ValuesIn(exponent_cases),
                         [](const auto& one) { return one.param.name; });

TEST(Used, SaysHowManyElementsThereAre) {
    Battery battery{
        mapping_text("cell = { at = 3, unit = 'mV', count = 4, used = 'cells' }\ncells = { at = 9 }",
                     "cell_voltage_min = { min = 'cell', id = 'cell {n}' }")};
    battery.take_run(t0, "cell", {3320, 3310, 0, 0});
    EXPECT_EQ(battery.text("cell_voltage_min"), "-");
    battery.take(t0, {{"cells", raw(2)}});
    EXPECT_EQ(battery.text("cell_voltage_min_id"), "cell 2");
    battery.take(t0, {{"cells", raw(5)}});
    EXPECT_EQ(battery.text("cell_voltage_min"), "-") << "more than it can have: a lie";
    battery.take(t0, {{"cells", raw(-1)}});
    EXPECT_EQ(battery.text("cell_voltage_min"), "-");
}

TEST(SignedField, TakesTheSignOfItsHighestBit) {
    Battery battery{mapping_text("t = { at = 3, unit = 'degC', bits = '8..15', signed = true, absent = -56 }",
                                 "temperature = 't'")};
    battery.take(t0, {{"t", raw(0xFB22)}});
    EXPECT_EQ(battery.text("temperature"), "-5 degC");
    battery.take(t0, {{"t", raw(0xC822)}});
    EXPECT_EQ(battery.text("temperature"), "-");
    battery.take(t0, {{"t", raw(0x11FF)}});
    EXPECT_EQ(battery.text("temperature"), "17 degC");
}

TEST(First, TakesTheFirstThatHasAValue) {
    Battery battery{
        mapping_text("own = { at = 3, unit = '0.1 V', every = '30 s', optional = true, absent = 0 }",
                     "cvl = { first = ['own', '56 V'] }")};
    battery.take(t0, {{"voltage", raw(5300)}, {"own", Absence::timeout}});
    EXPECT_EQ(battery.text("cvl"), "56 V");
    EXPECT_TRUE(battery.decoder().update().slow_and_once_read) << "optional: not waited for";
    battery.take(t0 + 30s, {{"own", raw(568)}});
    EXPECT_EQ(battery.text("cvl"), "56.8 V");
    battery.take(t0 + 60s, {{"own", raw(0)}});
    EXPECT_EQ(battery.text("cvl"), "56 V");
}

TEST(First, IsAbsentWhenWhatItTookIsNotAnsweredAnyMore) {
    Battery battery{
        mapping_text("own = { at = 3, unit = '0.1 V', every = '10 s' }\nlive = { at = 4, unit = '0.1 V' }",
                     "cvl = { first = ['own', 'live'] }")};
    battery.take(t0, {{"own", raw(568)}, {"live", raw(550)}});
    EXPECT_EQ(battery.text("cvl"), "56.8 V");
    battery.take(t0 + 24s, {{"live", raw(551)}});
    EXPECT_EQ(battery.text("cvl"), "56.8 V");
    battery.take(t0 + 25s, {{"live", raw(552)}});
    EXPECT_EQ(battery.text("cvl"), "-") << "silence must not lift a limit";
    battery.take(t0 + 26s, {{"own", Absence::refused}, {"live", raw(552)}});
    EXPECT_EQ(battery.text("cvl"), "-") << "it has had it before";
    battery.decoder().restart();
    battery.take(t0 + 27s, {{"own", Absence::refused}, {"live", raw(552)}});
    EXPECT_EQ(battery.text("cvl"), "55.2 V") << "perhaps another battery, which does not have it";
}

TEST(First, GoesOnPastALiveRegisterThatTheDeviceDoesNotHave) {
    Battery battery{mapping_text("own = { at = 3, unit = '0.1 V' }", "cvl = { first = ['own', '56 V'] }")};
    const Update& update = battery.take(
        t0, {{"voltage", raw(5300)}, {"current", raw(0)}, {"soc", raw(50)}, {"own", Absence::refused}});
    EXPECT_TRUE(update.round_complete);
    EXPECT_TRUE(update.missed.none()) << "what it does not have is not missed";
    EXPECT_EQ(battery.text("cvl"), "56 V");
}

TEST(First, NeedsNoSettingThatAnotherChoiceDoesWithout) {
    Battery battery{mapping_text("own = { at = 3, unit = 'A', absent = 0 }",
                                 "dcl = { first = ['own', 'most'] }\n[settings]\n"
                                 "most = { unit = 'A', help = 'where the battery does not tell it' }")};
    battery.take(t0, {{"own", raw(20)}});
    EXPECT_EQ(battery.text("dcl"), "20 A");
    battery.take(t0, {{"own", raw(0)}});
    EXPECT_EQ(battery.text("dcl"), "-");
}

TEST(Formulas, AreAbsentWhereAnyPartIsDividedByZero) {
    Battery battery{mapping_text("power = { at = 3, unit = 'W' }\nvolts = { at = 4, unit = 'V' }",
                                 "dcl = 'min(power / volts, 100 A)'")};
    battery.take(t0, {{"power", raw(500)}, {"volts", raw(50)}});
    EXPECT_EQ(battery.text("dcl"), "10 A");
    battery.take(t0, {{"volts", raw(0)}});
    EXPECT_EQ(battery.text("dcl"), "-");
}

TEST(Runs, OfNothingSayNothing) {
    Battery battery{mapping_text("ok = { at = 3, count = 4, used = 'n' }\nn = { at = 9 }",
                                 "charge_allowed = { all = 'ok' }\n[alarms]\nhigh_voltage = { any = 'ok' }")};
    battery.take_run(t0, "ok", {1, 1, 1, 1});
    battery.take(t0, {{"n", raw(0)}});
    EXPECT_EQ(battery.text("charge_allowed"), "-");
    EXPECT_FALSE(battery.state().alarms[static_cast<std::size_t>(AlarmKind::high_voltage)]);
}

TEST(Choice, WithoutOtherwiseIsAbsent) {
    Battery battery{mapping_text("limit = { at = 3, unit = 'A' }\nswitch = { at = 4 }",
                                 "ccl = { value = 'limit', when = 'switch' }")};
    battery.take(t0, {{"limit", raw(40)}, {"switch", raw(1)}});
    EXPECT_EQ(battery.text("ccl"), "40 A");
    battery.take(t0, {{"switch", raw(0)}});
    EXPECT_EQ(battery.text("ccl"), "-");
}

TEST(Power, DividedByVoltageIsACurrent) {
    Battery battery{mapping_text("power = { at = 3, unit = 'W' }", "ccl = 'power / voltage'")};
    battery.take(t0, {{"voltage", raw(5000)}, {"power", raw(2500)}});
    EXPECT_EQ(battery.text("ccl"), "50 A");
    battery.take(t0, {{"voltage", raw(0)}});
    EXPECT_EQ(battery.text("ccl"), "-") << "divided by zero";
}

TEST(Texts, ArePutTogether) {
    Battery battery{mapping_text(R"(
string  = { at = 3, type = "u16" }
module  = { at = 4, type = "u16", offset = 1 }
serials = { at = 5, type = "u16", count = 3, every = "once" }
kind    = { at = 8, words = { HVM = 1, HVS = 2 }, every = "once" }
maker   = { at = 9, type = "ascii", length = 2, every = "once" }
)",
                                 R"(
cell_voltage_max    = "voltage"
cell_voltage_max_id = { text = "S{string} M{module}" }
serial              = { text = "{serials}" }
name                = { text = "{maker} {kind}" }
)")};
    battery.take(t0, {{"voltage", raw(5000)}, {"string", raw(2)}, {"module", raw(8)}});
    EXPECT_EQ(battery.text("cell_voltage_max_id"), "S2 M9");
    battery.take_run(t0, "serials", {102, 30, 4});
    EXPECT_EQ(battery.text("serial"), "102304");
    battery.take(t0, {{"kind", raw(2)}});
    EXPECT_EQ(battery.text("name"), "-");
    battery.take(t0, {{"maker", word("BYD ")}});
    EXPECT_EQ(battery.text("name"), "BYD HVS");
}

TEST(Ids, CountRunsAndElements) {
    Battery battery{
        mapping_text("a = { at = 3, unit = 'mV', count = 2 }\nb = { at = 9, unit = 'mV', count = 2 }",
                     "cell_voltage_max = { max = ['a', 'b'], id = 'P{run} C{element}' }\n"
                     "cell_voltage_min = { min = ['a', 'b'], id = '{run}/{element}', from = 0 }")};
    battery.take_run(t0, "a", {3300, 3301});
    battery.take_run(t0, "b", {3290, 3310});
    EXPECT_EQ(battery.text("cell_voltage_max_id"), "P2 C2");
    EXPECT_EQ(battery.text("cell_voltage_min_id"), "1/0");
}

TEST(Conditions, KnowTextsAndChanges) {
    Battery battery{mapping_text("model = { at = 3, every = 'once' }\ntrips = { at = 4 }",
                                 "online = { text = 'model', like = ['LFP-48*', 'LFP-51'] }\n[warnings]\n"
                                 "general = { changed = 'trips', within = '10 s' }")};
    const auto warning = [&] {
        const auto& general = battery.state().warnings[static_cast<std::size_t>(AlarmKind::general)];
        return !general ? "-" : general->value ? "yes" : "no";
    };
    battery.take(t0, {{"model", word("LFP-48 B")}, {"trips", raw(7)}});
    EXPECT_EQ(battery.text("online"), "yes");
    EXPECT_STREQ(warning(), "no");
    battery.take(t0 + 1s, {{"model", word("LFP-24")}, {"trips", raw(8)}});
    EXPECT_EQ(battery.text("online"), "no");
    EXPECT_STREQ(warning(), "yes");
    battery.take(t0 + 11s, {{"trips", raw(8)}});
    EXPECT_STREQ(warning(), "yes");
    battery.take(t0 + 12s, {{"trips", raw(8)}});
    EXPECT_STREQ(warning(), "no");
}

adapter::Settings owner(std::vector<adapter::Setting> keys) {
    return {"battery.settings", {"owner.toml", 1, 1}, std::move(keys)};
}

TEST(Guesses, MayBeAmountsToo) {
    const std::string text = mapping_text("limit = { at = 3, unit = 'A' }",
                                          "ccl = { value = 'limit', only_if = 'unproven' }\n[settings]\n"
                                          "unproven = { default = false, help = 'seen once' }");
    EXPECT_FALSE(Battery{text}.bound().provided().test(*signal_index("ccl")));
    Battery on{text, owner({{"unproven", true, {}}})};
    on.take(t0, {{"limit", raw(40)}});
    EXPECT_EQ(on.text("ccl"), "40 A");
}

const std::string guess = mapping_text("bits_ = { at = 3 }\nbits_too = { at = 4 }", R"(
[alarms]
internal = { any = ["bits_.3"], only_if = "unproven" }
general  = "bits_too.0"
[settings]
unproven = { default = false, help = "seen once" }
)");

TEST(Guesses, StayOffUntilTheOwnerWantsThem) {
    Battery off{guess};
    EXPECT_FALSE(off.bound().provided().test(alarm_index(AlarmKind::internal)));
    EXPECT_TRUE(off.bound().provided().test(alarm_index(AlarmKind::general)));
    for (const adapter::PointSpec& point : off.bound().source().points)
        EXPECT_NE(point.name, "bits_") << "what only a guess needs is not read";

    Battery on{guess, owner({{"unproven", true, {}}})};
    EXPECT_TRUE(on.bound().provided().test(alarm_index(AlarmKind::internal)));
    on.take(t0, {{"bits_", raw(8)}});
    EXPECT_TRUE(on.state().alarms[static_cast<std::size_t>(AlarmKind::internal)]->value);
}

TEST(Placeholders, StandForSettings) {
    const std::string text =
        mapping_text("far = { at = '{base}', topic = 'bms/{base}/x {\"a\":1}' }",
                     "soh = 'soc * 1'\n"
                     "ccl = { value = '5 A', when = 'far' }\n"
                     "[settings]\nbase = { default = 57600, help = 'where the block begins' }");
    Battery battery{text, owner({{"base", std::int64_t{58368}, {}}})};
    const auto& keys = battery.bound().source().points.back().address.keys;
    EXPECT_EQ(std::get<std::int64_t>(keys.at(0).value), 58368);
    EXPECT_EQ(std::get<std::string>(keys.at(1).value), "bms/58368/x {\"a\":1}");
}

TEST(Blocks, GiveTheirKeysToTheirPoints) {
    Battery battery{mapping_text("a = { block = 'slow', at = 3, unit = 'A' }\n"
                                 "b = { block = 'slow', at = 4, unit = 'A', every = '20 s' }",
                                 "ccl = 'a'\ndcl = 'b'\n[blocks]\nslow = { table = 'input', every = '10 s', "
                                 "optional = true }")};
    const adapter::SourceSpec& source = battery.bound().source();
    ASSERT_EQ(source.blocks.size(), 1U);
    EXPECT_EQ(source.blocks[0].name, "slow");
    EXPECT_EQ(source.blocks[0].keys.path, "blocks.slow");
    ASSERT_EQ(source.blocks[0].keys.keys.size(), 1U) << "only the adapter's";
    EXPECT_EQ(source.points[3].block, 0U);
    EXPECT_EQ(source.points[3].period, 10s);
    EXPECT_TRUE(source.points[3].optional);
    EXPECT_EQ(source.points[4].period, 20s);
}

TEST(Writes, AreHandedOnOnlyIfTheOwnerNamesThem) {
    const std::string text =
        mapping_text("", "[writes]\nwake = { at = 1, registers = [1], help = 'wakes it' }\n"
                         "tick = { at = 2, registers = [1], every = '10 s', help = 'x' }");
    EXPECT_TRUE(Battery{text}.bound().source().writes.empty());

    Faults faults;
    const auto mapping = parse(text, "t.toml", faults);
    ASSERT_TRUE(mapping);
    Binding binding{"shed", owner({}), {}, 1s, live_limit};
    binding.writes = {{"tick", {"owner.toml", 3, 1}}};
    const auto bound = mapping::bind(mapping, binding, faults);
    ASSERT_TRUE(bound);
    ASSERT_EQ(bound->source().writes.size(), 1U);
    EXPECT_EQ(bound->source().writes[0].name, "tick");
    EXPECT_EQ(bound->source().writes[0].period, 10s);
    EXPECT_EQ(bound->source().writes[0].address.keys.size(), 2U);

    binding.writes = {{"wale", {"owner.toml", 3, 11}}};
    EXPECT_FALSE(mapping::bind(mapping, binding, faults));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(to_text(faults[0]),
              "owner.toml:3:11: writes: this battery's mapping has no write \"wale\" (did you "
              "mean \"wake\"?)");
}

} // namespace
} // namespace retrocan::mapping
