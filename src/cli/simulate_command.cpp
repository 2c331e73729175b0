// SPDX-License-Identifier: Apache-2.0
#include "cli/simulate.h"
#include "simulator/fault_text.h"

#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>

namespace retrocan::cli {

void add_simulate_command(CLI::App& app, std::function<int()>& command) {
    const auto arguments = std::make_shared<SimulateArguments>();
    SimulateArguments& a = *arguments;
    CLI::App* simulate_app = app.add_subcommand("simulate", "be the battery that a mapping describes");
    simulate_app->add_option("mapping", a.mappings, "a name of the library or a file; several share the line")
        ->required()
        ->type_name("MAPPING");
    auto* listen = simulate_app->add_option("--listen", a.listen,
                                            "serve Modbus TCP here; port 0 takes a free one (the default: "
                                            "127.0.0.1:0)");
    listen->type_name("ADDRESS:PORT");
    simulate_app->add_flag("--rtu", a.rtu_over_tcp, "serial frames over TCP, as a serial server has them");
    auto* serial = simulate_app->add_option(
        "--serial", a.serial, "serve Modbus RTU on a serial port, or on a pseudo terminal: pty");
    serial->type_name("PATH|pty")->excludes(listen);
    simulate_app
        ->add_option("--broker", a.broker,
                     "publish to this MQTT broker, as in mqtt://user@127.0.0.1:1883; a password comes "
                     "from RETROCAN_MQTT_PASSWORD")
        ->type_name("URL")
        ->excludes(listen)
        ->excludes(serial);
    simulate_app->add_option("--link", a.link, "make a symbolic link to the pseudo terminal")
        ->type_name("PATH")
        ->needs(serial);
    simulate_app->add_option("--baud", a.baud, "of the serial line (default: the mapping's, else 9600)")
        ->check(CLI::Range(300U, 4'000'000U))
        ->type_name("N");
    simulate_app->add_option("--parity", a.parity, "none, even or odd")
        ->check(CLI::IsMember({"none", "even", "odd"}))
        ->type_name("WORD");
    simulate_app->add_option("--stop-bits", a.stop_bits, "1 or 2")->check(CLI::Range(1U, 2U))->type_name("N");
    simulate_app->add_option("--unit", a.units, "unit id: one for each MAPPING (default: the mapping's)")
        ->check(CLI::Range(0, 255))
        ->expected(1)
        ->take_all()
        ->type_name("N");
    simulate_app
        ->add_option("--turnaround", a.turnaround, "time from a request to its answer, as in \"10 ms\"")
        ->type_name("TIME");
    simulate_app->add_flag_callback(
        "--frozen", [&a] { a.frozen = true; },
        "keep the values of the mapping's test; else a battery model moves them");
    simulate_app->add_option("--capture", a.capture, "play this capture in its own time, over and over")
        ->type_name("FILE");
    simulate_app->add_flag("--once", a.once, "end after the capture");
    simulate_app->add_option("--fault", a.faults, "do something wrong: " + simulator::fault_kinds())
        ->expected(1)
        ->take_all()
        ->type_name("KIND[:VALUE][@FROM[..TO]] [every N] [unit N] [at A[..B]] [table NAME]");
    simulate_app->add_option("--set", a.settings, "a setting of the mapping")
        ->expected(1)
        ->take_all()
        ->type_name("NAME=VALUE");
    simulate_app->add_option("--seed", a.seed, "of the model's noise")->type_name("N");
    simulate_app->add_option("--day", a.day, "time in which a day of the model passes (default: 10 min)")
        ->type_name("TIME");
    simulate_app
        ->add_option_function<double>(
            "--for", [&a](double seconds) { a.run_for = Duration{std::llround(seconds * 1e6)}; },
            "end after so many seconds")
        ->check(CLI::Range(0.001, 1e9))
        ->type_name("SECONDS");
    simulate_app->callback([&command, arguments] { command = [arguments] { return simulate(*arguments); }; });
}

} // namespace retrocan::cli
