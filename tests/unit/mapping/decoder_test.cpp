// SPDX-License-Identifier: Apache-2.0
// Answers in, signals with their ages out: rounds, what is missed, what is absent.
#include "fixture.h"

#include <cmath>

namespace retrocan::mapping {
namespace {

const std::string plain = mapping_text("", "");

TEST(Decoder, GivesSignalsAsSoonAsTheirPointsAreAnswered) {
    Battery battery{plain};
    battery.take(t0, {{"voltage", raw(5268)}});
    EXPECT_EQ(battery.state().voltage, (Aged<Voltage>{52'680_mV, t0, t0 + live_limit}));
    EXPECT_EQ(battery.state().current, std::nullopt);
    battery.take(t0 + 100ms, {{"current", raw(-287)}, {"soc", raw(79)}});
    EXPECT_EQ(battery.state().current, (Aged<Current>{-28'700_mA, t0 + 100ms, t0 + 100ms + live_limit}));
    EXPECT_EQ(battery.text("soc"), "79 %");
}

TEST(Decoder, CompletesARoundWhenEveryLivePointWasAnswered) {
    Battery battery{mapping_text("slow = { at = 9, unit = 'A', every = '30 s' }", "ccl = 'slow'")};
    EXPECT_FALSE(battery.take(t0, {{"voltage", raw(5268)}, {"current", raw(0)}}).round_complete);
    EXPECT_FALSE(battery.take(t0, {{"voltage", raw(5269)}}).round_complete); // again, instead of soc
    EXPECT_TRUE(battery.take(t0, {{"soc", raw(50)}}).round_complete);
    EXPECT_FALSE(battery.take(t0 + 1s, {{"soc", raw(50)}}).round_complete);
    EXPECT_TRUE(battery.take(t0 + 1s, {{"voltage", raw(5268)}, {"current", raw(0)}}).round_complete);
}

TEST(Decoder, KeepsTheLastValueAndItsAgeWhenAPointIsNotAnswered) {
    Battery battery{plain};
    battery.take(t0, {{"voltage", raw(5268)}, {"current", raw(1)}, {"soc", raw(50)}});
    for (const Absence reason :
         {Absence::timeout, Absence::not_connected, Absence::refused, Absence::garbled}) {
        const Update& update =
            battery.take(t0 + 1s, {{"voltage", reason}, {"current", raw(2)}, {"soc", raw(50)}});
        EXPECT_EQ(battery.state().voltage, (Aged<Voltage>{52'680_mV, t0, t0 + live_limit}));
        EXPECT_TRUE(update.round_complete);
        SignalSet missed;
        missed.set(*signal_index("voltage"));
        EXPECT_EQ(update.missed, missed);
    }
    const Update& update =
        battery.take(t0 + 2s, {{"voltage", raw(5270)}, {"current", raw(2)}, {"soc", raw(50)}});
    EXPECT_TRUE(update.missed.none());
}

TEST(Decoder, TellsWhatIsMissedOnlyWithTheRoundAndByTheLastAnswerInIt) {
    Battery battery{plain};
    EXPECT_TRUE(battery.take(t0, {{"voltage", Absence::timeout}}).missed.none());
    battery.take(t0, {{"current", Absence::timeout}, {"voltage", raw(5268)}});
    EXPECT_EQ(battery.take(t0, {{"soc", raw(50)}}).missed.count(), 1U); // current alone
}

TEST(Decoder, DropsAValueAtOnceThatThePointSaysIsNone) {
    Battery battery{mapping_text(
        "soh = { at = 3, unit = '%', absent = [0xFFFF, 0], valid = ['1 %', '100 %'] }", "soh = 'soh'")};
    const auto tell = [&](const Battery::Content& content) {
        battery.take(t0, {{"soh", raw(99)}});
        battery.take(t0 + 1s, {{"soh", content}});
        return battery.text("soh");
    };
    EXPECT_EQ(tell(raw(98)), "98 %");
    EXPECT_EQ(tell(raw(0xFFFF)), "-");
    EXPECT_EQ(tell(raw(0)), "-");
    EXPECT_EQ(tell(raw(101)), "-"); // outside valid
    EXPECT_EQ(tell(raw(100)), "100 %");
    EXPECT_EQ(tell(Absence::not_a_value), "-");
    EXPECT_EQ(tell(RawValue{std::nan("")}), "-");
    EXPECT_EQ(tell(RawValue{std::string{"98"}}), "-");
    EXPECT_EQ(tell(Absence::timeout), "99 %");
}

TEST(Decoder, DoesNotMissWhatWasAnsweredWithNoValue) {
    Battery battery{plain};
    const Update& update =
        battery.take(t0, {{"voltage", Absence::not_a_value}, {"current", raw(1)}, {"soc", raw(50)}});
    EXPECT_TRUE(update.round_complete);
    EXPECT_TRUE(update.missed.none());
}

TEST(Decoder, GivesEachPaceItsAgeLimit) {
    Battery battery{mapping_text(R"(
rcv   = { at = 3, unit = "mV", every = "30 s" }
cells = { at = 4, every = "20 s" }
model = { at = 5, length = 8, every = "once" })",
                                 R"(
cvl  = "rcv * cells"
ccl  = "100 A"
name = "model")")};
    battery.take(t0, {{"rcv", raw(3450)}});
    EXPECT_EQ(battery.text("cvl"), "-");
    battery.take(t0 + 10s, {{"cells", raw(16)}, {"model", RawValue{std::string{"LFP"}}}});
    // The oldest ingredient is 10 s older, and lives 75 s; the other one lives 50 s and ends first.
    EXPECT_EQ(battery.state().cvl, (Aged<Voltage>{55'200_mV, t0, t0 + 60s}));
    EXPECT_EQ(battery.state().name, (Aged<std::string>{"LFP", t0 + 10s, TimePoint::max()}));
    EXPECT_EQ(battery.state().ccl, (Aged<Current>{100_A, t0 + 10s, TimePoint::max()}));
    battery.take(t0 + 20s, {{"rcv", raw(3450)}});
    EXPECT_EQ(battery.state().cvl, (Aged<Voltage>{55'200_mV, t0 + 10s, t0 + 60s}));
    EXPECT_EQ(battery.state().ccl->oldest, t0 + 20s); // a constant is as fresh as the last answer
}

TEST(Decoder, WantsSlowAndOncePointsAgainAfterARestart) {
    Battery battery{mapping_text(R"(
limit = { at = 3, unit = "A", every = "30 s" }
model = { at = 5, length = 8, every = "once" })",
                                 "ccl = 'limit'\nname = 'model'")};
    EXPECT_FALSE(battery.take(t0, {{"limit", raw(100)}}).slow_and_once_read);
    EXPECT_FALSE(battery.take(t0, {{"model", Absence::timeout}}).slow_and_once_read);
    EXPECT_TRUE(battery.take(t0, {{"model", RawValue{std::string{"LFP"}}}}).slow_and_once_read);
    EXPECT_TRUE(battery.take(t0, {{"limit", Absence::timeout}}).slow_and_once_read);
    battery.decoder().restart();
    EXPECT_EQ(battery.text("ccl"), "100 A"); // values and ages stay
    EXPECT_FALSE(battery.take(t0, {{"limit", raw(100)}}).slow_and_once_read);
    EXPECT_TRUE(battery.take(t0, {{"model", RawValue{std::string{"LFP"}}}}).slow_and_once_read);
}

TEST(Decoder, CountsARefusedSlowOrOncePointAsReadWithoutAValue) {
    Battery battery{mapping_text(R"(
limit = { at = 3, unit = "A", every = "30 s" }
model = { at = 5, length = 8, every = "once" })",
                                 "ccl = 'limit'\nname = 'model'")};
    EXPECT_FALSE(battery.take(t0, {{"limit", raw(100)}}).slow_and_once_read);
    for (const Absence reason : {Absence::timeout, Absence::not_connected, Absence::garbled})
        EXPECT_FALSE(battery.take(t0, {{"model", reason}}).slow_and_once_read);
    EXPECT_TRUE(battery.take(t0, {{"model", Absence::refused}}).slow_and_once_read);
    EXPECT_EQ(battery.text("name"), "-");
    EXPECT_EQ(battery.text("ccl"), "100 A");

    battery.decoder().restart();
    EXPECT_FALSE(battery.take(t0 + 1s, {{"model", Absence::refused}}).slow_and_once_read);
    EXPECT_TRUE(battery.take(t0 + 1s, {{"limit", Absence::refused}}).slow_and_once_read);
    EXPECT_EQ(battery.state().ccl->oldest, t0); // kept, with its age
    battery.take(t0 + 2s, {{"model", RawValue{std::string{"LFP"}}}});
    EXPECT_EQ(battery.text("name"), "LFP"); // it can still come
}

TEST(Decoder, HasReadAllSlowPointsWhereThereAreNone) {
    Battery battery{plain};
    EXPECT_TRUE(battery.take(t0, {}).slow_and_once_read);
}

TEST(Decoder, TellsFrozenDataByAFingerprintOfLiveAnaloguePoints) {
    Battery battery{mapping_text("status = { at = 3 }\nlimit = { at = 4, unit = 'A', every = '30 s' }",
                                 "online = 'status.0'\nccl = 'limit'")};
    EXPECT_EQ(battery.take(t0, {}).analogue_points, 3U);
    const auto fingerprint = [&](std::int64_t voltage, std::int64_t current, std::int64_t status) {
        return battery
            .take(t0, {{"voltage", raw(voltage)}, {"current", raw(current)}, {"status", raw(status)}})
            .fingerprint;
    };
    const std::uint64_t before = fingerprint(5268, 7, 0);
    EXPECT_EQ(fingerprint(5268, 7, 1), before); // a state word is quiet by nature
    EXPECT_NE(fingerprint(5269, 7, 0), before);
    EXPECT_NE(fingerprint(7, 5268, 0), before); // the same numbers elsewhere
    EXPECT_EQ(fingerprint(5268, 7, 0), before);
}

TEST(Decoder, IgnoresSlotsThatDoNotExist) {
    Battery battery{plain};
    adapter::Answer answer{t0, {{99, raw(1)}}};
    EXPECT_FALSE(battery.decoder().take(answer).round_complete);
}

TEST(Bound, TellsWhatIsProvided) {
    const std::string text = mapping_text(R"(
limit = { at = 3, unit = "A", every = "30 s" }
word  = { at = 4 })",
                                          R"(
ccl    = { value = "limit", when = "word.0", otherwise = "0 A" }
dcl    = "limit"
cvl    = "charge_voltage"
soh    = "100 %"
[warnings]
internal = "word.1")",
                                          "[settings]\ncharge_voltage = { unit = 'V', help = 'CVL' }\n");
    Battery battery{text};
    const auto index = [](std::string_view name) { return *signal_index(name); };
    const SignalSet& provided = battery.bound().provided();
    EXPECT_EQ(provided.count(), 7U);
    EXPECT_TRUE(provided[warning_index(AlarmKind::internal)]);
    EXPECT_FALSE(provided[index("cvl")]); // the owner did not set it

    adapter::Settings owner{"battery.settings", {}, {{"charge_voltage", std::string{"56.8 V"}, {}}}};
    Battery set{text, owner};
    EXPECT_TRUE(set.bound().provided()[index("cvl")]);
    set.take(t0, {});
    EXPECT_EQ(set.text("cvl"), "56.8 V");
}

TEST(Bound, HandsTheAdapterItsKeysAndNumberedSlots) {
    Battery battery{
        mapping_text("cell = { at = 7, type = 'u16', unit = 'mV', count = 'cells' }",
                     "cell_voltage_max = { max = 'cell' }",
                     "unit = 3\n[settings]\ncells = { default = 4, min = 1, max = 24, help = 'n' }\n"),
        {"battery.settings", {}, {{"cells", std::int64_t{8}, {}}}}};
    const adapter::SourceSpec& source = battery.bound().source();
    EXPECT_EQ(source.battery, "shed");
    EXPECT_EQ(source.mapping.keys.at(0).key, "unit");
    const adapter::PointSpec& cell = source.points.at(3);
    EXPECT_EQ(cell.first_slot, 3U);
    EXPECT_EQ(cell.count, 8U);
    EXPECT_EQ(cell.address.path, "points.cell");
    ASSERT_EQ(cell.address.keys.size(), 2U); // at and type; the rest is the mapping's
    EXPECT_EQ(cell.address.keys[0].key, "at");
    EXPECT_EQ(to_text(cell.address.keys[0].place), "test.toml:17:15");
}

TEST(Bound, TellsAllFaultsOfTheOwnersSettings) {
    Faults faults;
    const auto mapping =
        parse(mapping_text("", "ccl = 'limit'\ncvl = 'volts'\nsoh = 'health'",
                           "[settings]\n"
                           "limit = { unit = 'A', default = '50 A', max = '60 A', help = 'h1' }\n"
                           "volts = { unit = 'V', required = true, help = 'h2' }\n"
                           "health = { unit = '%', default = '99 %', help = 'h3' }\n"),
              "test.toml", faults);
    ASSERT_TRUE(mapping);
    const Place place{"retrocan.toml", 7, 1};
    const auto fault_texts = [&](const std::vector<adapter::Setting>& keys) {
        faults.clear();
        EXPECT_EQ(bind(mapping, {"shed", {"battery.settings", place, keys}, {}, 1s, 5s}, faults), nullptr);
        std::string text;
        for (const Fault& fault : faults)
            text += to_text(fault) + "\n";
        return text;
    };
    EXPECT_EQ(fault_texts({{"limit", std::string{"70 A"}, place},
                           {"health", std::int64_t{98}, place},
                           {"volt", std::string{"56 V"}, place}}),
              "retrocan.toml:7:1: battery.settings.limit: expected at most 60 A; got 70 A (h1)\n"
              "retrocan.toml:7:1: battery.settings.health: expected a percentage (%), in quotes and with its "
              "unit (h3)\n"
              "retrocan.toml:7:1: battery.settings.volt: this battery's mapping has no such setting (did you "
              "mean \"volts\"?)\n"
              "retrocan.toml:7:1: battery.settings.volts: missing, and needed: h2\n");
}

} // namespace
} // namespace retrocan::mapping
