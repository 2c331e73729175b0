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
        else if (const std::string* text = element.text())
            point.absent_texts.push_back(*text);
        else
            read.fault("absent",
                       "expected a whole number or a text as it is read, or a list of them; found " +
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

std::optional<std::int64_t> from_float(const Point& point, double raw) {
    const double value =
        std::round((raw + static_cast<double>(point.offset)) * static_cast<double>(point.unit.numerator) /
                   static_cast<double>(point.unit.denominator));
    constexpr double limit = 9e18; // inside 64 bits; also false for NaN
    if (!(std::abs(value) < limit))
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

/// The field of `bits`, with its sign if it has one.
std::int64_t field(const Point& point, std::int64_t raw) {
    if (!point.bits)
        return raw;
    const auto [low, high] = *point.bits;
    const unsigned width = high - low + 1;
    if (width >= 64)
        return raw;
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    std::uint64_t value = (static_cast<std::uint64_t>(raw) >> low) & mask;
    if (point.signed_field && (value >> (width - 1)) != 0)
        value |= ~mask;
    return static_cast<std::int64_t>(value);
}

bool inside(const Point& point, std::int64_t value) {
    return !point.valid || (value >= point.valid->first && value <= point.valid->second);
}

} // namespace

std::optional<ReadPace> parse_pace(TableReader& read) {
    const Node* node = read.node("every");
    if (node == nullptr)
        return std::nullopt;
    if (node->text() != nullptr && *node->text() == "once")
        return ReadPace{adapter::Pace::once, {}};
    if (node->text() == nullptr || !parse_amount(*node->text())) {
        read.fault("every", "expected \"once\" or a time, such as \"30 s\"; found " + describe(*node));
        return std::nullopt;
    }
    if (const auto period = read.duration("every", fastest_slow, slowest_slow))
        return ReadPace{adapter::Pace::slow, *period};
    return std::nullopt;
}

Block parse_block(std::string name, TableReader& read) {
    Block block;
    block.name = std::move(name);
    block.place = read.place();
    if (const auto pace = parse_pace(read)) {
        block.pace = pace->pace;
        block.period = pace->period;
    }
    block.optional = read.boolean("optional").value_or(false);
    block.alive_by = read.text("alive_by").value_or("");
    block.fresh_by = read.text("fresh_by").value_or("");
    for (const std::string_view key :
         {"type", "unit", "bits", "signed", "absent", "offset", "exponent", "valid", "count", "present",
          "used", "words", "otherwise", "items", "heartbeat"})
        if (read.node(key) != nullptr)
            read.fault(key, "belongs to a point, not to a block");
    block.keys = read.rest();
    return block;
}

namespace {

void parse_unit_of(TableReader& read, Point& point) {
    const auto text = read.text("unit");
    if (!text)
        return;
    const auto unit = parse_unit(*text);
    if (!unit)
        read.fault("unit", unit.error());
    else if (unit->dimension == Dimension::none && unit->denominator != 1)
        read.fault("unit", "a plain number is counted in whole ones; got \"" + *text + "\"");
    else
        point.unit = *unit;
}

void parse_bits_of(TableReader& read, Point& point) {
    if (const auto text = read.text("bits")) {
        point.bits = parse_bits(*text);
        if (!point.bits)
            read.fault("bits",
                       "expected a bit from 0 to 63 or a field such as \"0..7\", lowest first; got \"" +
                           *text + "\"");
    }
    point.signed_field = read.boolean("signed").value_or(false);
    if (point.signed_field && !point.bits && read.node("bits") == nullptr)
        read.fault("signed", "is about the field of `bits`, and there is none; a whole number says it by its "
                             "type, such as \"s16\"");
}

} // namespace

Point parse_point(std::string name, TableReader& read, PointReferences& references) {
    Point point;
    point.name = std::move(name);
    point.place = read.place();
    references.block = read.text("block").value_or("");
    parse_unit_of(read, point);
    parse_bits_of(read, point);
    constexpr std::int64_t largest_offset = 1'000'000'000;
    point.offset = read.integer("offset", -largest_offset, largest_offset).value_or(0);
    parse_absent(read, point);
    point.words = parse_vocabulary(read);
    references.exponent = read.text("exponent").value_or("");
    parse_valid(read, point);
    parse_count(read, point, references);
    references.present = read.text("present").value_or("");
    references.used = read.text("used").value_or("");
    for (const char* key : {"present", "used"})
        if (read.node(key) != nullptr && !point.run)
            read.fault(key, "says which elements of a run exist; this point has no count");
    if (!references.present.empty() && !references.used.empty())
        read.fault("used", "says the same as `present`; leave out one of the two");
    if (const auto pace = parse_pace(read)) {
        point.pace = pace->pace;
        point.period = pace->period;
    }
    references.has_pace = read.node("every") != nullptr;
    point.optional = read.boolean("optional").value_or(false);
    point.heartbeat = read.duration("heartbeat", 1s, 1h).value_or(Duration{});
    references.alive_by = read.text("alive_by").value_or("");
    references.fresh_by = read.text("fresh_by").value_or("");
    point.address = read.rest();
    return point;
}

unsigned raw_bit_width(const Point& point) {
    for (const adapter::Setting& setting : point.address.keys)
        if (const auto* type = std::get_if<std::string>(&setting.value);
            setting.key == "type" && type != nullptr)
            for (const unsigned width : {2U, 4U, 8U, 16U, 32U})
                for (const char* kind : {"u", "s", "f"})
                    if (*type == kind + std::to_string(width))
                        return width;
    return 64;
}

bool signed_type(const Point& point) {
    const auto& keys = point.address.keys;
    return std::any_of(keys.begin(), keys.end(), [](const adapter::Setting& setting) {
        const auto* type = std::get_if<std::string>(&setting.value);
        return setting.key == "type" && type != nullptr && type->starts_with('s');
    });
}

unsigned bit_width(const Point& point) {
    return point.bits ? point.bits->second - point.bits->first + 1 : raw_bit_width(point);
}

std::optional<std::int64_t> counted(const Point& point, std::int64_t raw) {
    const std::int64_t value = field(point, raw);
    if (std::find(point.absent.begin(), point.absent.end(), value) != point.absent.end())
        return std::nullopt;
    std::int64_t shifted{};
    if (__builtin_add_overflow(value, point.offset, &shifted))
        return std::nullopt;
    return shifted;
}

std::optional<std::int64_t> quantity(const Point& point, const adapter::RawValue& raw) {
    std::optional<std::int64_t> value;
    if (const auto* integer = std::get_if<std::int64_t>(&raw)) {
        value = counted(point, *integer);
        if (point.exponent)
            return value;
        if (value)
            value = scaled(*value, point.unit);
    } else if (const auto* number = std::get_if<double>(&raw); number != nullptr && !point.exponent) {
        value = from_float(point, *number);
    }
    return value && inside(point, *value) ? value : std::nullopt;
}

std::optional<std::int64_t> meaning(const Point& point, const adapter::RawValue& raw) {
    if (const auto* integer = std::get_if<std::int64_t>(&raw)) {
        const auto value = counted(point, *integer);
        return value ? point.words.meaning(*value) : std::nullopt;
    }
    const auto* text = std::get_if<std::string>(&raw);
    return text == nullptr || absent_text(point, *text) ? std::nullopt : point.words.meaning(raw);
}

bool absent_text(const Point& point, std::string_view text) {
    return std::find(point.absent_texts.begin(), point.absent_texts.end(), text) != point.absent_texts.end();
}

std::optional<std::int64_t> apply_exponent(const Point& point, std::int64_t count, std::int64_t exponent) {
    constexpr std::int64_t largest = 10; // SunSpec's; 10^10 times any unit stays within 64 bits
    if (exponent < -largest || exponent > largest)
        return std::nullopt;
    Unit unit = point.unit;
    for (std::int64_t i = 0; i < exponent; ++i)
        unit.numerator *= 10;
    for (std::int64_t i = 0; i > exponent; --i)
        unit.denominator *= 10;
    const std::int64_t value = scaled(count, unit);
    return inside(point, value) ? std::optional{value} : std::nullopt;
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
