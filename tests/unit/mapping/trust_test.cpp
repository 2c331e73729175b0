// SPDX-License-Identifier: Apache-2.0
// Whether what a battery says may be believed: identity, heartbeats, signs of life, the sign of the current.
#include "fixture.h"

namespace retrocan::mapping {
namespace {

TEST(Identity, IsUnknownThenTold) {
    Battery battery{mapping_text("model = { at = 3, every = 'once' }\ntype = { at = 4, every = 'once' }",
                                 "name = 'model'\n[identity]\nmodel = { text = 'model', like = ['LFP*'] }\n"
                                 "type = 'type == 42'")};
    EXPECT_EQ(battery.decoder().update().identity, Identity::unknown);
    EXPECT_EQ(battery.decoder().update().identity_fault, "model: { text = \"model\", like = [\"LFP*\"] }");
    battery.take(t0, {{"model", RawValue{std::string{"LFP-48"}}}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::unknown);
    EXPECT_EQ(battery.decoder().update().identity_fault, "type: \"type == 42\"");
    battery.take(t0, {{"type", raw(42)}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::matches);
    EXPECT_EQ(battery.decoder().update().identity_fault, "");
    battery.take(t0, {{"type", raw(41)}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::differs);
}

TEST(Identity, MustBeToldAnewAfterASilence) {
    Battery battery{mapping_text("type = { at = 4, every = 'once' }", "[identity]\ntype = 'type == 42'")};
    battery.take(t0, {{"type", raw(42)}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::matches);
    battery.decoder().restart();
    EXPECT_EQ(battery.decoder().update().identity, Identity::unknown);
    battery.take(t0 + 60s, {{"type", Absence::refused}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::unknown) << "another battery may have come";
}

TEST(Identity, OneFalseCheckIsEnoughThoughAnotherIsUnknown) {
    Battery battery{mapping_text("a = { at = 3 }\nb = { at = 4 }", "[identity]\na = 'a == 1'\nb = 'b == 1'")};
    battery.take(t0, {{"b", raw(2)}});
    EXPECT_EQ(battery.decoder().update().identity, Identity::differs);
    EXPECT_EQ(battery.decoder().update().identity_fault, "b: \"b == 1\"");
}

TEST(Identity, IsNotAskedForWithoutTheTable) {
    EXPECT_EQ(Battery{mapping_text("", "")}.decoder().update().identity, Identity::matches);
}

class Heartbeat : public testing::Test {
protected:
    std::string after(TimePoint at, std::int64_t tick) {
        return battery
            .take(at, {{"voltage", raw(5300)}, {"current", raw(10)}, {"soc", raw(50)}, {"tick", raw(tick)}})
            .lost_heartbeat;
    }
    Battery battery{mapping_text("tick = { at = 3, heartbeat = '10 s' }", "")};
};

TEST_F(Heartbeat, ThatStandsStillIsLost) {
    EXPECT_EQ(after(t0, 7), "");
    EXPECT_EQ(after(t0 + 9s, 7), "");
    EXPECT_EQ(after(t0 + 10s, 7), "tick");
    EXPECT_EQ(after(t0 + 11s, 8), "") << "it beats again";
    EXPECT_EQ(after(t0 + 20s, 8), "");
    EXPECT_EQ(after(t0 + 21s, 8), "tick");
}

TEST_F(Heartbeat, ThatNeverCameIsLost) {
    battery.take(
        t0, {{"voltage", raw(5300)}, {"current", raw(10)}, {"soc", raw(50)}, {"tick", Absence::timeout}});
    EXPECT_EQ(battery.decoder().update().lost_heartbeat, "tick");
}

TEST(HeartbeatOfAStandard, IsNotAskedForWhereTheDeviceHasNone) {
    Battery battery{mapping_text("tick = { at = 3, heartbeat = '10 s', absent = 0xFFFF }", "")};
    const auto lost = [&](TimePoint at, std::int64_t tick) {
        return battery
            .take(at, {{"voltage", raw(5300)}, {"current", raw(10)}, {"soc", raw(50)}, {"tick", raw(tick)}})
            .lost_heartbeat;
    };
    EXPECT_EQ(lost(t0, 0xFFFF), "");
    EXPECT_EQ(lost(t0 + 60s, 0xFFFF), "");
    EXPECT_EQ(lost(t0 + 61s, 5), "");
    EXPECT_EQ(lost(t0 + 62s, 0xFFFF), "tick") << "it had one, and now it is gone";
}

TEST(AliveBy, DoesNotHoldWhatCannotBeReadAnyMore) {
    Battery battery{mapping_text(
        "limit = { at = 3, unit = 'A', every = '10 s', alive_by = 'uptime' }\nuptime = { at = 4 }",
        "ccl = 'limit'")};
    battery.take(t0, {{"limit", raw(40)}, {"uptime", raw(1)}});
    battery.take(t0 + 10s, {{"limit", Absence::timeout}, {"uptime", raw(2)}});
    EXPECT_EQ(battery.state().ccl->expires, t0 + 25s);
}

TEST(Changed, IsSeenThoughTheNumberWasAbsentInBetween) {
    Battery battery{mapping_text("trips = { at = 4, absent = 0xFFFF }",
                                 "[warnings]\n"
                                 "general = { changed = 'trips', within = '10 s' }")};
    battery.take(t0, {{"trips", raw(5)}});
    battery.take(t0 + 1s, {{"trips", raw(0xFFFF)}});
    battery.take(t0 + 2s, {{"trips", raw(6)}});
    EXPECT_TRUE(battery.state().warnings[static_cast<std::size_t>(AlarmKind::general)]->value);
}

TEST(AliveBy, KeepsWhatIsToldOnlyWhenItChanges) {
    Battery battery{mapping_text("limit = { at = 3, unit = 'A', alive_by = 'uptime' }\nuptime = { at = 4 }",
                                 "ccl = 'limit'")};
    battery.take(t0, {{"limit", raw(40)}, {"uptime", raw(1)}});
    EXPECT_EQ(battery.state().ccl->expires, t0 + live_limit);
    battery.take(t0 + 4s, {{"uptime", raw(1)}});
    EXPECT_EQ(battery.state().ccl->expires, t0 + live_limit) << "no change, no sign of life";
    battery.take(t0 + 4s, {{"uptime", raw(2)}});
    EXPECT_EQ(battery.state().ccl->oldest, t0 + 4s);
    EXPECT_EQ(battery.state().ccl->expires, t0 + 4s + live_limit);
    battery.take(t0 + 20s, {{"uptime", raw(3)}});
    EXPECT_EQ(battery.state().ccl->expires, t0 + 4s + live_limit) << "what had expired must be told anew";
}

const char* const sign_table = "[current_sign]\ncharging = 'state == 1'\ndischarging = 'state == 2'\n";

TEST(CurrentSign, IsContradictedByAStateWord) {
    Battery battery{mapping_text("state = { at = 3 }", sign_table)};
    const auto contradiction = [&](std::int64_t tenths, std::int64_t state) {
        return battery.take(t0, {{"current", raw(tenths)}, {"state", raw(state)}}).sign_contradiction;
    };
    EXPECT_EQ(contradiction(120, 1), "");
    EXPECT_EQ(contradiction(-120, 2), "");
    EXPECT_EQ(contradiction(-120, 1), "it says that it charges, and the current is -12 A");
    EXPECT_EQ(contradiction(120, 2), "it says that it discharges, and the current is 12 A");
    EXPECT_EQ(contradiction(4, 2), "") << "next to nothing has no direction";
    EXPECT_EQ(contradiction(120, 0), "");
}

TEST(CurrentSign, IsVerifiedByLevelByTheMappingOrByTheOwner) {
    const auto verified = [](const std::string& level, const std::string& table, std::optional<bool> invert) {
        std::string text = mapping_text("", table);
        text.replace(text.find("\"document\""), 10, "\"" + level + "\"");
        Faults faults;
        const auto mapping = parse(text, "t.toml", faults);
        Binding binding{"shed", {"battery.settings", {}, {}}, {}, 1s, live_limit};
        binding.invert_current = invert;
        const auto bound = mapping::bind(mapping, binding, faults);
        return bound->sign_verified();
    };
    EXPECT_TRUE(verified("device", "", {}));
    EXPECT_TRUE(verified("capture", "", {}));
    EXPECT_FALSE(verified("document", "", {}));
    EXPECT_FALSE(verified("capture", "[current_sign]\nverified = false", {}));
    EXPECT_TRUE(verified("guess", "[current_sign]\nverified = true", {}));
    EXPECT_TRUE(verified("guess", "", false));
    EXPECT_TRUE(verified("guess", "", true));
}

TEST(CurrentSign, IsTurnedRoundByTheOwner) {
    Faults faults;
    const auto mapping = parse(mapping_text("", ""), "t.toml", faults);
    Binding binding{"shed", {"battery.settings", {}, {}}, {}, 1s, live_limit};
    binding.invert_current = true;
    const auto bound = mapping::bind(mapping, binding, faults);
    Decoder decoder{*bound};
    const Update& update = decoder.take({t0, {{1, raw(123)}}});
    EXPECT_EQ(update.state.current->value, -12'300_mA);
}

} // namespace
} // namespace retrocan::mapping
