// SPDX-License-Identifier: Apache-2.0
#include "mapping/point.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace retrocan::mapping {

namespace {

using toml_file::Node;
using toml_file::TableReader;
using namespace std::chrono_literals;

constexpr Duration fastest_slow = 1s;
constexpr Duration slowest_slow = 24h;

/// "3" or "0..7"
std::optional<std::pair<unsigned, unsigned>> parse_bits(std::string_view text) {
    const auto number = [](std::string_view digits) -> std::optional<unsigned> {
        unsigned value{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size() || value > 63)
            return std::nullopt;
        return value;
    };
    const std::size_t dots = text.find("..");
    const auto low = number(text.substr(0, dots));
    const auto high = dots == std::string_view::npos ? low : number(text.substr(dots + 2));
    if (!low || !high || *low > *high)
        return std::nullopt;
    return std::pair{*low, *high};
}

void parse_absent(TableReader& read, Point& point) {
    const Node* node = read.node("absent");
    if (node == nullptr)
        return;
    const auto add = [&](const Node& element) {
        if (const std::int64_t* number = element.integer())
            point.absent.push_back(*number);
        else
            read.fault("absent", "expected a whole number as it is read, or a list of them; found " +
                                     describe(element));
    };
    if (const auto* array = node->array())
        std::for_each(array->begin(), array->end(), add);
    else
        add(*node);
}

/// [low, high]: amounts if the point has a unit, else whole numbers.
void parse_valid(TableReader& read, Point& point) {
    const Node* node = read.node("valid");
    if (node == nullptr)
        return;
    const bool plain = point.unit.dimension == Dimension::none;
    const std::string wanted =
        plain ? "[low, high] as whole numbers, since the point has no unit"
              : "[low, high], each " + std::string{to_text(point.unit.dimension)} + " in quotes";
    std::vector<std::int64_t> ends;
    if (const auto* array = node->array())
        for (const Node& element : *array) {
            if (plain && element.integer() != nullptr) {
                ends.push_back(*element.integer());
            } else if (!plain && element.text() != nullptr) {
                const auto amount = parse_amount(*element.text());
                if (amount && amount->dimension == point.unit.dimension)
                    ends.push_back(amount->count);
            }
        }
    if (ends.size() != 2 || node->array()->size() != 2 || ends[0] > ends[1])
        read.fault("valid", "expected " + wanted);
    else
        point.valid = {ends[0], ends[1]};
}

void parse_count(TableReader& read, Point& point, PointReferences& references) {
    const Node* node = read.node("count");
    if (node == nullptr)
        return;
    point.run = true;
    if (const std::string* name = node->text())
        references.count_setting = *name;
    else if (node->integer() != nullptr && *node->integer() >= 1 && *node->integer() <= max_run)
        point.count = *node->integer();
    else
        read.fault("count", "expected a whole number from 1 to " + std::to_string(max_run) +
                                ", or the name of a setting; found " + describe(*node));
}

void parse_pace(TableReader& read, Point& point) {
    const Node* node = read.node("every");
    if (node == nullptr)
        return;
    if (node->text() != nullptr && *node->text() == "once") {
        point.pace = adapter::Pace::once;
        return;
    }
    if (node->text() == nullptr || !parse_amount(*node->text())) {
        read.fault("every", "expected \"once\" or a time, such as \"30 s\"; found " + describe(*node));
        return;
    }
    if (const auto period = read.duration("every", fastest_slow, slowest_slow)) {
        point.pace = adapter::Pace::slow;
        point.period = *period;
    }
}

std::optional<std::int64_t> from_float(const Point& point, double raw) {
    const double value =
        std::round((raw + static_cast<double>(point.offset)) * static_cast<double>(point.unit.numerator) /
                   static_cast<double>(point.unit.denominator));
    constexpr double limit = 9e18; // inside 64 bits; also false for NaN
    if (!(std::abs(value) < limit))
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> from_integer(const Point& point, std::int64_t raw) {
    if (point.bits) {
        const auto [low, high] = *point.bits;
        const unsigned width = high - low + 1;
        const std::uint64_t mask = width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
        raw = static_cast<std::int64_t>((static_cast<std::uint64_t>(raw) >> low) & mask);
    }
    if (std::find(point.absent.begin(), point.absent.end(), raw) != point.absent.end())
        return std::nullopt;
    std::int64_t shifted{};
    if (__builtin_add_overflow(raw, point.offset, &shifted))
        return std::nullopt;
    return scaled(shifted, point.unit);
}

} // namespace

Point parse_point(std::string name, TableReader& read, PointReferences& references) {
    Point point;
    point.name = std::move(name);
    point.place = read.place();
    if (const auto text = read.text("unit")) {
        const auto unit = parse_unit(*text);
        if (!unit)
            read.fault("unit", unit.error());
        else if (unit->dimension == Dimension::none && unit->denominator != 1)
            read.fault("unit", "a plain number is counted in whole ones; got \"" + *text + "\"");
        else
            point.unit = *unit;
    }
    if (const auto text = read.text("bits")) {
        point.bits = parse_bits(*text);
        if (!point.bits)
            read.fault("bits",
                       "expected a bit from 0 to 63 or a field such as \"0..7\", lowest first; got \"" +
                           *text + "\"");
    }
    constexpr std::int64_t largest_offset = 1'000'000'000;
    point.offset = read.integer("offset", -largest_offset, largest_offset).value_or(0);
    parse_absent(read, point);
    parse_valid(read, point);
    parse_count(read, point, references);
    if (const auto present = read.text("present")) {
        references.present = *present;
        if (!point.run)
            read.fault("present", "says which elements of a run exist; this point has no count");
    }
    parse_pace(read, point);
    point.address = read.rest();
    return point;
}

unsigned raw_bit_width(const Point& point) {
    for (const adapter::Setting& setting : point.address.keys)
        if (const auto* type = std::get_if<std::string>(&setting.value);
            setting.key == "type" && type != nullptr)
            for (const unsigned width : {16U, 32U})
                for (const char* kind : {"u", "s", "f"})
                    if (*type == kind + std::to_string(width))
                        return width;
    return 64;
}

unsigned bit_width(const Point& point) {
    return point.bits ? point.bits->second - point.bits->first + 1 : raw_bit_width(point);
}

std::optional<std::int64_t> quantity(const Point& point, const adapter::RawValue& raw) {
    std::optional<std::int64_t> value;
    if (const auto* integer = std::get_if<std::int64_t>(&raw))
        value = from_integer(point, *integer);
    else if (const auto* number = std::get_if<double>(&raw))
        value = from_float(point, *number);
    if (value && point.valid && (*value < point.valid->first || *value > point.valid->second))
        return std::nullopt;
    return value;
}

void assign_text(const adapter::RawValue& raw, std::string& text) {
    text.clear();
    if (const auto* integer = std::get_if<std::int64_t>(&raw)) {
        text = std::to_string(*integer);
        return;
    }
    const auto* from = std::get_if<std::string>(&raw);
    if (from == nullptr)
        return;
    // Some batteries fill with NULs in front, and leave old bytes behind the NUL that ends the text.
    const std::size_t begin = std::min(from->find_first_not_of('\0'), from->size());
    const std::size_t end = std::min(from->find('\0', begin), from->size());
    for (std::size_t i = begin; i < end; ++i) {
        const char c = (*from)[i];
        const bool printable = c >= ' ' && c <= '~';
        if (printable && !(text.empty() && c == ' '))
            text += c;
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
}

} // namespace retrocan::mapping
