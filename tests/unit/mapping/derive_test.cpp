// SPDX-License-Identifier: Apache-2.0
// Mappings that are based on another one.
#include "fixture.h"

#include <filesystem>
#include <fstream>

namespace retrocan::mapping {
namespace {

class Derived : public testing::Test {
protected:
    Derived() {
        std::filesystem::create_directories(folder);
        write("base.toml",
              mapping_text("limit = { at = 3, unit = 'A' }\nbits_ = { at = 4 }",
                           "ccl = 'limit'\n[alarms]\ninternal = 'bits_.0'\n"
                           "[[test]]\nname = 'x'\nsource = 'x'\ncapture = ['{}']\nsignals = {}"));
    }
    ~Derived() override { std::filesystem::remove_all(folder); }
    Derived(const Derived&) = delete;
    Derived& operator=(const Derived&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream{folder / name} << text;
    }
    std::shared_ptr<const Mapping> loaded(const std::string& name) {
        auto mapping = load(folder / name, faults);
        return mapping;
    }
    [[nodiscard]] std::string told() const {
        std::string text;
        for (const Fault& fault : faults)
            text += to_text(fault).substr(folder.string().size() + 1) + "\n";
        return text;
    }

    std::filesystem::path folder = std::filesystem::path{testing::TempDir()} / "retrocan_derived";
    Faults faults;
};

const char* const head = "based_on = 'base.toml'\nmodel = 'LFP-24'\ntitle = 'Acme LFP-24'\n";

TEST_F(Derived, TakesEverythingButTheTests) {
    write("own.toml", head);
    const auto mapping = loaded("own.toml");
    ASSERT_TRUE(mapping) << told();
    EXPECT_EQ(mapping->vendor(), "Acme");
    EXPECT_EQ(mapping->model(), "LFP-24");
    EXPECT_TRUE(mapping->tests().empty());
    EXPECT_EQ(mapping->file(), (folder / "own.toml").string());
}

TEST_F(Derived, ReplacesLinesAndLeavesSomeOut) {
    write("own.toml", std::string{"leave_out = ['alarms.internal', 'points.bits_']\n"} + head +
                          "[points]\nlimit = { at = 9, unit = '0.1 A' }\n[signals]\ndcl = '7 A'");
    const auto mapping = loaded("own.toml");
    ASSERT_TRUE(mapping) << told();
    const auto bound =
        mapping::bind(mapping, {"shed", {"battery.settings", {}, {}}, {}, 1s, live_limit}, faults);
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->source().points.size(), 4U);
    Decoder decoder{*bound};
    EXPECT_EQ(decoder.take({t0, {{3, raw(400)}}}).state.ccl->value, 40_A);
    EXPECT_EQ(decoder.update().state.dcl->value, 7_A);
    EXPECT_FALSE(bound->provided().test(alarm_index(AlarmKind::internal)));
}

TEST_F(Derived, LeavesOutAWholeTable) {
    write("own.toml", std::string{"leave_out = ['alarms', 'points.bits_']\n"} + head);
    const auto mapping = loaded("own.toml");
    ASSERT_TRUE(mapping) << told();
    const auto bound =
        mapping::bind(mapping, {"shed", {"battery.settings", {}, {}}, {}, 1s, live_limit}, faults);
    EXPECT_FALSE(bound->provided().test(alarm_index(AlarmKind::internal)));
}

TEST_F(Derived, TellsFaultsWhereTheyWereWritten) {
    write("own.toml", std::string{head} + "[points]\nlimit = { at = 9, unit = '0.1 X' }");
    EXPECT_FALSE(loaded("own.toml"));
    EXPECT_EQ(told().substr(0, 61), "own.toml:5:26: points.limit.unit: unknown unit \"X\" in \"0.1 X\"");
}

TEST_F(Derived, SaysWhatIsNotThere) {
    write("own.toml", "based_on = 'bass.toml'\n");
    EXPECT_FALSE(loaded("own.toml"));
    EXPECT_NE(told().find("own.toml:1:12: based_on: the file "), std::string::npos) << told();
    faults.clear();
    write("own.toml", std::string{"leave_out = ['points.limits']\n"} + head);
    EXPECT_FALSE(loaded("own.toml"));
    EXPECT_EQ(
        told(),
        "own.toml:1:14: leave_out: the mapping that this one is based on has no line \"points.limits\"\n");
    faults.clear();
    write("own.toml", "based_on = 'own.toml'\n");
    EXPECT_FALSE(loaded("own.toml"));
    EXPECT_NE(told().find("based on more than 4 others in turn"), std::string::npos) << told();
}

} // namespace
} // namespace retrocan::mapping
