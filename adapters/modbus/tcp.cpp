// SPDX-License-Identifier: Apache-2.0
#include "tcp.h"

#include "core/unit.h"
#include "fifo.h"
#include "frame.h"
#include "socket.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <random>
#include <span>

#include <modbus.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::modbus {

namespace {

using adapter::Absence;

struct FreeModbus {
    void operator()(modbus_t* context) const {
        modbus_close(context);
        modbus_free(context);
    }
};
using Context = std::unique_ptr<modbus_t, FreeModbus>;

class TcpConnection : public Connection {
public:
    /// `context` has a connected socket.
    TcpConnection(Context context, std::shared_ptr<std::uint16_t> last_transaction,
                  std::shared_ptr<Counters> counters)
        : context_{std::move(context)}
        , last_transaction_{std::move(last_transaction)}
        , counters_{std::move(counters)} {}

    Exchange read(const Request& request, Duration timeout) override {
        if (request.manner.procedure) // the others are refused by the check of the configuration
            return read_fifo(*this, request, timeout);
        const std::uint16_t transaction = ++*last_transaction_;
        return exchange(transaction, tcp_request(transaction, request), timeout,
                        [&](std::span<const std::uint8_t> answer) {
                            return check_tcp_answer(transaction, request, answer);
                        });
    }

    Exchange write(const Write& write, Duration timeout) override {
        const std::uint16_t transaction = ++*last_transaction_;
        return exchange(transaction, tcp_write(transaction, write), timeout,
                        [&](std::span<const std::uint8_t> answer) {
                            return check_tcp_written(transaction, write, answer);
                        });
    }

    bool quiet() const override {
        pollfd now{modbus_get_socket(context_.get()), POLLIN | POLLRDHUP, 0};
        return poll(&now, 1, 0) == 0;
    }

    std::optional<Duration> last_turnaround() const override { return turnaround_; }

private:
    template <class Check>
    Exchange exchange(std::uint16_t transaction, std::span<const std::uint8_t> frame, Duration timeout,
                      const Check& check) {
        const int socket = modbus_get_socket(context_.get());
        const TimePoint asked = BootClock::now();
        // Sent past libmodbus: its raw requests always have the transaction 0, and with its own ones the
        // answer cannot be looked at. So few bytes go out whole, or the connection is stuck.
        if (send(socket, frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()))
            return failure(errno, timeout);
        for (;;) {
            const Duration left = asked + timeout - BootClock::now();
            if (left <= Duration{})
                return failure(ETIMEDOUT, timeout);
            modbus_set_response_timeout(context_.get(), static_cast<std::uint32_t>(left.count() / 1'000'000),
                                        static_cast<std::uint32_t>(left.count() % 1'000'000));
            std::array<std::uint8_t, MODBUS_MAX_ADU_LENGTH> bytes{};
            const int size = modbus_receive_confirmation(context_.get(), bytes.data());
            if (size < 0)
                return failure(errno, timeout);
            const auto answer = std::span<const std::uint8_t>{bytes}.first(static_cast<std::size_t>(size));
            if (is_late_tcp_answer(transaction, answer)) { // its own one is still to come
                ++counters_->late;
                continue;
            }
            Exchange result = check(answer);
            if (!std::holds_alternative<Broken>(result)) {
                turnaround_ = BootClock::now() - asked;
                ++counters_->answers;
            }
            return result;
        }
    }

    static Exchange failure(int error, Duration timeout) {
        if (error == ETIMEDOUT)
            return Broken{Absence::timeout, "no answer within " + retrocan::to_text(timeout), false};
        if (error == EMBBADDATA)
            return Broken{Absence::garbled, "an answer that is too long", false};
        if (error == ECONNRESET || error == EPIPE)
            return Broken{Absence::not_connected, "connection closed by the other side", true};
        return Broken{Absence::not_connected, std::system_category().message(error), false};
    }

    Context context_;
    std::shared_ptr<std::uint16_t> last_transaction_;
    std::shared_ptr<Counters> counters_;
    std::optional<Duration> turnaround_;
};

} // namespace

std::uint16_t TcpEndpoint::any_transaction() {
    return static_cast<std::uint16_t>(std::random_device{}());
}

Result<std::unique_ptr<Connection>, std::string> TcpEndpoint::open(Duration timeout) {
    auto socket = connect_tcp(host_, port_, timeout);
    if (!socket)
        return Err{socket.error()};
    Context context{modbus_new_tcp("127.0.0.1", port_)}; // address unused: the socket is connected already
    if (context == nullptr)
        return Err{std::system_category().message(errno)};
    modbus_set_socket(context.get(), std::move(socket).value().release());
    // The response timeout is one for the whole answer, not started again with each byte.
    modbus_set_byte_timeout(context.get(), 0, 0);
    return std::unique_ptr<Connection>{
        std::make_unique<TcpConnection>(std::move(context), last_transaction_, counters_)};
}

} // namespace retrocan::modbus
