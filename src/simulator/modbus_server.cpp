// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_server.h"

#include "simulator/modbus_device.h"
#include "simulator/serial_port.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <condition_variable>
#include <poll.h>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace retrocan::simulator {

namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

Framing framing_of(const ServerOptions& options) {
    const auto* tcp = std::get_if<ServerOptions::Tcp>(&options.where);
    return tcp != nullptr ? tcp->framing : Framing::rtu;
}

/// A socket that listens; throws std::system_error.
OpenFile listening(const std::string& address, std::uint16_t port) {
    OpenFile socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    check_system(socket.get() >= 0, "socket");
    const int on = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    errno = EINVAL;
    const bool bound = inet_pton(AF_INET, address.c_str(), &where.sin_addr) == 1 &&
                       bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    constexpr int backlog = 64;
    check_system(bound && listen(socket.get(), backlog) == 0,
                 ("cannot listen on " + address + ":" + std::to_string(port)).c_str());
    return socket;
}

std::uint16_t port_of(const OpenFile& listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    check_system(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0,
                 "getsockname");
    return ntohs(address.sin_port);
}

/// What has come from one client, or over the line, and was not answered yet.
struct Stream {
    OpenFile own; ///< of a client; the line's belongs to its port
    int fd{-1};
    Bytes bytes{};
    LineTime first{}; ///< when the first of them came
    bool open{true};
};

} // namespace

class ModbusServer::Impl {
public:
    explicit Impl(const ServerOptions& options)
        : options_{options}
        , framing_{framing_of(options)}
        , device_{framing_, options.address_step}
        , wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
        check_system(wake_.get() >= 0, "eventfd");
        if (const auto* tcp = std::get_if<ServerOptions::Tcp>(&options.where)) {
            address_ = tcp->address;
            listener_ = listening(address_, tcp->port);
            port_ = port_of(listener_);
            name_ = address_ + ":" + std::to_string(port_);
        } else if (const auto* pty = std::get_if<ServerOptions::Pty>(&options.where)) {
            pty_ = std::make_unique<PseudoTerminal>(pty->link);
            name_ = pty_->path();
            streams_.push_back({OpenFile{}, pty_->fd()});
        } else {
            name_ = std::get<ServerOptions::Port>(options.where).path;
            serial_ = std::make_unique<SerialPort>(name_, options.line);
            streams_.push_back({OpenFile{}, serial_->fd()});
        }
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Impl() {
        thread_.request_stop();
        wake();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] ModbusDevice& device() { return device_; }
    [[nodiscard]] bool lost() const { return lost_; }

    void set_faults(const std::vector<ModbusFault>& faults) {
        device_.set_faults(faults);
        std::unique_lock lock{mutex_};
        const std::uint64_t wanted = ++faults_asked_;
        wake();
        in_force_.wait(lock, [&] { return faults_taken_ >= wanted; });
    }

private:
    void wake() const {
        const std::uint64_t one = 1;
        // Cannot fail in a way that matters: a full counter wakes as well.
        [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    }

    void run(const std::stop_token& stop) {
        prctl(PR_SET_TIMERSLACK, 1000UL); // paced bytes come to the microsecond
        while (!stop.stop_requested()) {
            put_faults_in_force();
            std::vector<pollfd> waiting{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
            for (const Stream& stream : streams_)
                waiting.push_back({stream.fd, POLLIN, 0});
            if (poll(waiting.data(), waiting.size(), patience()) < 0)
                continue; // a signal
            std::uint64_t count = 0;
            if (waiting[0].revents != 0) [[maybe_unused]]
                const ssize_t size = read(wake_.get(), &count, sizeof count);
            for (std::size_t i = 0; i < streams_.size(); ++i)
                if (waiting[i + 2].revents != 0 && !take_bytes(streams_[i]))
                    streams_[i].open = false;
            for (Stream& stream : streams_)
                if (stream.open && !serve(stop, stream))
                    stream.open = false;
            if (std::erase_if(streams_, [](const Stream& stream) { return !stream.open; }) != 0 &&
                (pty_ || serial_))
                lost_ = true;
            if (waiting[1].revents != 0)
                accept_client();
        }
    }

    /// Milliseconds: until the silence that ends a frame, or a fault with a time of its own may begin or end.
    [[nodiscard]] int patience() const {
        const bool within = std::ranges::any_of(streams_, [](const Stream& s) { return !s.bytes.empty(); });
        return within ? static_cast<int>(end_of_frame() / 1ms) : device_.has_timed_refusal() ? 50 : -1;
    }
    /// So long after its first byte a serial frame has come as far as it will. A thread may be late, and
    /// a frame is not to be torn by that.
    [[nodiscard]] std::chrono::nanoseconds end_of_frame() const { return 20ms + options_.line.time_of(8); }

    /// Closes or opens the port, as the faults say.
    void put_faults_in_force() {
        {
            const std::lock_guard lock{mutex_};
            faults_taken_ = faults_asked_;
            in_force_.notify_all();
        }
        if (port_ == 0)
            return;
        const bool refuses = device_.refuses();
        if (refuses) {
            listener_ = OpenFile{};
            streams_.clear();
        } else if (listener_.get() < 0) {
            listener_ = listening(address_, port_);
        }
    }

    void accept_client() {
        OpenFile client{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (client.get() < 0)
            return;
        const int on = 1;
        setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const int fd = client.get();
        streams_.push_back({std::move(client), fd});
        device_.count_connection();
    }

    /// False if the stream has ended.
    static bool take_bytes(Stream& stream) {
        std::array<std::uint8_t, 512> bytes{};
        const ssize_t size = read(stream.fd, bytes.data(), bytes.size());
        if (size < 0)
            return errno == EAGAIN || errno == EINTR;
        if (size == 0)
            return false;
        if (stream.bytes.empty())
            stream.first = LineTime::clock::now();
        stream.bytes.insert(stream.bytes.end(), bytes.begin(), bytes.begin() + size);
        return true;
    }

    static void drop_bytes(Stream& stream) {
        pollfd waiting{stream.fd, POLLIN, 0};
        while (poll(&waiting, 1, 0) > 0 && take_bytes(stream)) {
        }
        stream.bytes.clear();
    }

    /// Answers the requests that have come as a whole; false when the connection is to be closed.
    bool serve(const std::stop_token& stop, Stream& stream) {
        using State = FrameInStream::State;
        while (!stream.bytes.empty()) {
            FrameInStream frame = request_in(stream.bytes, framing_);
            if (frame.state == State::broken && framing_ == Framing::tcp)
                return false;
            if (frame.state != State::whole) {
                // On a serial line the silence behind it ends whatever it was.
                if (framing_ == Framing::rtu && LineTime::clock::now() - stream.first >= end_of_frame())
                    stream.bytes.clear();
                return true;
            }
            const Bytes request{stream.bytes.begin(),
                                stream.bytes.begin() + static_cast<std::ptrdiff_t>(frame.size)};
            stream.bytes.erase(stream.bytes.begin(),
                               stream.bytes.begin() + static_cast<std::ptrdiff_t>(frame.size));
            constexpr std::size_t shortest = 5; // function and two numbers: else neither a read nor a write
            if (request.size() < bytes_before_function(framing_) + shortest)
                continue;
            if (!answer(stop, stream, request))
                return false;
            stream.first = LineTime::clock::now();
        }
        return true;
    }

    bool answer(const std::stop_token& stop, Stream& stream, const Bytes& request) {
        const ModbusDevice::Reply reply = device_.answer(request);
        const auto heard = options_.paced ? std::max(LineTime::clock::now(),
                                                     stream.first + options_.line.time_of(request.size()))
                                          : LineTime::clock::now();
        const auto turnaround = std::max<std::chrono::nanoseconds>(
            options_.turnaround, framing_ == Framing::rtu && (options_.paced || serial_)
                                     ? options_.line.silence()
                                     : std::chrono::nanoseconds{});
        const LineTime begin = heard + turnaround + reply.delay;
        if (reply.bytes.empty())
            return true;
        if (!sleep_until(stop, begin))
            return false;
        if (reply.delay > Duration{} && framing_ == Framing::rtu)
            drop_bytes(stream); // on a line that carries one frame at a time they went by while it was busy
        bool sent = true;
        if (options_.paced)
            sent = write_paced(stop, stream.fd, reply.bytes, begin, options_.line);
        else if (stream.own.get() >= 0)
            sent = send(stream.fd, reply.bytes.data(), reply.bytes.size(), MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(reply.bytes.size());
        else
            sent = write(stream.fd, reply.bytes.data(), reply.bytes.size()) >= 0 || errno == EAGAIN;
        return sent && !reply.close;
    }

    const ServerOptions options_;
    const Framing framing_;
    ModbusDevice device_;

    // Of the thread alone, once it runs.
    OpenFile wake_;
    OpenFile listener_;
    std::unique_ptr<PseudoTerminal> pty_;
    std::unique_ptr<SerialPort> serial_;
    std::vector<Stream> streams_;

    std::string address_;
    std::uint16_t port_{};
    std::string name_;
    std::atomic<bool> lost_{};

    std::mutex mutex_;
    std::condition_variable in_force_;
    std::uint64_t faults_asked_{};
    std::uint64_t faults_taken_{};

    std::jthread thread_;
};

ModbusServer::ModbusServer(std::uint16_t port, std::uint16_t address_step)
    : ModbusServer{ServerOptions{.where = ServerOptions::Tcp{.port = port}, .address_step = address_step}} {}
ModbusServer::ModbusServer(const ServerOptions& options) : impl_{std::make_unique<Impl>(options)} {}
ModbusServer::~ModbusServer() = default;

std::uint16_t ModbusServer::port() const {
    return impl_->port();
}
std::string ModbusServer::name() const {
    return impl_->name();
}
void ModbusServer::set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
                       std::span<const std::uint16_t> values) {
    impl_->device().change([&](RegisterStore& store) { store.set(unit, table, address, values); });
}
void ModbusServer::add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last) {
    impl_->device().change([&](RegisterStore& store) { store.add_block(unit, table, first, last); });
}
void ModbusServer::set_address_step(std::uint8_t unit, std::uint16_t step) {
    impl_->device().change([&](RegisterStore& store) { store.set_address_step(unit, step); });
}
void ModbusServer::answer_as(std::uint8_t unit, std::uint8_t other) {
    impl_->device().answer_as(unit, other);
}
void ModbusServer::before_answer(std::function<void()> make_values) {
    impl_->device().before_answer(std::move(make_values));
}
void ModbusServer::set_fault(const ModbusFault& fault) {
    set_faults({fault});
}
void ModbusServer::set_faults(const std::vector<ModbusFault>& faults) {
    impl_->set_faults(faults);
}
ModbusServer::Counters ModbusServer::counters() const {
    const ModbusDevice::Counters counters = impl_->device().counters();
    return {counters.connections, counters.requests, counters.answers, counters.exceptions, counters.writes};
}
bool ModbusServer::lost() const {
    return impl_->lost();
}

} // namespace retrocan::simulator
