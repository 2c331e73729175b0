// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/serve.h"
#include "simulator/demo_battery.h"
#include "simulator/modbus_server.h"
#include "simulator/seplos_v3.h"

#include <cstdio>
#include <unistd.h>

namespace retrocan::cli {

namespace {

constexpr std::uint8_t unit = 1;
constexpr std::uint64_t seed = 16; // any number: it makes the noise

std::string configuration(std::uint16_t port, const std::string& link) {
    return "[can]\n"
           "link = \"" +
           link +
           "\"\n"
           "[[battery]]\n"
           "name = \"demo\"\n"
           "mapping = \"seplos/v3\"\n"
           "cells = 16\n"
           "cell_over_voltage = \"3.65 V\"\n"
           "[battery.modbus]\n"
           "host = \"127.0.0.1\"\n"
           "port = " +
           std::to_string(port) +
           "\n"
           "unit_id = " +
           std::to_string(unit) +
           "\n"
           "[battery.limits]\n"
           "cvl_floor = \"51.2 V\"\n"
           "cvl_ceiling = \"56.4 V\"\n"
           "ccl_ceiling = \"140 A\"\n"
           "dcl_ceiling = \"200 A\"\n";
}

} // namespace

int demo(const DemoArguments& arguments) {
    const std::string link = arguments.link.value_or(can::interface_fault("vcan0") ? "log:-" : "vcan0");
    simulator::ModbusServer server; // a real one, on loopback
    const TimePoint begin = BootClock::now();
    simulator::serve_seplos_v3(server, unit, simulator::DemoBattery{seed},
                               [begin] { return BootClock::now() - begin; });
    Faults faults;
    auto assembly =
        daemon::assemble_text(configuration(server.port(), link), "demo", installed_folders(), faults);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    // A terminal shows the frames itself; a pipe gets them as lines.
    const bool screen = isatty(STDOUT_FILENO) != 0;
    return serve(*assembly, {.link = link,
                             .shadow = screen && link == "log:-",
                             .run_for = arguments.run_for,
                             .screen = screen,
                             .title = "retrocan demo"});
}

} // namespace retrocan::cli
