// SPDX-License-Identifier: Apache-2.0
#include "adapter/loader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::adapter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::filesystem::path plugins{PLUGIN_FOLDER};

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "retrocan-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path path;
};

TEST(Loader, RunsAPlugin) {
    const Loader loader{{plugins}};
    auto adapter = loader.load("good");
    ASSERT_TRUE(adapter) << adapter.error();

    SourceSpec spec;
    spec.points.push_back({.name = "x",
                           .address = {"points.x", {}, {{"value", std::int64_t{7}, {}}}},
                           .block = {},
                           .first_slot = 3,
                           .period = {}});
    Faults faults;
    const auto source = (*adapter)->source(spec, faults);
    EXPECT_TRUE(faults.empty());
    const Source* sources[] = {source.get()};
    std::vector<Event> events;
    const auto reader =
        (*adapter)->start(sources, [&](Event event) { events.push_back(std::move(event)); }, {});
    ASSERT_EQ(events.size(), 1u);
    const auto& answer = std::get<Answer>(events[0].content);
    ASSERT_EQ(answer.readings.size(), 1u);
    EXPECT_EQ(answer.readings[0].slot, 3u);
    EXPECT_EQ(std::get<RawValue>(answer.readings[0].content), RawValue{std::int64_t{7}});
}

TEST(Loader, TakesTheFirstFolderThatHasIt) {
    const TemporaryFolder folder;
    std::filesystem::copy(plugins / "retrocan-none.so", folder.path / "retrocan-good.so");
    EXPECT_FALSE((Loader{{folder.path, plugins}}.load("good")));
    EXPECT_TRUE((Loader{{plugins, folder.path}}.load("good")));
}

TEST(Loader, KnowsWhatThereIs) {
    EXPECT_THAT((Loader{{plugins, "/does/not/exist"}}.available()), ElementsAre("good", "none", "old"));
}

TEST(Loader, SaysWhatIsMissingAndWhereItLooked) {
    const auto adapter = Loader{{plugins, "/does/not/exist"}}.load("goud");
    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error(), HasSubstr("there is no adapter \"goud\" (did you mean \"good\"?)"));
    EXPECT_THAT(adapter.error(), HasSubstr("adapters found: good, none, old"));
    EXPECT_THAT(adapter.error(), HasSubstr("retrocan-goud.so in " + plugins.string() + ", /does/not/exist"));
}

TEST(Loader, SaysThatThereIsNoneAtAll) {
    const auto adapter = Loader{{"/does/not/exist"}}.load("modbus");
    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error(), HasSubstr("found no adapter at all"));
}

TEST(Loader, NamesDoNotLeadOutOfTheFolders) {
    EXPECT_FALSE((Loader{{plugins / "below"}}.load("x/../../retrocan-good")));
}

TEST(Loader, RefusesAnotherContract) {
    const auto adapter = Loader{{plugins}}.load("old");
    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error(), HasSubstr("was built for adapter contract 1000, this program has " +
                                           std::to_string(contract_version) + ": rebuild"));
}

TEST(Loader, RefusesALibraryThatIsNoPlugin) {
    const auto adapter = Loader{{plugins}}.load("none");
    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error(), HasSubstr("is not a retrocan adapter"));
}

TEST(Loader, ShowsWhatTheSystemSays) {
    const TemporaryFolder folder;
    std::ofstream{folder.path / "retrocan-broken.so"} << "this is no library";
    const auto adapter = Loader{{folder.path}}.load("broken");
    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error(), HasSubstr("cannot load the adapter: "));
    EXPECT_THAT(adapter.error(), HasSubstr("retrocan-broken.so"));
}

} // namespace
} // namespace retrocan::adapter
