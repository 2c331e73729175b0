// SPDX-License-Identifier: Apache-2.0
#include "daemon/readers.h"

#include <map>
#include <string>

namespace retrocan::daemon {

Readers::Readers(Assembly& assembly, const adapter::Sink& sink, const adapter::StartOptions& options)
    : places_(assembly.batteries.size()) {
    std::map<std::string, std::vector<std::size_t>> by_adapter;
    for (std::size_t i = 0; i < assembly.batteries.size(); ++i)
        by_adapter[assembly.batteries[i].adapter_name].push_back(i);
    for (const auto& [name, batteries] : by_adapter) {
        std::vector<const adapter::Source*> sources;
        for (const std::size_t battery : batteries) {
            places_[battery] = {readers_.size(), sources.size()};
            sources.push_back(assembly.batteries[battery].source.get());
        }
        const auto renumbered = [sink, numbers = batteries](adapter::Event event) {
            event.battery = numbers[event.battery];
            sink(std::move(event));
        };
        readers_.push_back(
            assembly.batteries[batteries.front()].adapter->start(sources, renumbered, options));
    }
}

void Readers::hurry(std::size_t battery, bool hurry) {
    const Where& where = places_.at(battery);
    readers_[where.reader]->hurry(where.index, hurry);
}

} // namespace retrocan::daemon
