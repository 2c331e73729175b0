// SPDX-License-Identifier: Apache-2.0
#include "cli/device_commands.h"

#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>

namespace retrocan::cli {

void add_device_commands(CLI::App& app, std::function<int()>& command) {
    const auto probed = std::make_shared<ProbeArguments>();
    CLI::App* probe_app = app.add_subcommand("probe", "read the batteries once and show all of it");
    probe_app->add_option("-c,--config", probed->configuration, "configuration file")
        ->required()
        ->type_name("FILE");
    probe_app->add_option("--battery", probed->battery, "only this one")->type_name("NAME");
    probe_app->add_flag("--json", probed->json, "one JSON object a battery");
    probe_app->callback([&command, probed] { command = [probed] { return probe(*probed); }; });

    const auto scanned = std::make_shared<ScanArguments>();
    ScanArguments& a = *scanned;
    CLI::App* scan_app =
        app.add_subcommand("scan", "find what answers, and which mappings fit it; only reads");
    auto* tcp = scan_app->add_option("--tcp", a.tcp, "a Modbus TCP device or gateway (port: 502)");
    tcp->type_name("HOST[:PORT]");
    scan_app->add_flag("--rtu", a.rtu, "serial frames over TCP, as a serial server has them")->needs(tcp);
    auto* serial = scan_app->add_option("--serial", a.serial, "a serial port, no program else using it");
    serial->type_name("PATH")->excludes(tcp);
    scan_app->add_option("--baud", a.baud, "rates to try (default: 9600,19200,115200)")
        ->needs(serial)
        ->delimiter(',')
        ->check(CLI::Range(300, 4'000'000))
        ->type_name("LIST");
    scan_app->add_option("--parity", a.parity, "none, even or odd")
        ->needs(serial)
        ->check(CLI::IsMember({"none", "even", "odd"}))
        ->type_name("WORD");
    auto* units = scan_app->add_option("--units", a.units,
                                       "unit ids to try (default: 1..16 and those that mappings name)");
    units->type_name("LIST|A..B");
    scan_app->add_flag("--all", a.all, "unit ids 0 to 255")->excludes(units);
    scan_app->add_option("--timeout", a.timeout, "for an answer (default: 300 ms, over TCP 500 ms)")
        ->type_name("TIME");
    scan_app
        ->add_option("--mqtt", a.mqtt,
                     "listen to an MQTT broker, as in mqtt://user@192.168.1.5; a password comes from "
                     "RETROCAN_MQTT_PASSWORD")
        ->type_name("URL")
        ->excludes(tcp)
        ->excludes(serial);
    scan_app
        ->add_option_function<double>(
            "--for", [&a](double seconds) { a.listen = Duration{std::llround(seconds * 1e6)}; },
            "seconds to listen to a broker (default: 12; sources that publish seldom need more)")
        ->check(CLI::Range(1, 3600))
        ->type_name("SECONDS");
    scan_app->callback([&command, scanned] { command = [scanned] { return scan(*scanned); }; });
}

} // namespace retrocan::cli
