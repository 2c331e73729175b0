// SPDX-License-Identifier: Apache-2.0
// Acceptance: the daemon on one card, a GX played by `retrocan gx` on the other. Runs inside the VM only.
#include "e2e/rig.h"

#include <csignal>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;

class Gx : public ::testing::Test {
protected:
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    void SetUp() override { setenv("RETROCAN_TEST_BUS", "can0:can1", 1); }

    [[nodiscard]] std::string output() const { return support::contents(folder_ / "out"); }
    [[nodiscard]] std::string errors() const { return support::contents(folder_ / "err"); }
    std::unique_ptr<support::Process> gx(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {support::program(), "gx"});
        return std::make_unique<support::Process>(arguments, folder_ / "out", folder_ / "err");
    }

private:
    support::TemporaryFolder folder_;
};

TEST_F(Gx, TheDaemonBreaksNoCoreRule) {
    // Patient: what is judged here is what is on the wire, not how fast a busy machine answers.
    Rig rig{{.stale_after = "8 s"}};
    const auto process = gx({"can1", "--json", "--for", "15"});
    const auto exit_code = process->wait(60s);
    const auto all = nlohmann::json::parse(output(), nullptr, false);
    ASSERT_FALSE(all.is_discarded()) << errors() << rig.log();
    std::printf("%s\n", all["summary"].dump().c_str());
    for (const auto& rule : all["rules"])
        if (rule["verdict"] == "broken")
            std::printf("broken: %s\n", rule.dump().c_str());
    EXPECT_EQ(exit_code, 0) << errors() << rig.log();
    EXPECT_EQ(all["battery"], "present");
    EXPECT_EQ(all["recognised"], true);
    EXPECT_EQ(all["times_lost"], 0);
    std::size_t kept = 0;
    for (const auto& rule : all["rules"]) {
        if (rule["kind"] != "core")
            continue;
        EXPECT_NE(rule["verdict"], "broken") << rule;
        EXPECT_NE(rule["verdict"], "not seen") << rule;
        kept += rule["verdict"] == "kept" ? 1U : 0U;
    }
    EXPECT_GE(kept, 14U);
    // What the GX says is on the wire: both, each second.
    const auto frames = rig.bus->frames();
    EXPECT_GE(support::only(frames, 0x305).size(), 12U);
    EXPECT_GE(support::only(frames, 0x307).size(), 12U);
    EXPECT_EQ(to_text(support::only(frames, 0x305).front().frame), "305#0000000000000000");
    EXPECT_EQ(to_text(support::only(frames, 0x307).front().frame), "307#1234567856494300");
}

TEST_F(Gx, LosesADaemonThatWasKilledAfterThreeSeconds) {
    Rig rig;
    const auto process = gx({"can1"});
    ASSERT_TRUE(
        support::eventually([&] { return output().find("a battery is there") != std::string::npos; }, 20s))
        << errors() << rig.log();
    std::this_thread::sleep_for(3s);
    rig.daemon->signal(SIGKILL);
    ASSERT_TRUE(support::eventually([&] { return output().find("BATTERY LOST") != std::string::npos; }, 10s));
    const TimePoint told = BootClock::now();
    const auto limits = support::only(rig.bus->frames(), 0x351);
    ASSERT_FALSE(limits.empty());
    const auto after = told - limits.back().at;
    std::printf("lost was said %lld ms after the last 0x351\n", static_cast<long long>(after / 1ms));
    EXPECT_GE(after, 3s - 20ms);
    EXPECT_LE(after, 3s + 500ms) << "with a look at the time each 100 ms, on a slow machine";
    process->signal(SIGINT);
    EXPECT_EQ(process->wait(10s), 1) << "0x351 each 3 s is a core rule";
    EXPECT_NE(output().find("  limits-each-3s "), std::string::npos);
    EXPECT_NE(output().find("BROKEN: 1 core rule broken"), std::string::npos) << output();
}

TEST_F(Gx, TellsOfAnotherGx) {
    const auto other = gx({"can0", "--for", "8"});
    const support::TemporaryFolder folder;
    support::Process process{
        {support::program(), "gx", "can1", "--for", "4"}, folder / "out", folder / "err"};
    EXPECT_EQ(process.wait(20s), 1) << "no battery";
    const std::string text = support::contents(folder / "out");
    EXPECT_NE(text.find("0x305 from somebody else"), std::string::npos) << text;
    EXPECT_NE(text.find("No battery was seen"), std::string::npos) << text;
}

} // namespace
} // namespace retrocan::e2e
