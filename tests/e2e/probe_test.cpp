// SPDX-License-Identifier: Apache-2.0
// `retrocan probe` as a user runs it, against `retrocan simulate`.
#include "e2e/rig.h"
#include "support/simulated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::e2e {
namespace {

using support::Finished;
using support::program;
using support::run_to_end;
using support::Simulated;
using support::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

TEST(Probe, ShowsAllOfABatteryThatIsWell) {
    const Simulated battery{{"seplos/v3", "--frozen", "--unit", "1"}};
    const TemporaryFolder folder;
    const std::string file = folder.file("a.toml", configuration(battery.port(), "log:/dev/null", {}));
    const Finished done = run_to_end({program(), "probe", "-c", file});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    EXPECT_THAT(done.output, HasSubstr("voltage"));
    EXPECT_THAT(done.output, HasSubstr("input 4096..")) << "the plan and the places";
    EXPECT_THAT(done.output, HasSubstr("a round without pause"));
    EXPECT_THAT(done.output, Not(HasSubstr("not measured")));
    EXPECT_THAT(done.output, Not(HasSubstr("it would not run")));

    const Finished json = run_to_end({program(), "probe", "-c", file, "--json", "--battery", "shed"});
    EXPECT_EQ(json.exit_code, 0) << json.errors;
    const auto object = nlohmann::json::parse(json.output);
    EXPECT_EQ(object.at("battery"), "shed");
    EXPECT_TRUE(object.at("signals").contains("soc"));
    EXPECT_GT(object.at("round_us").get<std::int64_t>(), 0);
    EXPECT_TRUE(object.at("required_absent").empty());
}

TEST(Probe, SaysWhatIsAbsentAndWhy) {
    // Each read that touches 0x1000, the voltage, is refused.
    Simulated battery{{"seplos/v3", "--frozen", "--unit", "1", "--fault", "exception:2 at 0x1000"}};
    const TemporaryFolder folder;
    const std::string file = folder.file("a.toml", configuration(battery.port(), "log:/dev/null", {}));
    const Finished done = run_to_end({program(), "probe", "-c", file});
    EXPECT_EQ(done.exit_code, 1) << done.output << done.errors;
    EXPECT_THAT(done.output, HasSubstr("refused"));
    EXPECT_THAT(done.output, HasSubstr("required, but absent"));
    EXPECT_THAT(done.output, HasSubstr("voltage: voltage has no value (refused)"));
}

TEST(Probe, SaysThatNobodyIsThere) {
    const TemporaryFolder folder;
    const std::string file = folder.file("a.toml", configuration(1, "log:/dev/null", {}));
    const Finished refused = run_to_end({program(), "probe", "-c", file});
    EXPECT_EQ(refused.exit_code, 3) << refused.output;
    EXPECT_THAT(refused.errors, HasSubstr("127.0.0.1:1"));
    EXPECT_THAT(refused.errors, HasSubstr("refused"));

    const Simulated battery{{"seplos/v3", "--frozen", "--unit", "1", "--fault", "silent"}};
    const std::string dumb = folder.file("b.toml", configuration(battery.port(), "log:/dev/null", {}));
    EXPECT_EQ(run_to_end({program(), "probe", "-c", dumb}).exit_code, 3);

    const Finished other = run_to_end({program(), "probe", "-c", file, "--battery", "attic"});
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.errors, HasSubstr("no battery \"attic\""));
    EXPECT_THAT(other.errors, HasSubstr("there are: shed"));
}

} // namespace
} // namespace retrocan::e2e
