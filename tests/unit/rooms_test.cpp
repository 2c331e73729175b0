// SPDX-License-Identifier: Apache-2.0
// Data goes one way, and so do the #include lines: each room knows only what stands here.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> may_know{
    {"core", {}},
    {"adapter", {"core"}},
    {"mapping", {"core", "adapter"}},
    {"policy", {"core"}},
    {"bank", {"core", "policy"}},
    {"victron", {"core"}},
    {"gx", {"core", "victron"}},
    {"can", {"core"}},
    {"drill", {"core", "victron"}},
    {"simulator", {"core", "adapter", "mapping"}},
    {"daemon", {"core", "adapter", "mapping", "policy", "bank", "victron", "can"}},
    {"cli",
     {"core", "adapter", "mapping", "policy", "bank", "victron", "gx", "can", "simulator", "daemon",
      "drill"}},
};

/// The rooms that a file includes.
std::set<std::string> known_to(const fs::path& file) {
    std::set<std::string> rooms;
    std::ifstream stream{file};
    const std::string begin = "#include \"";
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(begin))
            rooms.insert(line.substr(begin.size(), line.find('/') - begin.size()));
    return rooms;
}

TEST(Rooms, KnowOnlyTheirNeighbours) {
    const fs::path source = fs::path{RETROCAN_SOURCE_DIR} / "src";
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator{source}) {
        if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h")
            continue;
        ++files;
        const std::string room = fs::relative(entry.path(), source).begin()->string();
        ASSERT_TRUE(may_know.contains(room))
            << entry.path() << ": a new room has to be added here, with what it may know";
        for (const std::string& other : known_to(entry.path())) {
            EXPECT_TRUE(other == room || may_know.at(room).contains(other))
                << entry.path() << ": " << room << " must not know " << other;
        }
    }
    EXPECT_GT(files, 50U);
}

// Who decides gets its time as an argument; the clock is read where the world is touched.
TEST(Rooms, OnlyTheEdgesReadTheClock) {
    const fs::path source = fs::path{RETROCAN_SOURCE_DIR} / "src";
    for (const char* room : {"mapping", "policy", "bank", "victron", "gx", "drill"})
        for (const auto& entry : fs::recursive_directory_iterator{source / room}) {
            std::ifstream stream{entry.path()};
            const std::string text{std::istreambuf_iterator<char>{stream}, {}};
            for (const char* clock :
                 {"BootClock::now", "steady_clock", "system_clock", "clock_gettime", "time(nullptr)"})
                EXPECT_EQ(text.find(clock), std::string::npos) << entry.path() << " reads " << clock;
        }
}

} // namespace
