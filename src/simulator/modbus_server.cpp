// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <modbus.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::simulator {

namespace {

using Kind = ModbusFault::Kind;
using Bytes = std::vector<std::uint8_t>;
using Context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;
using Mapping = std::unique_ptr<modbus_mapping_t, decltype(&modbus_mapping_free)>;

constexpr std::size_t header_size = 7; // transaction, protocol, length, unit

void check(bool good, const char* what) {
    if (!good)
        throw std::system_error{errno, std::system_category(), what};
}

/// A file descriptor that is closed at the end.
class File {
public:
    explicit File(int fd = -1) : fd_{fd} {}
    File(File&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~File() {
        if (fd_ >= 0)
            close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

/// A request as it came in: a read, or a write of registers.
struct Request {
    std::uint8_t unit{};
    std::uint8_t function{};
    std::uint16_t address{};
    std::uint16_t count{};

    static Request of(std::span<const std::uint8_t> frame) {
        const auto u16 = [&](std::size_t at) {
            return static_cast<std::uint16_t>((frame[at] << 8) | frame[at + 1]);
        };
        const bool single = frame[7] == MODBUS_FC_WRITE_SINGLE_REGISTER;
        return {frame[6], frame[7], u16(8), single ? std::uint16_t{1} : u16(10)};
    }
    [[nodiscard]] bool writes() const {
        return function == MODBUS_FC_WRITE_SINGLE_REGISTER || function == MODBUS_FC_WRITE_MULTIPLE_REGISTERS;
    }
    [[nodiscard]] std::optional<ModbusTable> table() const {
        switch (function) {
        case MODBUS_FC_READ_COILS:
            return ModbusTable::coil;
        case MODBUS_FC_READ_DISCRETE_INPUTS:
            return ModbusTable::discrete;
        case MODBUS_FC_READ_HOLDING_REGISTERS:
        case MODBUS_FC_WRITE_SINGLE_REGISTER:
        case MODBUS_FC_WRITE_MULTIPLE_REGISTERS:
            return ModbusTable::holding;
        case MODBUS_FC_READ_INPUT_REGISTERS:
            return ModbusTable::input;
        default:
            return std::nullopt;
        }
    }
};

bool concerns(const ModbusFault& fault, const Request& request) {
    return (!fault.unit || *fault.unit == request.unit) && (!fault.table || fault.table == request.table()) &&
           request.address >= fault.first && request.address <= fault.last;
}

} // namespace

class ModbusServer::Impl {
public:
    Impl(std::uint16_t port, std::uint16_t address_step)
        : context_{modbus_new_tcp("127.0.0.1", port), &modbus_free}
        , wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)}
        , store_{address_step} {
        check(context_ != nullptr, "modbus_new_tcp");
        check(wake_.get() >= 0, "eventfd");
        // A client that sends half a request holds up the others for no longer than this.
        modbus_set_indication_timeout(context_.get(), 0, 100'000);
        listener_ = File{modbus_tcp_listen(context_.get(), backlog)};
        check(listener_.get() >= 0, "cannot listen on loopback");
        sockaddr_in address{};
        socklen_t size = sizeof address;
        check(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
        port_ = ntohs(address.sin_port);
        std::array<int, 2> ends{};
        check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0,
              "socketpair");
        answer_in_ = File{ends[0]};
        answer_out_ = File{ends[1]};
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Impl() {
        thread_.request_stop();
        wake();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    template <class Change>
    void change(const Change& change) {
        const std::lock_guard lock{mutex_};
        change(store_);
    }
    void before_answer(std::function<void()> make_values) {
        const std::lock_guard lock{mutex_};
        make_values_ = std::move(make_values);
    }
    void set_fault(const ModbusFault& fault) {
        std::unique_lock lock{mutex_};
        fault_ = fault;
        fault_in_force_ = false;
        wake();
        in_force_.wait(lock, [this] { return fault_in_force_; });
    }
    [[nodiscard]] Counters counters() const {
        const std::lock_guard lock{mutex_};
        return counters_;
    }

private:
    static constexpr int backlog = 8;

    void wake() const {
        const std::uint64_t one = 1;
        // Cannot fail in a way that matters: a full counter wakes as well.
        [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            put_fault_in_force();
            std::vector<pollfd> waiting{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
            for (const File& client : clients_)
                waiting.push_back({client.get(), POLLIN, 0});
            if (poll(waiting.data(), waiting.size(), -1) < 0)
                continue; // a signal
            std::uint64_t count = 0;
            if (waiting[0].revents != 0) [[maybe_unused]]
                const ssize_t size = read(wake_.get(), &count, sizeof count);
            for (std::size_t i = waiting.size(); i-- > 2;)
                if (waiting[i].revents != 0 && !serve(stop, clients_[i - 2].get()))
                    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i - 2));
            if (waiting[1].revents != 0)
                accept_client();
        }
    }

    /// Closes or opens the port, as the fault says.
    void put_fault_in_force() {
        const std::lock_guard lock{mutex_};
        if (fault_.kind == Kind::refuse) {
            listener_ = File{};
            clients_.clear();
        } else if (listener_.get() < 0) {
            context_ = Context{modbus_new_tcp("127.0.0.1", port_), &modbus_free};
            modbus_set_indication_timeout(context_.get(), 0, 100'000);
            listener_ = File{modbus_tcp_listen(context_.get(), backlog)};
        }
        fault_in_force_ = true;
        in_force_.notify_all();
    }

    void accept_client() {
        File client{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (client.get() < 0)
            return;
        clients_.push_back(std::move(client));
        const std::lock_guard lock{mutex_};
        ++counters_.connections;
    }

    /// Takes a request and answers it; false when the connection is to be closed.
    bool serve(const std::stop_token& stop, int client) {
        std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> frame{};
        modbus_set_socket(context_.get(), client);
        const int size = modbus_receive(context_.get(), frame.data());
        if (size < 0)
            return false;
        if (static_cast<std::size_t>(size) < header_size + 5)
            return true; // neither a read nor a write: ignored
        const Request request = Request::of(frame);

        ModbusFault fault;
        std::function<void()> make_values;
        {
            const std::lock_guard lock{mutex_};
            ++counters_.requests;
            make_values = make_values_;
            if (concerns(fault_, request))
                fault = fault_;
        }
        if (fault.kind == Kind::hang || fault.kind == Kind::refuse)
            return true;
        if (make_values)
            make_values();
        const Bytes answer = answer_to({frame.data(), static_cast<std::size_t>(size)}, request, fault);
        if (fault.kind == Kind::late && !pass(stop, fault.delay))
            return false;
        const Bytes wire = spoilt(answer, previous_.empty() ? answer : previous_, fault.kind);
        previous_ = answer;
        const bool sent =
            send(client, wire.data(), wire.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(wire.size());
        return sent && fault.kind != Kind::close_after_answer && fault.kind != Kind::close_half_way;
    }

    /// Lets time pass; false if the server is to stop.
    static bool pass(const std::stop_token& stop, std::chrono::milliseconds delay) {
        const auto end = std::chrono::steady_clock::now() + delay;
        while (!stop.stop_requested() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        return !stop.stop_requested();
    }

    /// The right answer, or the right exception, as libmodbus builds it: it writes to a socket only, so one
    /// end of a pair is lent to it.
    Bytes answer_to(std::span<const std::uint8_t> frame, const Request& request, const ModbusFault& fault) {
        modbus_set_socket(context_.get(), answer_in_.get());
        const auto size = static_cast<int>(frame.size());
        const std::optional<unsigned> exception = exception_for(request, fault);
        if (exception) {
            modbus_reply_exception(context_.get(), frame.data(), *exception);
        } else {
            const Mapping mapping = mapping_for(request);
            modbus_reply(context_.get(), frame.data(), size, mapping.get());
            if (request.writes()) {
                const std::lock_guard lock{mutex_};
                store_.set(request.unit, ModbusTable::holding, request.address,
                           {mapping->tab_registers, request.count});
                ++counters_.writes;
            }
        }
        Bytes answer(MODBUS_MAX_ADU_LENGTH);
        const ssize_t got = read(answer_out_.get(), answer.data(), answer.size());
        answer.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        const std::lock_guard lock{mutex_};
        ++(exception ? counters_.exceptions : counters_.answers);
        return answer;
    }

    std::optional<unsigned> exception_for(const Request& request, const ModbusFault& fault) {
        if (fault.kind == Kind::exception)
            return fault.exception;
        const auto table = request.table();
        if (!table)
            return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
        const bool bits = *table == ModbusTable::coil || *table == ModbusTable::discrete;
        if (request.count == 0 || request.count > (bits ? MODBUS_MAX_READ_BITS : MODBUS_MAX_READ_REGISTERS))
            return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
        const std::lock_guard lock{mutex_};
        if (!store_.has_unit(request.unit))
            return MODBUS_EXCEPTION_GATEWAY_TARGET;
        values_ = store_.read(request.unit, *table, request.address, request.count)
                      .value_or(std::vector<std::uint16_t>{});
        if (values_.empty())
            return MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
        return std::nullopt;
    }

    /// A libmodbus mapping of just what is asked for, from values_.
    [[nodiscard]] Mapping mapping_for(const Request& request) const {
        const unsigned at = request.address;
        const unsigned n = request.count;
        const ModbusTable table = request.table().value_or(ModbusTable::holding);
        const auto here = [&](ModbusTable wanted) { return table == wanted ? n : 0U; };
        Mapping mapping{
            modbus_mapping_new_start_address(at, here(ModbusTable::coil), at, here(ModbusTable::discrete), at,
                                             here(ModbusTable::holding), at, here(ModbusTable::input)),
            &modbus_mapping_free};
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const std::uint16_t value = values_[i];
            if (table == ModbusTable::coil || table == ModbusTable::discrete)
                (table == ModbusTable::coil ? mapping->tab_bits : mapping->tab_input_bits)[i] =
                    value == 0 ? 0 : 1;
            else
                (table == ModbusTable::holding ? mapping->tab_registers : mapping->tab_input_registers)[i] =
                    value;
        }
        return mapping;
    }

    // Of the thread alone, once it runs.
    Context context_;
    File wake_;
    File listener_;
    File answer_in_;
    File answer_out_;
    std::vector<File> clients_;
    std::vector<std::uint16_t> values_; ///< of the request at hand
    Bytes previous_;

    std::uint16_t port_{};

    mutable std::mutex mutex_;
    RegisterStore store_;
    std::function<void()> make_values_;
    ModbusFault fault_;
    bool fault_in_force_{true};
    std::condition_variable in_force_;
    Counters counters_;

    std::jthread thread_;
};

ModbusServer::ModbusServer(std::uint16_t port, std::uint16_t address_step)
    : impl_{std::make_unique<Impl>(port, address_step)} {}
ModbusServer::~ModbusServer() = default;

std::uint16_t ModbusServer::port() const {
    return impl_->port();
}
void ModbusServer::set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
                       std::span<const std::uint16_t> values) {
    impl_->change([&](RegisterStore& store) { store.set(unit, table, address, values); });
}
void ModbusServer::add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last) {
    impl_->change([&](RegisterStore& store) { store.add_block(unit, table, first, last); });
}
void ModbusServer::before_answer(std::function<void()> make_values) {
    impl_->before_answer(std::move(make_values));
}
void ModbusServer::set_fault(const ModbusFault& fault) {
    impl_->set_fault(fault);
}
ModbusServer::Counters ModbusServer::counters() const {
    return impl_->counters();
}

} // namespace retrocan::simulator
