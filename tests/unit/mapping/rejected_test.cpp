// SPDX-License-Identifier: Apache-2.0
// rejected/NAME.toml is a mapping with mistakes, and rejected/NAME.expected what a person is told about it,
// to the letter. A test that fails writes what it got to NAME.expected.new beside its working folder.
#include "mapping/mapping.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace retrocan::mapping {
namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

class Rejected : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Rejected, WithTheseMessages) {
    const std::filesystem::path& file = GetParam();
    Faults faults;
    const auto mapping = parse(content_of(file), file.filename().string(), faults);
    EXPECT_EQ(mapping, nullptr);
    std::string told;
    for (const Fault& fault : faults)
        told += to_text(fault) + "\n";
    const auto expected = std::filesystem::path{file}.replace_extension(".expected");
    const std::string wanted = content_of(expected);
    EXPECT_EQ(told, wanted);
    if (told != wanted)
        std::ofstream{expected.filename().string() + ".new"} << told;
}

std::vector<std::filesystem::path> rejected_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator{RETROCAN_SOURCE_DIR "/tests/unit/mapping/rejected"})
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

INSTANTIATE_TEST_SUITE_P(Files, Rejected, testing::ValuesIn(rejected_files()),
                         [](const auto& file) { return file.param.stem().string(); });

TEST(Load, SurvivesAMappingWithAnyOneCharacterWrong) {
    const std::string text = content_of(RETROCAN_SOURCE_DIR "/mappings/jk/pb.toml");
    constexpr std::string_view wrong = "{}[]\"'=.,0-n\n\0 ";
    constexpr std::size_t step = 97; // a prime: all kinds of places, in little time
    for (std::size_t at = 0; at < text.size(); at += step) {
        std::string broken = text;
        broken[at] = wrong[at / step % wrong.size()];
        Faults faults;
        const auto mapping = parse(broken, "broken.toml", faults);
        EXPECT_EQ(mapping == nullptr, !faults.empty()) << "at " << at;
    }
}

TEST(Load, TellsThatAFileCannotBeRead) {
    Faults faults;
    EXPECT_EQ(load("/nowhere/battery.toml", faults), nullptr);
    EXPECT_EQ(load("/", faults), nullptr);
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(to_text(faults[0]), "/nowhere/battery.toml: cannot be read");
    EXPECT_EQ(to_text(faults[1]), "/: cannot be read");
}

} // namespace
} // namespace retrocan::mapping
