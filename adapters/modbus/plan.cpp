// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "core/unit.h"

#include <algorithm>
#include <tuple>

namespace retrocan::modbus {

namespace {

constexpr std::int64_t bits_a_register = 16;

auto group(const Element& e) {
    return std::tie(e.pace, e.period, e.optional, e.unit, e.table, e.model, e.manner);
}

/// Widens `request` so that it covers `element`, if one read may do so.
bool extend(Request& request, const Element& element, const Options& options) {
    const Manner& manner = request.manner;
    const std::int64_t scale = has_bits(request.table) ? bits_a_register : 1;
    const std::int64_t step = step_of(request.table, options);
    const std::int64_t distance = std::int64_t{element.address} - request.address; // sorted: not negative
    if (distance % step != 0)
        return false; // between two registers of this read
    const std::int64_t first = distance / step;
    const std::int64_t end = std::max<std::int64_t>(request.count, first + std::int64_t(element.width));
    if (first - request.count > manner.longest_gap * scale || end > manner.longest_read * scale)
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
        return std::tuple_cat(group(a), std::tie(a.address)) < std::tuple_cat(group(b), std::tie(b.address));
    });
    std::vector<Request> requests;
    const Element* previous = nullptr;
    for (const Element& element : elements) {
        const bool extended = previous != nullptr && group(*previous) == group(element) &&
                              extend(requests.back(), element, options);
        if (!extended)
            requests.push_back({
                .unit = element.unit,
                .answer_unit = element.unit == options.unit ? options.answer_unit : std::nullopt,
                .table = element.table,
                .model = element.model,
                .address = element.address,
                .count = static_cast<std::uint16_t>(element.width),
                .pace = element.pace,
                .period = element.period,
                .optional = element.optional,
                .manner = element.manner,
                .slots = {element.slot},
            });
        previous = &element;
    }
    return requests;
}

std::string to_text(const Request& request, const Options& options) {
    const std::int64_t last = request.address + (request.count - 1) * step_of(request.table, options);
    std::string text = "unit " + std::to_string(request.unit) + ": ";
    text += request.model ? "model " + std::to_string(*request.model) + " + "
                          : std::string{to_text(request.table)} + " ";
    text += std::to_string(request.address);
    if (request.count > 1)
        text += ".." + std::to_string(last);
    switch (request.pace) {
    case adapter::Pace::live:
        text += ", each poll";
        break;
    case adapter::Pace::slow:
        text += ", every " + retrocan::to_text(request.period);
        break;
    case adapter::Pace::once:
        text += ", once";
        break;
    }
    return text + (request.optional ? ", optional" : "");
}

} // namespace retrocan::modbus
