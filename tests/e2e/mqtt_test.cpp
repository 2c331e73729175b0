// SPDX-License-Identifier: Apache-2.0
// A battery that only publishes, on a real broker, told by clients that are none of ours: whatever becomes of
// the source or the broker, no 0x351 later than `stale_after` after the last message that was a sign of life.
#include "support/broker.h"
#include "support/bus.h"
#include "support/process.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using support::Broker;
using support::program;
using support::Publisher;
using support::run_to_end;
using testing::HasSubstr;

/// One JSON document a half second, a status topic, and a serial number that the broker keeps.
const char* const mapping = R"(
mapping   = 1
vendor    = "Acme"
model     = "MQTT"
title     = "Acme, published"
level     = "capture"
sources   = ["this test"]
publishes = "500 ms"
[settings]
root = { text = "acme", help = "begins every topic" }
[mqtt]
[points]
voltage     = { topic = "{root}/data", json = "/voltage", unit = "V" }
current     = { topic = "{root}/data", json = "/current", unit = "A" }
soc         = { topic = "{root}/data", json = "/soc", unit = "%" }
temperature = { topic = "{root}/data", json = "/temperature", unit = "degC" }
stamp       = { topic = "{root}/data", json = "/time", type = "time", heartbeat = "3 s" }
status      = { topic = "{root}/status", type = "boolean", every = "once" }
serial      = { topic = "{root}/serial", type = "text", every = "once", optional = true }
[availability]
source = "status"
[signals]
voltage     = "voltage"
current     = "current"
soc         = "soc"
temperature = "temperature"
serial      = "serial"
[[test]]
name    = "worked out by hand"
source  = "worked out by hand"
capture = ['acme/data {"voltage":53.12,"current":-6.5,"soc":78.7,"temperature":21.5,"time":100}']
signals = { voltage = "53.12 V", current = "-6.5 A", soc = "78.7 %", temperature = "21.5 degC" }
)";

std::string configuration(std::uint16_t port, const std::string& file, const std::string& link) {
    return "[can]\nlink = \"" + link +
           "\"\n[state]\nblack_box = false\n[[battery]]\nname = \"shed\"\nmapping = \"" + file +
           "\"\ncells = 16\ncell_over_voltage = \"3.65 V\"\nstale_after = \"2 s\"\n"
           "[battery.mqtt]\nhost = \"127.0.0.1\"\nport = " +
           std::to_string(port) +
           "\n[battery.limits]\ncvl_floor = \"51.2 V\"\ncvl_ceiling = \"57.6 V\"\nccl_ceiling = \"200 "
           "A\"\ndcl_ceiling = \"200 A\"\n";
}

void keep(std::uint16_t port, const std::string& topic, const std::string& payload) {
    support::publish(port, topic, payload, {"-r"});
}

/// A broker, a source that tells its values each half second, the real daemon, and the end of its bus.
class Rig {
public:
    Rig() {
        keep(broker.port(), "acme/status", "online");
        start_source();
        const std::string file = folder_.file("acme.toml", mapping);
        bus = support::make_bus(folder_ / "");
        daemon.emplace(
            std::vector<std::string>{program(), "run", "-c",
                                     folder_.file("c.toml", configuration(broker.port(), file, bus->link()))},
            folder_ / "out", folder_ / "err");
    }
    ~Rig() { stop_source(); }
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    void start_source() {
        publisher_ = std::make_unique<Publisher>(broker.port(), "acme/data");
        telling_ = true;
        teller_ = std::thread{[this] {
            for (int i = 0; telling_; ++i) {
                last_told_ = BootClock::now().time_since_epoch().count();
                publisher_->say(R"({"voltage":53.12,"current":-6.5,"soc":78.7,"temperature":21.5,"time":)" +
                                std::to_string(frozen_ ? 0 : time_++) + "}");
                std::this_thread::sleep_for(500ms);
            }
        }};
    }
    /// Returns when the last message was told.
    TimePoint stop_source() {
        telling_ = false;
        if (teller_.joinable())
            teller_.join();
        publisher_.reset();
        return TimePoint{Duration{last_told_.load()}};
    }
    /// The source goes on, and its clock stands.
    TimePoint freeze() {
        frozen_ = true;
        return TimePoint{Duration{last_told_.load()}};
    }
    [[nodiscard]] bool sends_within(std::chrono::milliseconds limit, TimePoint since = {}) const {
        return support::eventually(
            [&] {
                const auto frames = support::only(bus->frames(), 0x351);
                return !frames.empty() && frames.back().at > since;
            },
            limit);
    }
    [[nodiscard]] std::string log() const { return support::contents(folder_ / "err"); }

    Broker broker;
    std::unique_ptr<support::Bus> bus;
    std::optional<support::Process> daemon;

private:
    support::TemporaryFolder folder_;
    std::unique_ptr<Publisher> publisher_;
    std::thread teller_;
    std::atomic<bool> telling_{};
    std::atomic<bool> frozen_{};
    std::atomic<std::int64_t> last_told_{};
    std::atomic<int> time_{1'700'000'000};
};

void expect_silence_in_time(const Rig& rig, TimePoint last_told) {
    const Duration tolerance = 15ms; // the way of the message
    const auto frames = rig.bus->frames();
    ASSERT_FALSE(frames.empty());
    EXPECT_LE(frames.back().at - last_told, 2s + tolerance) << to_text(frames.back().frame) << "\n"
                                                            << rig.log();
    EXPECT_GE(support::only(frames, 0x351).back().at - last_told, 700ms) << "not without need\n" << rig.log();
    EXPECT_THAT(rig.log(), HasSubstr("stale"));
}

int trials() {
    const char* given = std::getenv("RETROCAN_TRIALS"); // NOLINT(concurrency-mt-unsafe)
    return given != nullptr ? std::atoi(given) : 1;     // NOLINT(cert-err34-c): ours
}

enum class End { source_silent, broker_killed, broker_cut_off };

class MqttStale : public ::testing::TestWithParam<End> {};

TEST_P(MqttStale, Invariant1_TheLastFrameIsNoLaterThanStaleAfter) {
    std::mt19937 random{std::random_device{}()};
    for (int i = 0; i < trials(); ++i) {
        SCOPED_TRACE(i);
        Rig rig;
        ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
        std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{0, 499}(random)});
        if (GetParam() == End::broker_killed)
            rig.broker.kill();
        if (GetParam() == End::broker_cut_off)
            rig.broker.freeze();
        // What the broker had not passed on before it ended was not told.
        const TimePoint ended = BootClock::now();
        const TimePoint last_told = rig.stop_source();
        std::this_thread::sleep_for(3s);
        expect_silence_in_time(rig, std::min(last_told, ended));
    }
}

INSTANTIATE_TEST_SUITE_P(Source, MqttStale,
                         ::testing::Values(End::source_silent, End::broker_killed, End::broker_cut_off),
                         [](const auto& test) {
                             return std::string{test.param == End::source_silent   ? "source_silent"
                                                : test.param == End::broker_killed ? "broker_killed"
                                                                                   : "broker_cut_off"};
                         });

TEST(Mqtt, RunsAgainWhenTheBrokerIsBack) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    rig.stop_source();
    rig.broker.kill();
    std::this_thread::sleep_for(2500ms);
    rig.broker.restart();
    keep(rig.broker.port(), "acme/status", "online");
    rig.start_source();
    const TimePoint back = BootClock::now();
    EXPECT_TRUE(rig.sends_within(30s, back)) << rig.log();
}

// Incident: retained old values after a restart discharged a battery at full power.
TEST(Mqtt, KeptMessagesAloneAreNoSignOfLife) {
    const Broker broker;
    keep(broker.port(), "acme/status", "online");
    keep(broker.port(), "acme/serial", "A-1");
    keep(broker.port(), "acme/data",
         R"({"voltage":53.12,"current":-6.5,"soc":78.7,"temperature":21.5,"time":5})");
    const support::TemporaryFolder folder;
    const auto bus = support::make_bus(folder / "");
    support::Process daemon{
        {program(), "run", "-c",
         folder.file("c.toml", configuration(broker.port(), folder.file("acme.toml", mapping), bus->link()))},
        folder / "out",
        folder / "err"};
    std::this_thread::sleep_for(5s);
    EXPECT_TRUE(bus->frames().empty()) << support::contents(folder / "err");
}

// Incident: numbers went on while the state said "offline".
TEST(Mqtt, ASourceThatSaysOfflineIsNotBelieved) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    const TimePoint offline = BootClock::now();
    keep(rig.broker.port(), "acme/status", "offline");
    std::this_thread::sleep_for(4s);
    EXPECT_LE(rig.bus->frames().back().at - offline, 2s + 200ms) << rig.log();
    EXPECT_THAT(rig.log(), HasSubstr("does not say that it is there"));
}

// Incident: old data was broadcast on and on behind a dead battery.
TEST(Mqtt, AStampThatStandsStillIsNoSignOfLife) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    rig.freeze();
    const TimePoint frozen = BootClock::now();
    std::this_thread::sleep_for(7s);
    EXPECT_LE(rig.bus->frames().back().at - frozen, 5s + 500ms) << rig.log(); // heartbeat and stale_after
}

/// Invariant 5: a flooding source never delays the transmit cycle.
TEST(Mqtt, Invariant5_AFloodDoesNotDelayTheFrames) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    std::atomic<bool> flooding{true};
    std::thread flood{[&] {
        const Publisher publisher{rig.broker.port(), "acme/serial"};
        while (flooding)
            publisher.say("A-1");
    }};
    const TimePoint begun = BootClock::now();
    std::this_thread::sleep_for(6s);
    flooding = false;
    flood.join();
    auto limits = support::only(rig.bus->frames(), 0x351);
    std::erase_if(limits, [&](const auto& frame) { return frame.at < begun; });
    ASSERT_GE(limits.size(), 5U) << rig.log();
    for (std::size_t i = 1; i < limits.size(); ++i)
        EXPECT_LE(limits[i].at - limits[i - 1].at, 1s + 100ms) << i;
}

TEST(Mqtt, SimulatedProbedScannedAndRecorded) {
    Rig rig; // its broker and source
    const support::TemporaryFolder folder;
    const std::string file = folder.file("acme.toml", mapping);
    const std::string config = folder.file("c.toml", configuration(rig.broker.port(), file, "log:-"));
    const auto probed = run_to_end({program(), "probe", "-c", config}, 30s);
    EXPECT_EQ(probed.exit_code, 0) << probed.output << probed.errors;
    EXPECT_THAT(probed.output, HasSubstr("53.12 V"));
    const auto recorded = run_to_end(
        {program(), "record", "-c", config, "-o", (folder / "r.jsonl").string(), "--for", "4"}, 30s);
    EXPECT_EQ(recorded.exit_code, 0) << recorded.errors;
    EXPECT_THAT(support::contents(folder / "r.jsonl"), HasSubstr(R"("topic":"acme/data")"));
    const auto replayed = run_to_end({program(), "replay", "-c", config, (folder / "r.jsonl").string()}, 30s);
    EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
    EXPECT_THAT(replayed.output, HasSubstr("351#"));
}

TEST(Mqtt, ScanNamesTheMappingWithItsPrefixFilledIn) {
    const Broker broker;
    const std::string url = "mqtt://127.0.0.1:" + std::to_string(broker.port());
    const support::Process simulated{{program(), "simulate", "esphome/jk-bms", "--broker", url, "--set",
                                      "prefix=shed/jk", "--set", "interval=1 s"},
                                     "/dev/null",
                                     "/dev/null"};
    const auto scanned = run_to_end({program(), "scan", "--mqtt", url, "--for", "6"}, 40s);
    // How well it fits also depends on what only the owner knows, such as the number of sensors.
    EXPECT_THAT(scanned.output, testing::ContainsRegex("esphome/jk-bms +fits.*prefix = \"shed/jk\""))
        << scanned.errors;
}

/// What the broker has kept counts for nothing but `once` points, so a simulated battery tells all others
/// again: bmspace's switches, without which nothing runs.
TEST(Mqtt, ASimulatedBatteryTellsItsSlowPointsAgain) {
    const Broker broker;
    const support::Process simulated{{program(), "simulate", "bmspace/pace", "--broker",
                                      "mqtt://127.0.0.1:" + std::to_string(broker.port()), "--set",
                                      "interval=1 s"},
                                     "/dev/null",
                                     "/dev/null"};
    const support::TemporaryFolder folder;
    const std::string config =
        folder.file("c.toml", configuration(broker.port(), "bmspace/pace", "log:-") +
                                  "[battery.settings]\ninterval = \"1 s\"\ncells = 4\n");
    const auto probed = run_to_end({program(), "probe", "-c", config}, 30s);
    EXPECT_THAT(probed.output, testing::ContainsRegex("charge_allowed +yes")) << probed.errors;
}

} // namespace
} // namespace retrocan::e2e
