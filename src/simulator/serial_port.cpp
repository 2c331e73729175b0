// SPDX-License-Identifier: Apache-2.0
#include "simulator/serial_port.h"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <termios.h>

#include <modbus.h>

namespace retrocan::simulator {

PseudoTerminal::PseudoTerminal(const std::string& link)
    : master_{posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)} {
    check_system(master_.get() >= 0, "cannot make a pseudo terminal");
    check_system(grantpt(master_.get()) == 0 && unlockpt(master_.get()) == 0,
                 "cannot unlock a pseudo terminal");
    std::array<char, 128> name{};
    check_system(ptsname_r(master_.get(), name.data(), name.size()) == 0, "ptsname_r");
    path_ = name.data();
    slave_ = OpenFile{open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    check_system(slave_.get() >= 0, path_.c_str());
    termios settings{};
    check_system(tcgetattr(slave_.get(), &settings) == 0, path_.c_str());
    cfmakeraw(&settings); // no echo, no lines: bytes
    check_system(tcsetattr(slave_.get(), TCSANOW, &settings) == 0, path_.c_str());
    if (link.empty())
        return;
    std::error_code error;
    if (std::filesystem::is_symlink(link, error)) // one of ours that was left behind
        std::filesystem::remove(link, error);
    std::filesystem::create_symlink(path_, link, error);
    if (error)
        throw std::system_error{error, "cannot make the link " + link};
    link_ = link;
}

PseudoTerminal::~PseudoTerminal() {
    std::error_code error;
    if (!link_.empty() && std::filesystem::read_symlink(link_, error) == path_)
        std::filesystem::remove(link_, error);
}

struct SerialPort::Context {
    explicit Context(modbus_t* own) : modbus{own} {}
    ~Context() {
        modbus_close(modbus);
        modbus_free(modbus);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    modbus_t* modbus;
};

SerialPort::SerialPort(const std::string& path, const SerialLine& line) {
    modbus_t* modbus = modbus_new_rtu(path.c_str(), static_cast<int>(line.baud), line.parity, 8,
                                      static_cast<int>(line.stop_bits));
    check_system(modbus != nullptr, path.c_str());
    context_ = std::make_unique<Context>(modbus);
    check_system(modbus_connect(modbus) == 0, path.c_str());
}

SerialPort::~SerialPort() = default;

int SerialPort::fd() const {
    return modbus_get_socket(context_->modbus);
}

} // namespace retrocan::simulator
