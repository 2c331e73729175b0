// SPDX-License-Identifier: Apache-2.0
#include "traffic.h"

#include "capture.h"

#include <array>
#include <charconv>
#include <string_view>

namespace retrocan::modbus {

namespace {

/// A JSON object in the making. By hand, as it is made for each answer of each battery.
class Line {
public:
    explicit Line(std::size_t size) { text_.reserve(size); }

    Line& number(std::string_view key, std::int64_t value) {
        begin(key);
        append(value);
        return *this;
    }
    Line& word(std::string_view key, std::string_view value) {
        begin(key);
        text_ += '"';
        text_ += value;
        text_ += '"';
        return *this;
    }
    Line& boolean(std::string_view key, bool value) {
        begin(key);
        text_ += value ? "true" : "false";
        return *this;
    }
    Line& list(std::string_view key, const std::vector<std::uint16_t>& values) {
        begin(key);
        char separator = '[';
        for (const std::uint16_t value : values) {
            text_ += separator;
            append(value);
            separator = ',';
        }
        text_ += ']';
        return *this;
    }
    [[nodiscard]] std::string end() && {
        text_ += '}';
        return std::move(text_);
    }

private:
    void begin(std::string_view key) {
        text_ += text_.empty() ? '{' : ',';
        text_ += '"';
        text_ += key;
        text_ += "\":";
    }
    void append(std::int64_t value) {
        std::array<char, 20> digits{};
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        text_.append(digits.data(), end);
    }

    std::string text_;
};

constexpr std::size_t frame_of_a_line = 120; // characters beside the values
constexpr std::size_t longest_value = 6;     // characters, with the comma

void add_place(Line& line, std::uint8_t unit, Table table, const Procedure* procedure) {
    line.number("unit", unit);
    if (procedure != nullptr)
        line.word("payload", procedure->name);
    else
        line.word("table", to_text(table));
}

/// For which points the request was made: points of another pace that lie in it are not meant.
void add_purpose(Line& line, const Request& planned) {
    line.word("pace", to_text(planned.pace));
    if (planned.pace == adapter::Pace::slow)
        line.number("period_us", planned.period.count());
    if (planned.pace != adapter::Pace::live)
        line.boolean("optional", planned.optional);
}

} // namespace

std::string answer_line(const Block& block, const Request& planned, const Models& models) {
    Line line{frame_of_a_line + block.values.size() * longest_value};
    add_place(line, block.unit, block.table, block.procedure);
    std::int64_t address = block.address;
    if (planned.model) {
        const std::int64_t base = models.at(*planned.model).address;
        line.number("model", *planned.model).number("base", base);
        address -= base;
    }
    line.number("address", address);
    if (block.values.size() < planned.count) { // the model ends before: the device refuses the rest
        line.number("count", planned.count);
        add_purpose(line, planned);
    }
    line.list(has_bits(block.table) ? "coils" : "registers", block.values);
    return std::move(line).end();
}

std::string failure_line(const Request& planned, adapter::Absence reason) {
    Line line{frame_of_a_line};
    add_place(line, planned.unit, planned.table, planned.manner.procedure.get());
    if (planned.model)
        line.number("model", *planned.model);
    line.number("address", planned.address).number("count", planned.count);
    add_purpose(line, planned);
    line.word("error", adapter::to_text(reason));
    return std::move(line).end();
}

std::string live_failure_line(adapter::Absence reason) {
    Line line{frame_of_a_line};
    line.word("error", adapter::to_text(reason)).word("pace", to_text(adapter::Pace::live));
    return std::move(line).end();
}

} // namespace retrocan::modbus
