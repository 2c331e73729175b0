// SPDX-License-Identifier: Apache-2.0
// Every mapping that ships, served by the simulator and read by the adapter as a daemon reads it: over TCP
// and over a pseudo terminal. What a stranger's master reads is tested in tests/e2e.
#include "mapping/decoder.h"
#include "simulator/served_rig.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string_view>

#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;

bool has(const std::filesystem::path& file, const char* what) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str().find(what) != std::string::npos;
}

/// The simulator speaks the standard only: no ranges of JBD, no lengths in words.
bool is_dialect(const std::filesystem::path& file) {
    return has(file, "procedure = \"range\"") || has(file, "answer_length");
}

/// Nor triggered frames and FIFOs, which nobody allowed here: what comes of them is absent.
bool has_payload(const std::filesystem::path& file) {
    return has(file, "procedure = ");
}

/// What publishes on MQTT is no server.
bool is_modbus(const std::filesystem::path& file) {
    // Not by loading it: this is asked of every file whenever the program starts, for one test too.
    constexpr std::string_view key = "based_on";
    std::ifstream lines{file};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("[modbus]"))
            return true;
        if (line.starts_with(key)) {
            const std::size_t quote = line.find('"');
            return is_modbus(file.parent_path() / line.substr(quote + 1, line.rfind('"') - quote - 1));
        }
    }
    return false;
}

std::vector<std::filesystem::path> mapping_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{RETROCAN_SOURCE_DIR "/mappings"})
        if (entry.path().extension() == ".toml" && is_modbus(entry.path()) && !is_dialect(entry.path()))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// What arrives, through the mapping.
class Reading {
public:
    explicit Reading(const mapping::Bound& bound) : decoder_{bound} {}

    void take(const adapter::Event& event) {
        const std::lock_guard lock{mutex_};
        if (const auto* answer = std::get_if<adapter::Answer>(&event.content)) {
            const Update& update = decoder_.take(*answer);
            good_ = good_ || (update.round_complete && update.missed.none());
            read_ = update.slow_and_once_read;
        } else {
            news_ += std::get<adapter::LinkNews>(event.content).text + "\n";
        }
        arrived_.notify_all();
    }
    /// All that must be read has been read once, and all that `shown` has is there (optional points come when
    /// there is time); false if that is not so after `limit`.
    bool whole(const BatteryState& shown, bool some_may_miss, Duration limit) {
        std::unique_lock lock{mutex_};
        return arrived_.wait_for(lock, limit, [&] {
            bool all = good_ && read_;
            BatteryState state = decoder_.update().state;
            each_signal(state, shown, [&](std::size_t, const auto& a, const auto& b) {
                all = all && (a.has_value() == b.has_value() || (some_may_miss && !a));
            });
            return all;
        });
    }
    [[nodiscard]] Update update() {
        const std::lock_guard lock{mutex_};
        return decoder_.update();
    }
    [[nodiscard]] std::string news() {
        const std::lock_guard lock{mutex_};
        return news_;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    mapping::Decoder decoder_;
    bool good_{};
    bool read_{};
    std::string news_;
};

class Served : public testing::TestWithParam<std::filesystem::path> {
protected:
    static void read_from(const ServerOptions& options) {
        test::ServedRig rig{GetParam(), options};
        Reading reading{*rig.bound};
        const std::vector<const adapter::Source*> sources{rig.source.get()};
        const auto reader =
            rig.adapter->start(sources, [&](adapter::Event event) { reading.take(event); }, {});
        const MappingBase& base = rig.battery->base();
        const BatteryState shown = mapping::update_of(*base.bound, base.raws).state;
        const bool some_may_miss = has_payload(GetParam());
        EXPECT_TRUE(reading.whole(shown, some_may_miss, 15s)) << rig.source->plan() << "\n" << reading.news();
        BatteryState read = reading.update().state;
        EXPECT_NE(reading.update().identity, Identity::differs) << reading.update().identity_fault;
        each_signal(read, shown, [&](std::size_t index, const auto& a, const auto& b) {
            EXPECT_TRUE(a.has_value() == b.has_value() || (some_may_miss && !a)) << signal_name(index);
            if (a && b) {
                EXPECT_EQ(a->value, b->value) << signal_name(index);
            }
        });
    }
};

TEST_P(Served, OverTcp) {
    read_from(test::over_tcp());
}

TEST_P(Served, OverAPseudoTerminal) {
    read_from(test::over_pty());
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0)
            c = '_';
    return name;
}
INSTANTIATE_TEST_SUITE_P(Library, Served, testing::ValuesIn(mapping_files()), name_of);

} // namespace
} // namespace retrocan::simulator
