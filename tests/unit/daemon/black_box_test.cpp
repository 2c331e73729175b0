// SPDX-License-Identifier: Apache-2.0
#include "daemon/black_box.h"
#include "daemon/capture_writer.h"
#include "daemon/snapshot.h"
#include "support/process.h"
#include "unit/daemon/battery_of_captures.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{folder})
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> lines;
    std::istringstream text{support::contents(file)};
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

std::string numbered(TimePoint now) {
    return "head " + std::to_string(now.time_since_epoch().count() / 1'000'000) + "\n";
}

TEST(BlackBox, AFileHasTheLastMinutesAndBeginsWithAHead) {
    const support::TemporaryFolder folder;
    {
        BlackBox box{{.folder = folder / ""}, numbered, TimePoint{0s}};
        for (int second = 0; second < 3000; ++second)
            box.put(std::to_string(second) + "\n", TimePoint{std::chrono::seconds{second}});
        box.keep(TimePoint{3000s});
    }
    const auto files = files_in(folder / "");
    ASSERT_EQ(files.size(), 1U);
    const auto lines = lines_of(files[0]);
    EXPECT_EQ(lines.front().substr(0, 5), "head ");
    const int first = std::stoi(lines.front().substr(5));
    EXPECT_LE(first, 2400);
    EXPECT_GE(first, 2300);
    ASSERT_EQ(lines.size(), 1U + static_cast<std::size_t>(2999 - first)) << "no other head, every line";
    EXPECT_EQ(lines[1], std::to_string(first + 1)) << "its own line was taken before the head was made";
    EXPECT_EQ(lines.back(), "2999");
}

TEST(BlackBox, TheNextFileHasWhatCameSince) {
    const support::TemporaryFolder folder;
    {
        BlackBox box{{.folder = folder / ""}, numbered, TimePoint{0s}};
        box.put("a\n", TimePoint{1s});
        box.keep(TimePoint{2s});
        box.put("b\n", TimePoint{3s});
        box.keep(TimePoint{4s});
    }
    const auto files = files_in(folder / "");
    ASSERT_EQ(files.size(), 2U) << "though within one second of the day";
    EXPECT_EQ(support::contents(files[0]) + support::contents(files[1]), "head 0\na\nhead 2\nb\n");
}

TEST(BlackBox, TakesNoMoreMemoryThanItMay) {
    const support::TemporaryFolder folder;
    BlackBox box{{.folder = folder / "", .most_in_memory = 100'000}, numbered, TimePoint{0s}};
    const std::string line = std::string(500, 'x') + "\n";
    for (int second = 0; second < 1000; ++second) {
        box.put(line, TimePoint{std::chrono::seconds{second}});
        EXPECT_LE(box.bytes(), 100'000U);
    }
    EXPECT_GE(box.bytes(), 80'000U);
}

TEST(BlackBox, TakesNoMoreDiskThanItMayAndFinishesWhatACutLeft) {
    const support::TemporaryFolder folder;
    static_cast<void>(folder.file("blackbox-20000101T000000Z.jsonl", std::string(40'000, 'o')));
    static_cast<void>(folder.file("blackbox-20000102T000000Z.jsonl", std::string(40'000, 'p')));
    static_cast<void>(folder.file("blackbox-20000103T000000Z.jsonl.part", "half"));
    static_cast<void>(folder.file("of somebody else", std::string(90'000, 'q')));
    {
        BlackBox box{{.folder = folder / "", .most_on_disk = 60'000}, numbered, TimePoint{0s}};
        box.put(std::string(10'000, 'x') + "\n", TimePoint{1s});
        box.keep(TimePoint{2s});
    }
    const auto files = files_in(folder / "");
    ASSERT_EQ(files.size(), 3U);
    EXPECT_EQ(files[0].filename(), "blackbox-20000102T000000Z.jsonl");
    EXPECT_EQ(files[2].filename(), "of somebody else");
}

TEST(BlackBox, SaysWhyAFolderCannotBeUsed) {
    const support::TemporaryFolder folder;
    EXPECT_FALSE(BlackBox::fault(folder / "new/one"));
    EXPECT_TRUE(fs::is_directory(folder / "new/one"));
    static_cast<void>(folder.file("file", ""));
    EXPECT_TRUE(BlackBox::fault(folder / "file/one"));
    EXPECT_FALSE(BlackBox::fault("/dev/null/x") == std::nullopt);
}

// The whole of it: an hour of a battery, a failure, and the file replays the last minutes as they were.
TEST(BlackBox, Invariant8_AFileThatBeginsInTheMiddleReplaysBitByBit) {
    const support::TemporaryFolder folder;
    const BatteryOfCaptures battery;
    std::vector<std::pair<TimePoint, std::string>> sent;
    Replay live{battery.assembly(),
                {},
                [&](TimePoint at, const CanFrame& frame) {
                    sent.emplace_back(at, to_text(LoggedFrame{at.time_since_epoch(), "can0", frame}));
                },
                [](const std::string&) {}};
    CaptureWriter writer{{"shed"}};
    ASSERT_FALSE(live.take(R"({"t":100,"capture":1})"));
    std::optional<BlackBox> box;
    box.emplace(
        BlackBox::Settings{.folder = folder / ""},
        [&](TimePoint now) {
            CaptureHead head;
            head.bus = true;
            head.snapshot = snapshot(*live.bridge());
            return writer.head(head, now);
        },
        TimePoint{100s});
    TimePoint now{100s};
    for (int i = 0; i < 3000; ++i) {
        now += 1s + std::chrono::microseconds{i * 7919 % 1000};
        const std::string line =
            battery.answer(now.time_since_epoch().count(), {5200 + i * 31 % 100, 100 + i % 7, 80 - i / 600,
                                                            215, 30 + i * 17 % 60, i % 50 == 0 ? 1 : 0});
        ASSERT_FALSE(live.take(line));
        live.catch_up();
        box->put(line + "\n", now);
    }
    const std::string end =
        "{\"t\":" + BatteryOfCaptures::seconds((now + 8s).time_since_epoch().count()) + "}";
    ASSERT_FALSE(live.take(end));
    live.catch_up();
    ASSERT_EQ(live.bridge()->pack().state(), policy::PackState::stale);
    box->put(end + "\n", now + 8s);
    box->keep(now + 8s);
    box.reset();

    const auto files = files_in(folder / "");
    ASSERT_EQ(files.size(), 1U);
    const auto lines = lines_of(files[0]);
    const auto first = parse_capture_line(lines.front());
    ASSERT_TRUE(first);
    EXPECT_LE(first->at, now + 8s - 10min);
    EXPECT_GE(first->at, now + 8s - 12min);
    const Replayed replayed = battery.replay(lines, true);
    ASSERT_EQ(replayed.fault, "");
    std::vector<std::string> expected;
    for (const auto& [at, frame] : sent)
        if (at > first->at)
            expected.push_back(frame);
    EXPECT_GT(expected.size(), 3000U);
    EXPECT_EQ(replayed.frames, expected);
    std::printf("a file of %zu bytes, its snapshot of %zu\n", fs::file_size(files[0]), lines.front().size());
}

} // namespace
} // namespace retrocan::daemon
