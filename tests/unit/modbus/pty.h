// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <poll.h>
#include <span>
#include <stdexcept>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace retrocan::modbus::test {

/// A pseudo terminal: the path is a serial port, the descriptor is what is behind it. Closing it is
/// unplugging.
class Pty {
public:
    Pty() : master_{posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)} {
        if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0)
            throw std::runtime_error{"no pseudo terminal"};
        path_ = ptsname(master_); // NOLINT(concurrency-mt-unsafe): tests make them one after the other
        termios raw{};
        tcgetattr(master_, &raw);
        cfmakeraw(&raw);
        tcsetattr(master_, TCSANOW, &raw);
    }
    ~Pty() { unplug(); }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int master() const { return master_; }
    void unplug() {
        if (master_ >= 0)
            close(std::exchange(master_, -1));
    }

private:
    int master_;
    std::string path_;
};

/// A device behind a pseudo terminal, with the times of a real line: a request has arrived when its bytes had
/// the time for it, and each byte of an answer when it is due. Answers are what `device` makes of a request;
/// a pause before them is part of it.
class PacedDevice {
public:
    struct Piece {
        std::chrono::microseconds pause;
        std::vector<std::uint8_t> bytes;
    };
    using Device = std::function<std::vector<Piece>(const std::vector<std::uint8_t>& request)>;

    PacedDevice(int master, std::chrono::nanoseconds byte_time, Device device)
        : master_{master}
        , byte_time_{byte_time}
        , device_{std::move(device)}
        , thread_{[this](const std::stop_token& stop) { run(stop); }} {}

private:
    using Clock = std::chrono::steady_clock;

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd waiting{master_, POLLIN, 0};
            if (poll(&waiting, 1, 20) <= 0)
                continue;
            std::vector<std::uint8_t> request(256);
            const ssize_t got = read(master_, request.data(), request.size());
            if (got <= 0) {
                if (errno == EIO) // nobody has the port open
                    std::this_thread::sleep_for(std::chrono::milliseconds{5});
                continue;
            }
            request.resize(static_cast<std::size_t>(got));
            auto at = Clock::now() + byte_time_ * got;
            for (const Piece& piece : device_(request)) {
                at += piece.pause;
                at = send(piece.bytes, at);
            }
        }
    }

    /// Never early; bytes go out together as far as they fit into a millisecond, as real ports hand them
    /// over.
    Clock::time_point send(const std::vector<std::uint8_t>& bytes, Clock::time_point from) {
        const auto together = static_cast<std::size_t>(std::chrono::milliseconds{1} / byte_time_) + 1;
        for (std::size_t done = 0; done < bytes.size();) {
            const std::size_t size = std::min(together, bytes.size() - done);
            std::this_thread::sleep_until(from + byte_time_ * static_cast<std::int64_t>(done + size));
            if (write(master_, bytes.data() + done, size) != static_cast<ssize_t>(size))
                return from;
            done += size;
        }
        return from + byte_time_ * static_cast<std::int64_t>(bytes.size());
    }

    int master_;
    std::chrono::nanoseconds byte_time_;
    Device device_;
    std::jthread thread_;
};

} // namespace retrocan::modbus::test
