// SPDX-License-Identifier: Apache-2.0
#include "serial.h"

#include "descriptor_stream.h"
#include "rtu.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <termios.h>
#include <unistd.h>

#include <linux/serial.h>
#include <modbus.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>

namespace retrocan::modbus {

namespace {

std::string system_text(int error) {
    return std::system_category().message(error);
}

std::string cannot_open(int error) {
    switch (error) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return "there is no such port now; is the adapter plugged in?";
    case EACCES:
        return system_text(error) + "; the user must be in the group of the port (dialout)";
    case EBUSY:
        return "another program has this port";
    default:
        return system_text(error);
    }
}

speed_t speed_of(int baud) {
    struct Speed {
        int baud;
        speed_t code;
    };
    constexpr std::array speeds{Speed{300, B300},         Speed{600, B600},         Speed{1200, B1200},
                                Speed{2400, B2400},       Speed{4800, B4800},       Speed{9600, B9600},
                                Speed{19200, B19200},     Speed{38400, B38400},     Speed{57600, B57600},
                                Speed{115200, B115200},   Speed{230400, B230400},   Speed{460800, B460800},
                                Speed{500000, B500000},   Speed{576000, B576000},   Speed{921600, B921600},
                                Speed{1000000, B1000000}, Speed{1152000, B1152000}, Speed{1500000, B1500000},
                                Speed{2000000, B2000000}, Speed{2500000, B2500000}, Speed{3000000, B3000000},
                                Speed{3500000, B3500000}, Speed{4000000, B4000000}};
    for (const Speed& speed : speeds)
        if (speed.baud == baud)
            return speed.code;
    return B0;
}

/// A pseudo terminal has no parity, whatever it is asked for.
bool is_pseudo(int descriptor) {
    struct stat status {};
    constexpr unsigned first_pty = 136;
    constexpr unsigned last_pty = 143;
    return fstat(descriptor, &status) == 0 && major(status.st_rdev) >= first_pty &&
           major(status.st_rdev) <= last_pty;
}

/// A driver takes the settings that it can and ignores the others: whether these are the ones that were asked
/// for.
bool has_settings(int descriptor, const LineSettings& line) {
    termios now{};
    if (tcgetattr(descriptor, &now) != 0)
        return false;
    const bool parity = (now.c_cflag & PARENB) != 0;
    const bool odd = (now.c_cflag & PARODD) != 0;
    const bool two_stop_bits = (now.c_cflag & CSTOPB) != 0;
    return cfgetospeed(&now) == speed_of(line.baud) && two_stop_bits == (line.stop_bits == 2) &&
           (is_pseudo(descriptor) ||
            (parity == (line.parity != Parity::none) && (!parity || odd == (line.parity == Parity::odd))));
}

/// Lets the kernel switch the transmitter. What is wrong, if it cannot.
std::optional<std::string> set_rs485(int descriptor, Duration rts_delay) {
    const auto milliseconds =
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(rts_delay).count());
    serial_rs485 mode{};
    mode.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    mode.delay_rts_before_send = milliseconds;
    mode.delay_rts_after_send = milliseconds;
    if (ioctl(descriptor, TIOCSRS485, &mode) == 0)
        return std::nullopt;
    return "rs485 = \"rts\": this port has no such mode (" + system_text(errno) +
           "); most USB adapters switch by themselves and need no rs485";
}

/// Holds the lock of a port beside the descriptor that libmodbus has opened.
class LockedStream : public DescriptorStream {
public:
    LockedStream(Socket descriptor, Socket lock, const std::string& name)
        : DescriptorStream{std::move(descriptor), Kind::serial, name}, lock_{std::move(lock)} {}

private:
    Socket lock_;
};

} // namespace

Result<std::unique_ptr<Connection>, std::string> SerialEndpoint::open(Duration /*timeout*/) {
    const char* path = port_.path.c_str();
    Socket lock{::open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (lock.get() < 0)
        return Err{cannot_open(errno)};
    if (isatty(lock.get()) == 0)
        return Err{std::string{"this is no serial port"}};
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) // before anything of it is changed
        return Err{errno == EWOULDBLOCK ? cannot_open(EBUSY) : system_text(errno)};

    constexpr std::array letters{'N', 'E', 'O'};
    const std::unique_ptr<modbus_t, decltype(&modbus_free)> context{
        modbus_new_rtu(path, port_.line.baud, letters.at(static_cast<std::size_t>(port_.line.parity)), 8,
                       port_.line.stop_bits),
        &modbus_free};
    if (context == nullptr)
        return Err{system_text(errno)};
    if (modbus_connect(context.get()) != 0)
        return Err{cannot_open(errno)};
    Socket descriptor{modbus_get_socket(context.get())}; // ours: modbus_free() does not close it
    if (!has_settings(descriptor.get(), port_.line))
        return Err{"the port cannot be set to " + to_text(port_.line)};
    if (port_.rs485)
        if (auto fault = set_rs485(descriptor.get(), port_.rts_delay))
            return Err{*std::move(fault)};
    ioctl(descriptor.get(), TIOCEXCL); // for programs that do not look at the lock
    tcflush(descriptor.get(), TCIOFLUSH);
    // USB adapters hand over what they have each 16 ms; a busy machine is late, too.
    const Duration quiet_gap = std::chrono::milliseconds{50} + wire().bytes(4);
    return std::unique_ptr<Connection>{std::make_unique<RtuConnection>(
        std::make_unique<LockedStream>(std::move(descriptor), std::move(lock), port_.path), wire(), quiet_gap,
        counters_)};
}

} // namespace retrocan::modbus
