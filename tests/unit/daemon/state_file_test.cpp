// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_file.h"
#include "support/process.h"

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace retrocan::daemon {
namespace {

namespace fs = std::filesystem;
using namespace literals;
using namespace std::chrono_literals;

KeptState state_with(Energy in) {
    return {
        {"shed", {policy::ChargeMemory{policy::Phase::floating, 90s}, policy::EnergyMemory{in, 5_Wh, 6, 7}}}};
}

TEST(StateFile, AMissingFileIsAFirstStart) {
    const support::TemporaryFolder folder;
    for (const fs::path& file : {folder / "state.json", folder / "none/state.json"}) {
        const LoadedState loaded = load_state(file);
        EXPECT_EQ(loaded.state, KeptState{});
        EXPECT_EQ(loaded.complaint, "");
    }
}

TEST(StateFile, WhatWasSavedIsLoaded) {
    const support::TemporaryFolder folder;
    const fs::path file = folder / "new/folder/state.json";
    for (const Energy in : {1_Wh, 2_Wh}) {
        EXPECT_EQ(save_state(file, to_text(state_with(in))), std::nullopt);
        const LoadedState loaded = load_state(file);
        EXPECT_EQ(loaded.complaint, "");
        EXPECT_EQ(loaded.state, state_with(in));
    }
    EXPECT_FALSE(fs::exists(file.string() + ".part"));
}

TEST(StateFile, IsReplacedNotOverwritten) {
    const support::TemporaryFolder folder;
    const fs::path file = folder.file("state.json", "old");
    static_cast<void>(
        folder.file("state.json.part", "what a cut of power left, and longer than the new one"));
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(save_state(file, "new"), std::nullopt);
    EXPECT_EQ(support::contents(file), "new");
    char old[8]{};
    EXPECT_EQ(::read(fd, old, sizeof old), 3);
    EXPECT_STREQ(old, "old") << "whoever has the old one has all of it";
    ::close(fd);
}

TEST(StateFile, AFileThatCannotBeUsedIsKeptAside) {
    struct Case {
        std::string text;
        std::string fault;
    };
    const Case cases[] = {
        {"", "no JSON"},
        {std::string(50'000, '\0'), "no JSON"},
        {R"({"version":7})", "version: is 7, this program reads 1: a newer one wrote it"},
        {R"({"version":1,"batteries":{"a":{"charge":{}}}})", "batteries.\"a\".charge.phase: missing"},
        {std::string((1 << 20) + 1, ' '), "is too long for a state"},
    };
    for (const auto& [text, fault] : cases) {
        const support::TemporaryFolder folder;
        const std::string file = folder.file("state.json", text);
        const LoadedState loaded = load_state(file);
        EXPECT_EQ(loaded.state, KeptState{});
        EXPECT_EQ(loaded.complaint, file + ": " + fault +
                                        "; what was kept starts anew, and the file is kept as " + file +
                                        ".broken");
        EXPECT_FALSE(fs::exists(file));
        EXPECT_EQ(support::contents(file + ".broken"), text);
        EXPECT_EQ(load_state(file).complaint, "") << "said once";
    }
}

TEST(StateFile, WhatIsNoFileIsLeftAlone) {
    const support::TemporaryFolder folder;
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    for (const fs::path& file : {pipe, folder / "", fs::path{"/dev/zero"}}) {
        const LoadedState loaded = load_state(file);
        EXPECT_EQ(loaded.state, KeptState{});
        EXPECT_EQ(loaded.complaint, file.string() + ": is no regular file; what was kept starts anew");
        EXPECT_TRUE(fs::exists(file));
    }
}

TEST(StateFile, SaysWhyItCannotBeSaved) {
    const support::TemporaryFolder folder;
    static_cast<void>(folder.file("file", ""));
    const std::string file = folder / "file/state.json";
    EXPECT_EQ(save_state(file, "text"), file + ": Not a directory");
    fs::create_directories(folder / "folder/in use");
    const std::string taken = folder / "folder";
    EXPECT_EQ(save_state(taken, "text"), taken + ": Is a directory");
    EXPECT_FALSE(fs::exists(taken + ".part"));
}

TEST(StateFile, TheNewestStateIsThereAtTheEnd) {
    const support::TemporaryFolder folder;
    const fs::path file = folder / "state.json";
    {
        StateFile writer{file};
        for (int i = 0; i <= 50; ++i)
            writer.put(to_text(state_with({i})));
    }
    EXPECT_EQ(load_state(file).state, state_with(50_Wh));
}

TEST(StateFile, IsWrittenWhileItRuns) {
    const support::TemporaryFolder folder;
    const fs::path file = folder / "state.json";
    StateFile writer{file};
    writer.put("text");
    EXPECT_TRUE(support::eventually([&] { return support::contents(file) == "text"; }, 5s));
}

TEST(StateFile, WhatFailedIsTriedAgainAtTheEnd) {
    const support::TemporaryFolder folder;
    const fs::path file = folder / "folder/state.json";
    {
        const std::string in_the_way = folder.file("folder", "");
        StateFile writer{file};
        writer.put("text");
        std::this_thread::sleep_for(100ms); // most likely it has failed by then; the end is the same
        fs::remove(in_the_way);
    }
    EXPECT_EQ(support::contents(file), "text");
}

} // namespace
} // namespace retrocan::daemon
