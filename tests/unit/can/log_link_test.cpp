// SPDX-License-Identifier: Apache-2.0
#include "can/log_link.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace retrocan::can {
namespace {

class LogLinkTest : public testing::Test {
public:
    LogLinkTest() {
        std::string name = (std::filesystem::temp_directory_path() / "log_link.XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~LogLinkTest() override { std::filesystem::remove_all(folder_); }

protected:
    std::unique_ptr<Link> open(const std::string& path) {
        auto link = make_log_link(io_, path, [this] { return stamp_ += std::chrono::milliseconds{10}; });
        EXPECT_TRUE(link) << link.error();
        (*link)->start([this](const Event& event) { events_.push_back(event); });
        return std::move(link).value();
    }
    void run() {
        io_.restart();
        io_.run();
    }
    [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }

    std::filesystem::path folder_;
    boost::asio::io_context io_;
    std::chrono::microseconds stamp_{1'700'000'000'000'000};
    std::vector<Event> events_;
    const CanFrame frame_ = *parse_frame("351#3802E803E803E001");
};

TEST_F(LogLinkTest, PrintsCandumpLinesAtOnce) {
    const auto link = open(path("log"));
    EXPECT_EQ(link->write(frame_), WriteResult::written);
    EXPECT_EQ(link->write(*parse_frame("305#")), WriteResult::written);
    EXPECT_TRUE(events_.empty()) << "no event from within start() or write()";
    std::stringstream text;
    text << std::ifstream{path("log")}.rdbuf();
    EXPECT_EQ(text.str(), "(1700000000.010000) can0 351#3802E803E803E001\n(1700000000.020000) can0 305#\n");
    run();
    ASSERT_EQ(events_.size(), 3U);
    EXPECT_EQ(events_[0].kind, Event::Kind::up);
    EXPECT_EQ(events_[1].kind, Event::Kind::confirmed);
    EXPECT_EQ(events_[1].frame, frame_);
    EXPECT_EQ(link->counters().confirmed, 2U);
}

TEST_F(LogLinkTest, DropsWhatWouldHaveToWait) {
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    const int reader = ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const auto link = open(path("fifo"));
    unsigned written = 0;
    while (link->write(frame_) == WriteResult::written)
        ASSERT_LT(++written, 10'000U);
    EXPECT_EQ(link->write(frame_), WriteResult::queue_full);
    EXPECT_EQ(link->counters().dropped_queue_full, 2U);
    EXPECT_EQ(link->counters().written, written);

    std::string text(1'000'000, '\0');
    text.resize(static_cast<std::size_t>(::read(reader, text.data(), text.size())));
    EXPECT_EQ(text.back(), '\n');
    EXPECT_EQ(link->write(frame_), WriteResult::written);
    ::close(reader);
}

TEST_F(LogLinkTest, OutlivesItsReaderAndSaysSoOnce) {
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    const int reader = ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const auto link = open(path("fifo"));
    ::close(reader);
    EXPECT_EQ(link->write(frame_), WriteResult::not_ready);
    EXPECT_EQ(link->write(frame_), WriteResult::not_ready);
    run();
    ASSERT_EQ(events_.size(), 2U);
    EXPECT_EQ(events_[1].kind, Event::Kind::down);
    EXPECT_EQ(events_[1].text, "log:" + path("fifo") + ": Broken pipe");

    const int again = ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_EQ(link->write(frame_), WriteResult::written);
    run();
    ASSERT_EQ(events_.size(), 4U);
    EXPECT_EQ(events_[2].kind, Event::Kind::up);
    ::close(again);
}

TEST_F(LogLinkTest, SaysWhenNobodyReadsAFifo) {
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    const auto link = make_log_link(io_, path("fifo"));
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error(), "log:" + path("fifo") + ": nobody reads this FIFO");
}

} // namespace
} // namespace retrocan::can
