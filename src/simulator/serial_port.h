// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/open_file.h"
#include "simulator/serial_line.h"

#include <memory>
#include <string>

namespace retrocan::simulator {

/// A serial line that exists in the kernel only: whoever opens path() is at its other end.
class PseudoTerminal {
public:
    /// `link`: a symbolic link to it, which goes with it; none if empty. Throws std::system_error.
    explicit PseudoTerminal(const std::string& link = {});
    ~PseudoTerminal();
    PseudoTerminal(const PseudoTerminal&) = delete;
    PseudoTerminal& operator=(const PseudoTerminal&) = delete;

    [[nodiscard]] int fd() const { return master_.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    OpenFile master_;
    OpenFile slave_; ///< held open, so that the line outlives whoever reads it
    std::string path_;
    std::string link_;
};

/// A serial port of this machine, set up by libmodbus.
class SerialPort {
public:
    /// Throws std::system_error.
    SerialPort(const std::string& path, const SerialLine& line);
    ~SerialPort();
    SerialPort(const SerialPort&) = delete;
    SerialPort& operator=(const SerialPort&) = delete;

    [[nodiscard]] int fd() const;

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

} // namespace retrocan::simulator
