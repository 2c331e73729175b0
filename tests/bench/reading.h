// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"

#include <chrono>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

/// What the benchmarks of reading have in common.
namespace retrocan::bench {

using Keys = std::vector<std::pair<std::string, decltype(adapter::Setting::value)>>;

/// A battery whose live points are so many registers from holding 0 on.
inline adapter::SourceSpec battery_spec(const std::string& name, const Keys& connection,
                                        std::size_t registers, Duration poll) {
    const auto settings = [](const char* path, const Keys& keys) {
        adapter::Settings result{path, {"bench", 1, 1}, {}};
        for (const auto& [key, value] : keys)
            result.keys.push_back({key, value, {"bench", 1, 1}});
        return result;
    };
    adapter::SourceSpec spec;
    spec.battery = name;
    spec.mapping = settings("modbus", {});
    spec.connection = settings("battery.modbus", connection);
    spec.poll = poll;
    adapter::PointSpec point;
    point.name = "x";
    point.address = settings("points.x", {{"at", std::int64_t{0}}, {"type", std::string{"u16"}}});
    point.count = registers;
    spec.points.push_back(std::move(point));
    return spec;
}

/// Processor time of this process.
inline std::chrono::duration<double> processor_time() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace retrocan::bench
