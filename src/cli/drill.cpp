// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/dry_stage.h"
#include "cli/live_stage.h"
#include "cli/paths.h"
#include "daemon/assembly.h"
#include "drill/report.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>

namespace retrocan::cli {

namespace {

/// The time of day with its zone: "2026-11-28 14:02:11 +0100".
std::string date(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

drill::Heading heading(const DrillArguments& arguments, const daemon::Assembly& assembly) {
    drill::Heading result{.program = "retrocan " RETROCAN_VERSION,
                          .date = date("%Y-%m-%d %H:%M:%S %z"),
                          .dry = arguments.dry,
                          .configuration = arguments.configuration.string(),
                          .bus = arguments.dry ? "none: a pipe" : assembly.configuration.link,
                          .batteries = {}};
    for (const daemon::BatteryConfiguration& battery : assembly.configuration.batteries)
        result.batteries.push_back(battery.name + " (" + battery.mapping + ")");
    return result;
}

/// The longest that a battery's data may be old: then the last one is stale.
drill::Settings settings(const DrillArguments& arguments, const daemon::Assembly& assembly) {
    drill::Settings result{.stale_after = {},
                           .alarm_period = {},
                           .alarm_when_stale = assembly.bridge.on_stale == daemon::OnStale::alarm,
                           .expects_gx = !arguments.dry};
    for (const daemon::BatteryAssembly& battery : assembly.batteries) {
        result.stale_after = std::max(result.stale_after, battery.member.pack.stale_after);
        result.alarm_period = std::max(result.alarm_period, battery.bound->period());
        for (const adapter::PointSpec& point : battery.bound->source().points)
            result.alarm_period = std::max(result.alarm_period, point.period);
    }
    return result;
}

/// Tells each step as it goes.
std::vector<drill::Result> walk(drill::Stage& stage, const drill::Settings& settings,
                                const std::function<bool()>& given_up) {
    std::vector<drill::Result> results;
    std::size_t number = 0;
    for (const drill::Step& step : drill::steps()) {
        const bool nothing_there = !results.empty() && !stage.ear().last_limits();
        if (given_up() || nothing_there) // then there is nothing to take away
            break;
        std::printf("\n%zu  %s\n       %s\n", ++number, std::string{step.title}.c_str(),
                    std::string{step.why}.c_str());
        std::fflush(stdout);
        results.push_back(step.run(stage, settings));
        if (given_up()) // what was not waited for proves nothing
            results.back() = {step.id, drill::Verdict::not_done, {}, "interrupted"};
        std::printf("%s", drill::to_text(results.back()).c_str());
        std::fflush(stdout);
    }
    return results;
}

/// Where the report goes; an empty path: nowhere.
std::string report_file(const DrillArguments& arguments) {
    if (arguments.report)
        return *arguments.report;
    return arguments.dry ? "" : date("retrocan-drill-%Y%m%d-%H%M%S.txt");
}

int finish(const DrillArguments& arguments, const drill::Heading& heading,
           const std::vector<drill::Result>& results) {
    std::printf("\n%s\n", drill::summary(results).c_str());
    if (const std::string file = report_file(arguments); !file.empty()) {
        std::ofstream stream{file};
        stream << drill::to_text(heading, results);
        stream.close();
        if (!stream) {
            std::fprintf(stderr, "%s: the report cannot be written\n", file.c_str());
            return no_device;
        }
        std::printf("report: %s\n", file.c_str());
    }
    const bool failed = std::ranges::any_of(
        results, [](const drill::Result& r) { return r.verdict == drill::Verdict::failed; });
    const bool passed = std::ranges::any_of(
        results, [](const drill::Result& r) { return r.verdict == drill::Verdict::passed; });
    return failed || !passed ? found_a_fault : good;
}

int drill_dry(const DrillArguments& arguments, const daemon::Assembly& assembly) {
    std::printf("dry run: the batteries are simulated, nothing of the real system is touched\n");
    try {
        DryStage stage{arguments.configuration};
        const auto results = walk(stage, settings(arguments, assembly), &DryStage::given_up);
        const int code = finish(arguments, heading(arguments, assembly), results);
        if (code != good)
            std::fprintf(stderr, "what the daemon said:\n%s", stage.log().c_str());
        return code;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return no_device;
    }
}

int drill_live(const DrillArguments& arguments, const daemon::Assembly& assembly) {
    const auto link = can::parse_link(arguments.link.value_or(assembly.configuration.link));
    if (!link) {
        std::fprintf(stderr, "%s\n", link.error().c_str());
        return wrong_input;
    }
    auto stage = LiveStage::make(*link);
    if (!stage) {
        std::fprintf(stderr, "%s\n", stage.error().c_str());
        return no_device;
    }
    if (arguments.black_start) {
        const std::vector<drill::Result> results{drill::after_black_start(**stage)};
        std::printf("%s", drill::to_text(results.front()).c_str());
        return finish(arguments, heading(arguments, assembly), results);
    }
    std::printf("This takes ten minutes, and the system stops several times: do it when that may be.\n"
                "Watch the GX beside it: it loses the battery 3 s after the last 0x351.\n");
    const auto results = walk(**stage, settings(arguments, assembly), [&] { return (*stage)->given_up(); });
    return finish(arguments, heading(arguments, assembly), results);
}

} // namespace

int drill(const DrillArguments& arguments) {
    Faults faults;
    const auto assembly = daemon::assemble(arguments.configuration, installed_folders(), faults);
    print(faults);
    if (!assembly)
        return wrong_input;
    if (arguments.dry)
        return drill_dry(arguments, *assembly);
    return drill_live(arguments, *assembly);
}

} // namespace retrocan::cli
