// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/device_commands.h"
#include "cli/mapping_commands.h"
#include "cli/simulate.h"

#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>

#include <CLI/CLI.hpp>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace {

using namespace retrocan;

/// `--for SECONDS`; decimals are fine.
void add_for(CLI::App* app, std::optional<Duration>& run_for) {
    app->add_option_function<double>(
           "--for", [&run_for](double seconds) { run_for = Duration{std::llround(seconds * 1e6)}; },
           "end after so many seconds")
        ->check(CLI::Range(0.001, 1e9))
        ->type_name("SECONDS");
}

int run_command(int argc, char** argv) {
    CLI::App app{"retrocan: any Modbus battery as a managed battery of a Victron system"};
    app.require_subcommand(1);
    app.failure_message(CLI::FailureMessage::help);
    std::function<int()> command;

    cli::RunArguments run;
    CLI::App* run_app = app.add_subcommand("run", "the daemon: read the battery, send its frames");
    run_app
        ->add_option(
            "-c,--config", run.configurations,
            "configuration file; several: as many Victron systems, each with a CAN interface of its own")
        ->required()
        ->type_name("FILE");
    run_app->add_option("--can", run.link, "use this link, not the configuration's: can0, log:PATH, log:-")
        ->type_name("LINK");
    run_app->add_flag("--shadow", run.shadow, "compute and show everything, send nothing");
    add_for(run_app, run.run_for);
    run_app->callback([&] { command = [&] { return cli::run(run); }; });

    cli::DemoArguments demo;
    CLI::App* demo_app = app.add_subcommand("demo", "the whole way on an embedded battery");
    demo_app->add_option("--can", demo.link, "send here (default: vcan0 if there is one, else log:-)")
        ->type_name("LINK");
    add_for(demo_app, demo.run_for);
    demo_app->callback([&] { command = [&] { return cli::demo(demo); }; });

    std::filesystem::path checked;
    CLI::App* check_app =
        app.add_subcommand("check", "check a configuration and its mappings; connects to nothing");
    check_app->add_option("-c,--config", checked, "configuration file")->required()->type_name("FILE");
    check_app->callback([&] { command = [&] { return cli::check(checked); }; });

    cli::MonitorArguments monitor;
    CLI::App* monitor_app = app.add_subcommand("monitor", "show the frames on a bus, decoded");
    monitor_app->add_option("link", monitor.link, "an interface, or log:FILE to read a candump log")
        ->required()
        ->type_name("LINK");
    auto* as_json = monitor_app->add_flag("--json", monitor.json, "one JSON object a frame");
    using Form = cli::MonitorArguments::Form;
    auto* as_table = monitor_app->add_flag_callback(
        "--table", [&] { monitor.form = Form::table; },
        "one line a message with its age and period (what a terminal gets of an interface)");
    monitor_app
        ->add_flag_callback(
            "--lines", [&] { monitor.form = Form::lines; }, "one line a frame (what all else gets)")
        ->excludes(as_table);
    as_json->excludes(as_table);
    add_for(monitor_app, monitor.run_for);
    monitor_app->callback([&] { command = [&] { return cli::monitor(monitor); }; });

    cli::GxArguments gx;
    CLI::App* gx_app = app.add_subcommand(
        "gx", "be the GX for a battery: what it shows, and whether the battery keeps the protocol");
    gx_app->add_option("link", gx.link, "an interface, or log:FILE to judge a candump log")
        ->required()
        ->type_name("LINK");
    gx_app->add_flag("--json", gx.json, "one JSON object at the end");
    add_for(gx_app, gx.run_for);
    gx_app->callback([&] { command = [&] { return cli::gx(gx); }; });

    cli::RecordArguments record;
    CLI::App* record_app =
        app.add_subcommand("record", "read the batteries and write down what they say, as a capture");
    record_app->add_option("-c,--config", record.configuration, "configuration file")
        ->required()
        ->type_name("FILE");
    record_app->add_option("-o,--output", record.capture, "the capture; what is there becomes CAPTURE.1")
        ->required()
        ->type_name("CAPTURE");
    record_app->add_option("--max-size", record.max_size, "never take more; the oldest goes (default: 50MB)")
        ->type_name("SIZE");
    add_for(record_app, record.run_for);
    record_app->callback([&] { command = [&] { return cli::record(record); }; });

    cli::ReplayArguments replay;
    CLI::App* replay_app =
        app.add_subcommand("replay", "the frames of a capture, in its own time; connects to nothing");
    replay_app->add_option("-c,--config", replay.configuration, "configuration file")
        ->required()
        ->type_name("FILE");
    replay_app->add_option("capture", replay.capture, "a capture, or - to be fed line by line")
        ->required()
        ->type_name("CAPTURE");
    replay_app->callback([&] { command = [&] { return cli::replay(replay); }; });

    cli::ExplainArguments explain;
    CLI::App* explain_app = app.add_subcommand(
        "explain", "why is a value what it is: limiter, signal, and the registers or topics behind it");
    explain_app->add_option("signal", explain.signal, "such as ccl or soc (default: everything that is sent)")
        ->type_name("SIGNAL");
    explain_app->add_option("-c,--config", explain.configuration, "configuration file")
        ->required()
        ->type_name("FILE");
    explain_app
        ->add_option("--capture", explain.capture,
                     "what the batteries said, as record or a black box kept it")
        ->required()
        ->type_name("CAPTURE");
    explain_app->add_option("--at", explain.at, "at this time of the capture (default: at its end)")
        ->type_name("SECONDS");
    explain_app->callback([&] { command = [&] { return cli::explain(explain); }; });

    cli::DrillArguments drill;
    CLI::App* drill_app = app.add_subcommand(
        "drill", "commissioning, step by step: what is pulled out, and what has to be seen");
    drill_app->add_option("-c,--config", drill.configuration, "configuration file")
        ->required()
        ->type_name("FILE");
    auto* dry = drill_app->add_flag("--dry", drill.dry, "on simulated batteries; touches nothing real");
    drill_app->add_flag("--black-start", drill.black_start, "the last step, after everything was off and on")
        ->excludes(dry);
    drill_app->add_option("--can", drill.link, "listen here, not on the configuration's link")
        ->type_name("LINK")
        ->excludes(dry);
    drill_app
        ->add_option("--report", drill.report,
                     "the report to keep (default: retrocan-drill-DATE.txt here; with --dry none)")
        ->type_name("FILE");
    drill_app->callback([&] { command = [&] { return cli::drill(drill); }; });

    cli::add_device_commands(app, command);
    cli::add_mapping_commands(app, command);
    cli::add_simulate_command(app, command);

    app.add_subcommand("version", "print the version")->callback([&] {
        command = [] { return cli::version(); };
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::good : cli::wrong_input;
    }
    return command();
}

} // namespace

int main(int argc, char** argv) {
    // A log that nobody reads must not stop the frames: it has a thread of its own, and loses its oldest
    // lines.
    constexpr std::size_t log_lines = 256;
    spdlog::init_thread_pool(log_lines, 1);
    spdlog::set_default_logger(spdlog::create_async_nb<spdlog::sinks::stderr_color_sink_mt>("retrocan"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    int exit_code = retrocan::cli::found_a_fault;
    try {
        exit_code = run_command(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "retrocan: %s\n", error.what());
    }
    spdlog::shutdown(); // writes what is left
    return exit_code;
}
