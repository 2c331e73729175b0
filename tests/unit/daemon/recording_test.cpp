// SPDX-License-Identifier: Apache-2.0
#include "daemon/recording.h"
#include "support/process.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<LineFile> opened(const fs::path& file) {
    auto result = LineFile::open(file);
    if (!result)
        throw std::runtime_error{result.error()};
    return std::move(result).value();
}

TEST(LineFile, WritesInOrderAndAllBeforeItEnds) {
    const support::TemporaryFolder folder;
    std::string expected;
    {
        const auto file = opened(folder / "a");
        for (int i = 0; i < 1000; ++i) {
            file->put(std::to_string(i) + "\n");
            expected += std::to_string(i) + "\n";
        }
    }
    EXPECT_EQ(support::contents(folder / "a"), expected);
}

TEST(LineFile, KeepsWhatIsThereAtTheStart) {
    const support::TemporaryFolder folder;
    static_cast<void>(folder.file("a", "of yesterday\n"));
    opened(folder / "a")->put("of today\n");
    EXPECT_EQ(support::contents(folder / "a"), "of today\n");
    EXPECT_EQ(support::contents(folder / "a.1"), "of yesterday\n");
}

TEST(LineFile, BeginsAnewWhereItWasAsked) {
    const support::TemporaryFolder folder;
    {
        const auto file = opened(folder / "a");
        file->put("1\n");
        file->begin_anew();
        file->put("2\n");
        file->begin_anew();
        file->put("3\n");
    }
    EXPECT_EQ(support::contents(folder / "a.1"), "2\n");
    EXPECT_EQ(support::contents(folder / "a"), "3\n");
}

TEST(LineFile, SaysWhyItCannotBeWritten) {
    const support::TemporaryFolder folder;
    const auto file = LineFile::open(folder / "no such folder" / "a");
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().find("no such folder/a: cannot be written: No such file"), std::string::npos)
        << file.error();
}

TEST(LineFile, AFullDiskHoldsNobodyUp) {
    const auto file = opened("/dev/full");
    for (int i = 0; i < 1000; ++i)
        file->put("x\n");
}

TEST(Recording, NeverTakesMoreThanItMayAndEachFileHasItsHead) {
    const support::TemporaryFolder folder;
    std::size_t heads = 0;
    const std::string line(999, 'x');
    {
        Recording recording{opened(folder / "a"), least_recording, [&](bool continues) {
                                EXPECT_EQ(continues, heads != 0);
                                return "head " + std::to_string(heads++) + "\n";
                            }};
        for (int i = 0; i < 5000; ++i)
            recording.put(line + "\n");
    }
    EXPECT_GE(heads, 4U);
    EXPECT_LE(fs::file_size(folder / "a") + fs::file_size(folder / "a.1"), least_recording);
    EXPECT_GE(fs::file_size(folder / "a.1"), least_recording / 2 - 100'000);
    EXPECT_TRUE(support::contents(folder / "a").starts_with("head " + std::to_string(heads - 1) + "\n"));
    EXPECT_TRUE(support::contents(folder / "a.1").starts_with("head " + std::to_string(heads - 2) + "\n"));
    EXPECT_FALSE(fs::exists(folder / "a.2"));
}

TEST(Recording, SizesAsPeopleWriteThem) {
    EXPECT_EQ(recording_size("50 MB"), 50'000'000U);
    EXPECT_EQ(recording_size("50MB"), 50'000'000U);
    EXPECT_EQ(recording_size("2000 kB"), 2'000'000U);
    EXPECT_EQ(recording_size("3 GB"), 3'000'000'000U);
    for (const char* wrong : {"", "50", "50 MiB", "1 MB", "-50 MB", "50 MB ", "MB", "1.5 GB", "99999999 GB"})
        EXPECT_EQ(recording_size(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace retrocan::daemon
