// SPDX-License-Identifier: Apache-2.0
#include "can/log_link.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <system_error>

namespace retrocan::can {

namespace {

std::chrono::microseconds time_of_day() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
}

class LogLink final : public Link {
public:
    LogLink(boost::asio::io_context& io, std::string name, int fd, LogStamp stamp)
        : io_{io}
        , name_{std::move(name)}
        , fd_{fd}
        , stamp_{stamp ? std::move(stamp) : LogStamp{time_of_day}} {}
    ~LogLink() override {
        if (fd_ != STDOUT_FILENO)
            ::close(fd_);
    }
    LogLink(const LogLink&) = delete;
    LogLink& operator=(const LogLink&) = delete;

    void start(Listener listener) override {
        listener_ = std::move(listener);
        report(0);
    }

    WriteResult write(const CanFrame& frame) override {
        const std::string line = to_text(LoggedFrame{stamp_(), "can0", frame}) + "\n";
        const int error = put(line);
        report(error);
        if (error == EAGAIN) {
            ++counters_.dropped_queue_full;
            return WriteResult::queue_full;
        }
        if (error != 0) {
            ++counters_.dropped_not_ready;
            return WriteResult::not_ready;
        }
        ++counters_.written;
        ++counters_.confirmed;
        post({Event::Kind::confirmed, BootClock::now(), frame, {}});
        return WriteResult::written;
    }

    [[nodiscard]] bool unconfirmed() const override { return false; }
    [[nodiscard]] const Counters& counters() const override { return counters_; }
    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] bool hears() const override { return false; }

private:
    /// 0 or errno; EAGAIN if it would have to wait.
    int put(const std::string& line) {
        // Asked for first, as standard output may be shared with programs that want it to block. A terminal
        // may take a part of a line; the rest goes before the next one.
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, 0) == 0)
            return EAGAIN;
        const std::string text = rest_ + line;
        const ssize_t size = ::write(fd_, text.data(), text.size());
        if (size < 0)
            return errno == EINTR ? EAGAIN : errno;
        rest_ = text.substr(static_cast<std::size_t>(size));
        return 0;
    }

    void report(int error) {
        if (error == EAGAIN || error == reported_)
            return;
        reported_ = error;
        if (error == 0)
            post({Event::Kind::up, BootClock::now(), {}, name_ + ": up"});
        else
            post({Event::Kind::down,
                  BootClock::now(),
                  {},
                  name_ + ": " + std::system_category().message(error)});
    }

    void post(Event event) {
        boost::asio::post(io_, [this, alive = std::weak_ptr<bool>{alive_}, event = std::move(event)] {
            if (!alive.expired() && listener_)
                listener_(event);
        });
    }

    boost::asio::io_context& io_;
    std::string name_;
    int fd_;
    LogStamp stamp_;
    Listener listener_;
    Counters counters_;
    std::string rest_;
    int reported_{-1};
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

} // namespace

Result<std::unique_ptr<Link>, std::string> make_log_link(boost::asio::io_context& io, const std::string& path,
                                                         LogStamp stamp) {
    const std::string name = "log:" + path;
    // Non-blocking: a FIFO that nobody reads is an error, not a wait.
    const int fd = path == "-"
                       ? STDOUT_FILENO
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0644);
    if (fd < 0)
        return Err{name + ": " +
                   (errno == ENXIO ? "nobody reads this FIFO" : std::system_category().message(errno))};
    ::signal(SIGPIPE, SIG_IGN);
    return std::unique_ptr<Link>{std::make_unique<LogLink>(io, name, fd, std::move(stamp))};
}

} // namespace retrocan::can
