// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"
#include "can/interface_setup.h"
#include "can/link_name.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "core/unit.h"
#include "daemon/assembly.h"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace retrocan::cli {

namespace {

/// The limiters in force, for people.
std::vector<std::string> policy_lines(const daemon::BatteryConfiguration& configuration,
                                      const daemon::BatteryAssembly& battery) {
    std::vector<std::string> lines;
    std::string limiters;
    for (const policy::Limiter& limiter : battery.member.pack.limits.limiters)
        limiters += (limiters.empty() ? "" : ", ") + std::string{policy::info(limiter.kind).name};
    if (configuration.chemistry)
        lines.push_back("chemistry " + std::string{policy::to_text(*configuration.chemistry)});
    lines.push_back("limited by " + (limiters.empty() ? "nothing that it measures" : limiters));
    return lines;
}

/// What is not as it should be with the interface, and what to enter. It may come later, or be set up by
/// then, so nothing of it is a fault of the configuration.
std::vector<std::string> interface_lines(const std::string& name, const daemon::Configuration& c) {
    if (const auto lack = can::interface_lack(name))
        return {"note: " + *lack};
    const auto state = can::interface_state(name);
    if (!state)
        return {};
    std::vector<std::string> lines = can::setup_report(*state, c.interface);
    for (std::string& line : lines)
        if (!line.starts_with(' '))
            line.insert(0, "note: ");
    const auto deviations = can::judge(*state, c.interface);
    if (deviations.empty())
        return lines;
    const bool only_reporting = state->up && std::ranges::all_of(deviations, [](const can::Deviation& it) {
                                    return it.step.what == can::Step::What::report_errors;
                                });
    if (c.set_up && only_reporting) { // no reason to stop a controller that works
        lines.push_back("note: " + name + ": run leaves that as it is while the interface is up");
        return lines;
    }
    lines.push_back(
        c.set_up
            ? "note: " + name + ": run sets it up so by itself (can.set_up), which " + can::needs_capability()
            : "note: " + name + ": so that it lasts: can.set_up = true, or README.md, \"CAN interfaces\"");
    return lines;
}

} // namespace

int check(const std::filesystem::path& configuration) {
    Faults faults;
    const auto assembly = daemon::assemble(configuration, installed_folders(), faults);
    if (!faults.empty()) {
        print(faults);
        std::fprintf(stderr, "%zu fault%s: nothing would be sent\n", faults.size(),
                     faults.size() == 1 ? "" : "s");
        return wrong_input;
    }
    const daemon::Configuration& c = assembly->configuration;
    print(c.warnings, "warning: ");
    print(c.shadow_only, "only with --shadow: ");
    for (std::size_t i = 0; i < assembly->batteries.size(); ++i) {
        const daemon::BatteryAssembly& battery = assembly->batteries[i];
        const policy::Envelope& e = battery.member.pack.limits.envelope;
        std::printf("%s: %s\n", battery.name.c_str(), battery.bound->mapping().title().c_str());
        const mapping::Mapping& mapping = battery.bound->mapping();
        std::printf("  mapping checked on: %s\n", std::string{mapping::to_text(mapping.level())}.c_str());
        for (const std::string& source : mapping.sources())
            std::printf("    %s\n", source.c_str());
        std::printf("  CVL %s to %s, CCL up to %s, DCL up to %s\n", to_text(e.cvl_floor).c_str(),
                    to_text(e.cvl_ceiling).c_str(), to_text(e.ccl_ceiling).c_str(),
                    to_text(e.dcl_ceiling).c_str());
        std::printf("  silent when no good round came for %s\n",
                    to_text(battery.member.pack.stale_after).c_str());
        for (const std::string& line : policy_lines(c.batteries[i], battery))
            std::printf("  %s\n", line.c_str());
        std::istringstream plan{battery.source->plan()};
        for (std::string request; std::getline(plan, request);)
            std::printf("  reads %s\n", request.c_str());
    }
    const auto& charge = assembly->bridge.system.charge;
    if (charge.phases)
        std::printf("charging up to %s, then %s; held at %s when the battery asks for no more\n",
                    to_text(charge.phases->absorption).c_str(), to_text(charge.phases->floating).c_str(),
                    to_text(charge.hold).c_str());
    else
        std::printf(
            "the battery's own charge voltage is passed through; held at %s when it asks for no more\n",
            to_text(charge.hold).c_str());
    std::printf(
        "note: without a grid the inverter obeys DCL only at 0 A, and then it switches off: a low DCL "
        "protects nothing there\n");
    if (const auto name = can::parse_link(c.link); name && name->kind == can::LinkName::Kind::interface)
        for (const std::string& line : interface_lines(name->value, c))
            std::printf("%s\n", line.c_str());
    const bool may_send = c.shadow_only.empty();
    std::printf("%s: %s\n", may_send ? "good" : "good for run --shadow only", configuration.c_str());
    return may_send ? good : wrong_input;
}

} // namespace retrocan::cli
