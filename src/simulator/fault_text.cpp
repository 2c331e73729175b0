// SPDX-License-Identifier: Apache-2.0
#include "simulator/fault_text.h"

#include "core/unit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

namespace retrocan::simulator {

namespace {

using Kind = ModbusFault::Kind;
using namespace std::chrono_literals;

struct Wrong {
    std::string what;
};

enum class Takes : std::uint8_t { nothing, time, number, name };
enum class On : std::uint8_t { any, tcp, rtu };

struct WireWord {
    std::string_view word;
    Kind kind;
    Takes takes{Takes::nothing};
    On on{On::any};
};
constexpr std::array<WireWord, 18> wire_words{{{"late", Kind::late, Takes::time},
                                               {"silent", Kind::hang},
                                               {"hang", Kind::hang},
                                               {"exception", Kind::exception, Takes::number},
                                               {"wrong-unit", Kind::wrong_unit},
                                               {"wrong-transaction", Kind::wrong_transaction, {}, On::tcp},
                                               {"wrong-length", Kind::wrong_length},
                                               {"short", Kind::short_answer},
                                               {"cut", Kind::half_frame},
                                               {"close", Kind::close_after_answer, {}, On::tcp},
                                               {"cut-and-close", Kind::close_half_way, {}, On::tcp},
                                               {"refuse", Kind::refuse, {}, On::tcp},
                                               {"crc", Kind::wrong_crc, {}, On::rtu},
                                               {"garbage", Kind::garbage},
                                               {"previous", Kind::previous_answer},
                                               {"twice", Kind::twice},
                                               {"stray", Kind::stray},
                                               {"echo", Kind::echo}}};

struct ValueWord {
    std::string_view word;
    ValueFault::Kind kind;
    Takes takes{Takes::nothing};
};
constexpr std::array<ValueWord, 4> value_words{{{"frozen", ValueFault::Kind::frozen},
                                                {"sentinel", ValueFault::Kind::sentinel, Takes::name},
                                                {"negative", ValueFault::Kind::negative},
                                                {"jump", ValueFault::Kind::jump, Takes::name}}};

std::uint64_t number(std::string_view text, std::uint64_t high, std::string_view what) {
    const bool hex = text.starts_with("0x");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::uint64_t value{};
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != digits.data() + digits.size() || value > high)
        throw Wrong{std::string{what} + ": expected a whole number up to " + std::to_string(high) +
                    "; got \"" + std::string{text} + "\""};
    return value;
}

/// "700ms", "10s", "10 s"; a bare number is seconds.
Duration time_of(std::string_view text, std::string_view what) {
    std::string amount{text};
    const bool bare = !amount.empty() && amount.find_first_not_of("0123456789.") == std::string::npos;
    const auto parsed = parse_amount(bare ? amount + " s" : amount);
    if (!parsed || parsed->dimension != Dimension::time || parsed->count < 0)
        throw Wrong{std::string{what} + ": expected a time, as in 700ms or 10s; got \"" + amount + "\""};
    return Duration{parsed->count};
}

/// What two dots part: "10s..20s", "10s".
std::pair<std::string_view, std::optional<std::string_view>> range(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos)
        return {text, std::nullopt};
    return {text.substr(0, dots), text.substr(dots + 2)};
}

void conditions(std::istringstream& words, AnyFault& fault, bool wire) {
    std::string word;
    std::string value;
    while (words >> word) {
        if (!wire)
            throw Wrong{"\"" + word +
                        "\": this fault is of values, not of requests; it takes no such condition"};
        auto& modbus = std::get<ModbusFault>(fault);
        if (word != "every" && word != "unit" && word != "at" && word != "table")
            throw Wrong{"\"" + word + "\": expected every N, unit N, at ADDRESS[..ADDRESS] or table NAME"};
        if (!(words >> value))
            throw Wrong{"\"" + word + "\": expected a value behind it"};
        if (word == "every") {
            modbus.every = std::max<std::uint64_t>(1, number(value, 1'000'000, word));
        } else if (word == "unit") {
            modbus.unit = static_cast<std::uint8_t>(number(value, 255, word));
        } else if (word == "at") {
            const auto [first, last] = range(value);
            modbus.first = static_cast<std::uint16_t>(number(first, 65535, word));
            modbus.last = last ? static_cast<std::uint16_t>(number(*last, 65535, word)) : modbus.first;
        } else {
            constexpr std::array<std::string_view, 4> tables{"holding", "input", "coil", "discrete"};
            const auto* const table = std::ranges::find(tables, value);
            if (table == tables.end())
                throw Wrong{"table: expected holding, input, coil or discrete; got \"" + value + "\""};
            modbus.table = static_cast<ModbusTable>(table - tables.begin());
        }
    }
}

AnyFault of_kind(std::string_view kind, std::optional<std::string_view> value, Framing framing) {
    if (const auto* word = std::ranges::find(wire_words, kind, &WireWord::word); word != wire_words.end()) {
        if ((word->on == On::tcp && framing == Framing::rtu) ||
            (word->on == On::rtu && framing == Framing::tcp))
            throw Wrong{
                std::string{kind} + ": there is no such thing " +
                (framing == Framing::rtu ? "in serial frames" : "in Modbus TCP, whose frames have no CRC")};
        ModbusFault fault{.kind = word->kind, .unit = {}, .table = {}};
        if (word->takes == Takes::nothing && value)
            throw Wrong{std::string{kind} + ": takes no value"};
        if (word->takes == Takes::time && !value)
            throw Wrong{std::string{kind} + ": expected a time, as in " + std::string{kind} + ":700ms"};
        if (word->takes == Takes::time)
            fault.delay = std::chrono::duration_cast<std::chrono::milliseconds>(time_of(*value, kind));
        if (word->takes == Takes::number && value)
            fault.exception = static_cast<std::uint8_t>(number(*value, 255, kind));
        return fault;
    }
    if (const auto* word = std::ranges::find(value_words, kind, &ValueWord::word);
        word != value_words.end()) {
        if (word->takes == Takes::nothing && value)
            throw Wrong{std::string{kind} + ": takes no value"};
        return ValueFault{.kind = word->kind, .name = std::string{value.value_or("")}};
    }
    throw Wrong{"\"" + std::string{kind} + "\": no such fault; there are " + fault_kinds()};
}

AnyFault parse(std::string_view text, Duration now, Framing framing) {
    std::istringstream words{std::string{text}};
    std::string head;
    words >> head;
    std::optional<std::string> when;
    if (const std::size_t at = head.find('@'); at != std::string::npos) {
        when = head.substr(at + 1);
        head.resize(at);
    }
    std::optional<std::string_view> value;
    const std::size_t colon = head.find(':');
    if (colon != std::string::npos)
        value = std::string_view{head}.substr(colon + 1);
    AnyFault fault = of_kind(std::string_view{head}.substr(0, colon), value, framing);
    Duration from = now;
    std::optional<Duration> until;
    if (when) {
        const auto [first, last] = range(*when);
        from = now + time_of(first, "@");
        if (last)
            until = now + time_of(*last, "@");
        if (until && *until <= from)
            throw Wrong{"@" + *when + ": ends before it begins"};
    }
    std::visit(
        [&](auto& any) {
            any.from = from;
            any.until = until.value_or(Duration::max());
        },
        fault);
    if (auto* jump = std::get_if<ValueFault>(&fault);
        jump != nullptr && jump->kind == ValueFault::Kind::jump && !until)
        jump->until = from + 1s; // once
    conditions(words, fault, std::holds_alternative<ModbusFault>(fault));
    return fault;
}

} // namespace

Result<AnyFault, std::string> parse_fault(std::string_view text, Duration now, Framing framing) {
    try {
        return parse(text, now, framing);
    } catch (const Wrong& wrong) {
        return Err{wrong.what};
    }
}

std::string fault_kinds() {
    std::string text;
    const auto add = [&](std::string_view word, Takes takes) {
        constexpr std::array<std::string_view, 4> values{"", ":TIME", "[:NUMBER]", "[:NAME]"};
        text += (text.empty() ? "" : ", ") + std::string{word};
        text += values.at(static_cast<std::size_t>(takes));
    };
    for (const WireWord& word : wire_words)
        add(word.word, word.takes);
    for (const ValueWord& word : value_words)
        add(word.word, word.takes);
    return text;
}

} // namespace retrocan::simulator
