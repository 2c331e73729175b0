// SPDX-License-Identifier: Apache-2.0
#include "overlap.h"

#include "plan.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace retrocan::modbus {

namespace {

/// The registers (or coils) of one point. Those between the elements of a run with a stride belong to nobody.
struct Extent {
    const adapter::PointSpec* point;
    std::tuple<std::uint8_t, Table, std::string, std::optional<std::uint16_t>> where;
    std::int64_t first;
    std::int64_t last;
    std::int64_t end; ///< behind the last
};

std::optional<Extent> extent(const adapter::PointSpec& point, std::span<const Element> elements,
                             const Options& options) {
    if (elements.empty())
        return std::nullopt;
    const Element& first = elements.front();
    const Element& last = elements.back();
    const std::int64_t step = step_of(first.table, options);
    const std::int64_t width = static_cast<std::int64_t>(first.width) * step;
    Extent result{
        &point,
        {first.unit, first.table, first.manner.procedure ? first.manner.procedure->name : "", first.model},
        first.address,
        last.address + width - step,
        last.address + width};
    const std::int64_t dense = first.address + static_cast<std::int64_t>(elements.size()) * width;
    const bool scattered = first.unit != last.unit || result.end > dense;
    return scattered ? std::nullopt : std::optional{result};
}

std::string range(const Extent& extent) {
    return std::to_string(extent.first) + " to " + std::to_string(extent.last);
}

} // namespace

void check_overlaps(std::span<const adapter::PointSpec> points,
                    std::span<const std::vector<Element>> elements, const Options& options, Faults& faults) {
    std::vector<Extent> extents;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (const auto one = extent(points[i], elements[i], options))
            extents.push_back(*one);
    std::ranges::stable_sort(extents, {}, [](const Extent& e) { return std::tuple{e.where, e.first}; });
    for (std::size_t b = 0; b < extents.size(); ++b)
        for (std::size_t a = b; a-- > 0 && extents[a].where == extents[b].where;) {
            const bool straddle = extents[a].first < extents[b].first && extents[a].end > extents[b].first &&
                                  extents[a].end < extents[b].end;
            if (!straddle)
                continue;
            adapter::SettingsReader read{extents[b].point->address, faults};
            read.fault("at", "its registers, " + range(extents[b]) + ", straddle those of the point \"" +
                                 extents[a].point->name + "\", " + range(extents[a]) +
                                 "; one of the two is wrong");
            break;
        }
}

} // namespace retrocan::modbus
