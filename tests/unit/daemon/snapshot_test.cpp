// SPDX-License-Identifier: Apache-2.0
// A bridge that is saved and restored at any moment goes on as if nothing had happened.
#include "daemon/snapshot.h"
#include "daemon/snapshot_traits.h"
#include "unit/daemon/bridge_rig.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

/// Something that reaches the core.
struct Step {
    TimePoint at;
    enum class Kind : std::uint8_t { answer, failure, frame, foreign, up, down } kind{};
    std::vector<std::int64_t> raw;
    bool bus_takes{true}; ///< until the next step
};

std::vector<Step> random_run(std::uint32_t seed) {
    std::mt19937 random{seed};
    const auto below = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    std::vector<Step> steps{{t0, Step::Kind::up, {}}};
    TimePoint now = t0;
    bool still = false; // data that does not move
    for (int i = 0; i < 120; ++i) {
        now += std::chrono::microseconds{below(40) == 0 ? below(20'000'000) : 150'000 + below(1'000'000)};
        if (below(30) == 0)
            still = !still;
        Step step{now, Step::Kind::answer, {}, below(15) != 0};
        const int what = below(60);
        if (what < 4)
            step.kind = Step::Kind::failure;
        else if (what == 5)
            step.kind = Step::Kind::frame;
        else if (what == 6 && (i < 20 || seed % 5 == 0))
            step.kind = Step::Kind::foreign;
        else if (what == 7)
            step.kind = Step::Kind::down;
        else if (what < 11)
            step.kind = Step::Kind::up;
        step.raw = {still ? 5280 : 5200 + below(200),
                    1000 + (still ? 0 : below(300)),
                    below(12) == 0 ? 655 : 80,
                    215,
                    below(100),
                    below(6) == 0 ? 1 : 0};
        steps.push_back(step);
    }
    return steps;
}

class Runner {
public:
    Runner(const mapping::Bound& bound, OnStale on_stale, std::uint32_t seed) {
        BridgeSettings settings = Rig::settings(bound);
        settings.on_stale = on_stale;
        if (seed % 5 == 0) {
            settings.gx = {OnGxLost::silent, 20s};
            settings.on_foreign = OnForeign::silent;
        }
        bridge.emplace(settings, std::vector{&bound}, t0);
    }

    /// The frames up to the step, then the step.
    void take(const Step& step) {
        advance(step.at);
        now_ = step.at;
        switch (step.kind) {
        case Step::Kind::answer:
        case Step::Kind::failure: {
            adapter::Answer answer{now_, {}};
            for (std::size_t slot = 0; slot < step.raw.size(); ++slot)
                if (step.kind == Step::Kind::answer)
                    answer.readings.push_back({slot, adapter::RawValue{step.raw[slot]}});
                else
                    answer.readings.push_back({slot, adapter::Absence::timeout});
            bridge->take(0, answer, now_);
            break;
        }
        case Step::Kind::frame:
            bridge->heard({.id = 0x305, .size = 8}, now_);
            break;
        case Step::Kind::foreign:
            for (int i = 0; i < 3; ++i)
                bridge->heard({.id = 0x351, .size = 8}, now_);
            break;
        case Step::Kind::up:
            bridge->bus_up(now_);
            break;
        case Step::Kind::down:
            if (now_.time_since_epoch().count() % 3 == 0)
                bridge->bus_rests();
            else
                bridge->bus_down();
            break;
        }
        bus_takes_ = step.bus_takes;
    }

    void advance(TimePoint end) {
        for (std::optional<TimePoint> next = now_; next && *next < end;) {
            now_ = std::max(now_, *next);
            bridge->tick(now_);
            while (const auto frame = bridge->due(now_)) {
                sent.push_back(
                    to_text(LoggedFrame{now_.time_since_epoch(), bus_takes_ ? "bus" : "no", *frame}));
                if (bus_takes_)
                    bridge->written(*frame);
                else
                    bridge->not_written(*frame, now_);
            }
            next = bridge->next();
            if (next)
                next = std::max(*next, now_ + 1us);
        }
    }

    std::optional<Bridge> bridge;
    std::vector<std::string> sent;

private:
    TimePoint now_{t0};
    bool bus_takes_{true};
    friend void go_on_as(Runner&, const Runner&);
};

/// Takes the place of another one, of which only its snapshot is known (and what the rig itself is doing).
void go_on_as(Runner& self, const Runner& other) {
    const std::string saved = snapshot(*other.bridge);
    const auto error = restore(*self.bridge, saved);
    ASSERT_FALSE(error) << *error;
    EXPECT_EQ(snapshot(*self.bridge), saved);
    self.now_ = other.now_;
    self.bus_takes_ = other.bus_takes_;
}

TEST(Snapshot, ARestoredBridgeGoesOnBitByBit) {
    const auto bound = Rig::make_bound();
    std::size_t frames = 0;
    std::size_t stales = 0;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        const auto steps = random_run(seed);
        const auto on_stale = seed % 2 == 0 ? OnStale::silent : OnStale::alarm;
        const std::size_t cut = 1 + seed * 7919 % (steps.size() - 1);
        Runner whole{*bound, on_stale, seed};
        Runner second{*bound, on_stale, seed};
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (i == cut) {
                go_on_as(second, whole);
                whole.sent.clear();
                second.sent.clear();
            }
            whole.take(steps[i]);
            if (i >= cut)
                second.take(steps[i]);
            stales += whole.bridge->pack().state() == policy::PackState::stale ? 1U : 0U;
        }
        ASSERT_EQ(second.sent, whole.sent) << "seed " << seed << ", cut before step " << cut;
        EXPECT_EQ(snapshot(*second.bridge), snapshot(*whole.bridge));
        EXPECT_EQ(second.bridge->pack().reason(), whole.bridge->pack().reason());
        EXPECT_EQ(second.bridge->pack().objections(), whole.bridge->pack().objections());
        frames += whole.sent.size();
    }
    EXPECT_GT(frames, 5'000U);
    EXPECT_GT(stales, 20U) << "the runs have to have everything in them";
}

TEST(Snapshot, OfAnotherBatteryDoesNotFit) {
    Rig rig;
    EXPECT_FALSE(restore(*rig.bridge, snapshot(*rig.bridge)));
    EXPECT_EQ(restore(*rig.bridge, R"({"version":1})"), "snapshot: expected its version and the bridge");
    const std::string version = std::to_string(snapshot_traits::version);
    EXPECT_EQ(restore(*rig.bridge, R"({"version":0,"bridge":{}})"),
              "snapshot: this program reads version " + version +
                  "; replay the capture with the version that recorded it");
    EXPECT_EQ(restore(*rig.bridge, R"({"version":)" + version + R"(,"bridge":{}})"),
              "snapshot: members: missing");
    std::string saved = snapshot(*rig.bridge);
    const std::size_t first_slot = saved.find("{\"content\"");
    saved.erase(first_slot, saved.find("{\"content\"", first_slot + 1) - first_slot);
    EXPECT_EQ(restore(*rig.bridge, saved), "snapshot: members: 0: decoder: does not fit this battery");
}

// They come with bug reports. What is broken is refused, or at least does nothing that the sanitizers object
// to.
TEST(Snapshot, ABrokenOneHarmsNothing) {
    Rig rig;
    rig.pass(7s);
    const std::string saved = snapshot(*rig.bridge);
    std::mt19937 random{20};
    const auto below = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
    };
    const std::string_view letters = "0123456789-,[]{}\":tfn";
    for (int i = 0; i < 300; ++i) {
        std::string broken = saved;
        for (std::size_t n = 1 + below(3); n > 0; --n)
            broken[below(broken.size())] = letters[below(letters.size())];
        Rig other;
        if (restore(*other.bridge, broken))
            continue;
        other.now = rig.now;
        other.pass(2s);
    }
}

} // namespace
} // namespace retrocan::daemon
