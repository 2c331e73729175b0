// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture_source.h"

namespace retrocan::daemon {

CaptureHead capture_head(const Assembly& assembly, const std::string& program) {
    CaptureHead head;
    head.program = program;
    head.configuration = fingerprint_of_file(assembly.file);
    for (const BatteryAssembly& battery : assembly.batteries)
        head.mappings[battery.name] = fingerprint_of_file(battery.bound->mapping().file());
    return head;
}

std::vector<std::string> battery_names(const Assembly& assembly) {
    std::vector<std::string> names;
    for (const BatteryAssembly& battery : assembly.batteries)
        names.push_back(battery.name);
    return names;
}

std::vector<std::string> differences(const CaptureHead& recorded, const CaptureHead& today) {
    std::vector<std::string> result;
    if (!recorded.program.empty() && recorded.program != today.program)
        result.push_back("it was recorded by retrocan " + recorded.program + "; this is " + today.program);
    if (!recorded.configuration.empty() && recorded.configuration != today.configuration)
        result.emplace_back("it was recorded with another configuration");
    for (const auto& [battery, fingerprint] : recorded.mappings)
        if (const auto found = today.mappings.find(battery);
            found != today.mappings.end() && found->second != fingerprint)
            result.push_back("the mapping of \"" + battery + "\" has changed since it was recorded");
    return result;
}

} // namespace retrocan::daemon
