// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "core/unit.h"

#include <algorithm>
#include <tuple>

namespace retrocan::modbus {

namespace {

constexpr std::int64_t bits_a_register = 16;

auto group(const Element& e) {
    return std::tuple{e.pace, e.period, e.unit, e.table};
}

/// Widens `request` so that it covers `element`, if one read may do so.
bool extend(Request& request, const Element& element, const Options& options) {
    const std::int64_t scale = has_bits(request.table) ? bits_a_register : 1;
    const std::int64_t step = step_of(request.table, options);
    const std::int64_t distance = std::int64_t{element.address} - request.address; // sorted: not negative
    if (distance % step != 0)
        return false; // between two registers of this read
    const std::int64_t first = distance / step;
    const std::int64_t end = std::max<std::int64_t>(request.count, first + std::int64_t(element.width));
    if (first - request.count > options.longest_gap * scale || end > options.longest_read * scale)
        return false;
    request.count = static_cast<std::uint16_t>(end);
    request.slots.push_back(element.slot);
    return true;
}

} // namespace

std::int64_t step_of(Table table, const Options& options) {
    return has_bits(table) ? 1 : options.address_step;
}

std::vector<Request> plan_requests(std::vector<Element> elements, const Options& options) {
    std::ranges::stable_sort(elements, [](const Element& a, const Element& b) {
        return std::tuple{group(a), a.address} < std::tuple{group(b), b.address};
    });
    std::vector<Request> requests;
    const Element* previous = nullptr;
    for (const Element& element : elements) {
        const bool extended = previous != nullptr && group(*previous) == group(element) &&
                              extend(requests.back(), element, options);
        if (!extended)
            requests.push_back({element.unit,
                                element.table,
                                element.address,
                                static_cast<std::uint16_t>(element.width),
                                element.pace,
                                element.period,
                                {element.slot}});
        previous = &element;
    }
    return requests;
}

std::string to_text(const Request& request, const Options& options) {
    const std::int64_t last = request.address + (request.count - 1) * step_of(request.table, options);
    std::string text = "unit " + std::to_string(request.unit) + ": " + std::string{to_text(request.table)} +
                       " " + std::to_string(request.address);
    if (request.count > 1)
        text += ".." + std::to_string(last);
    switch (request.pace) {
    case adapter::Pace::live:
        return text + ", each poll";
    case adapter::Pace::slow:
        return text + ", every " + retrocan::to_text(request.period);
    case adapter::Pace::once:
        break;
    }
    return text + ", once";
}

} // namespace retrocan::modbus
