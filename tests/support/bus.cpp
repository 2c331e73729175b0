// SPDX-License-Identifier: Apache-2.0
#include "support/bus.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::support {

namespace {

/// Reads the file that the daemon's log link writes; its stamps are those of the wall clock.
class LogBus final : public Bus {
public:
    explicit LogBus(std::filesystem::path file) : file_{std::move(file)} {
        const auto wall = std::chrono::system_clock::now().time_since_epoch();
        wall_to_boot_ = BootClock::now() - TimePoint{std::chrono::duration_cast<Duration>(wall)};
    }
    [[nodiscard]] std::string link() const override { return "log:" + file_.string(); }
    [[nodiscard]] std::vector<Seen> frames() override {
        std::vector<Seen> frames;
        std::ifstream file{file_};
        for (std::string text; std::getline(file, text);)
            if (const auto line = parse_log_line(text))
                frames.push_back({TimePoint{line->at} + wall_to_boot_, line->frame});
        return frames;
    }

private:
    std::filesystem::path file_;
    Duration wall_to_boot_{};
};

/// Listens on a real interface with a thread of its own.
class CanBus final : public Bus {
public:
    CanBus(std::string sender, const std::string& listener) : sender_{std::move(sender)} {
        socket_ = ::socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);
        sockaddr_can address{};
        address.can_family = AF_CAN;
        address.can_ifindex = static_cast<int>(if_nametoindex(listener.c_str()));
        if (socket_ < 0 || address.can_ifindex == 0 ||
            bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::system_error{errno, std::generic_category(), listener};
        thread_ = std::jthread{[this](const std::stop_token& stop) { read(stop); }};
    }
    ~CanBus() override {
        thread_ = {};
        close(socket_);
    }
    CanBus(const CanBus&) = delete;
    CanBus& operator=(const CanBus&) = delete;

    [[nodiscard]] std::string link() const override { return sender_; }
    [[nodiscard]] std::vector<Seen> frames() override {
        const std::scoped_lock lock{mutex_};
        return frames_;
    }

private:
    void read(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd ready{socket_, POLLIN, 0};
            can_frame raw{};
            if (poll(&ready, 1, 20) <= 0 || ::read(socket_, &raw, sizeof raw) != sizeof raw)
                continue;
            Seen seen{BootClock::now(), {}};
            seen.frame.kind =
                (raw.can_id & CAN_EFF_FLAG) != 0 ? CanFrame::Kind::extended : CanFrame::Kind::standard;
            seen.frame.id = raw.can_id & CAN_EFF_MASK;
            seen.frame.size = raw.can_dlc;
            std::copy_n(raw.data, std::min<std::size_t>(raw.can_dlc, 8), seen.frame.data.begin());
            const std::scoped_lock lock{mutex_};
            frames_.push_back(seen);
        }
    }

    std::string sender_;
    int socket_{-1};
    std::mutex mutex_;
    std::vector<Seen> frames_;
    std::jthread thread_; // last: ends before what it uses
};

} // namespace

std::unique_ptr<Bus> make_bus(const std::filesystem::path& folder) {
    const char* wire = std::getenv("RETROCAN_TEST_BUS"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (wire == nullptr)
        return std::make_unique<LogBus>(folder / "frames.log");
    const std::string ends{wire};
    const std::size_t colon = ends.find(':');
    return std::make_unique<CanBus>(ends.substr(0, colon), ends.substr(colon + 1));
}

std::vector<Seen> only(const std::vector<Seen>& frames, std::uint32_t id) {
    std::vector<Seen> some;
    std::copy_if(frames.begin(), frames.end(), std::back_inserter(some),
                 [id](const Seen& seen) { return seen.frame.id == id; });
    return some;
}

} // namespace retrocan::support
