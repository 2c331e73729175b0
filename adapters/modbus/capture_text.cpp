// SPDX-License-Identifier: Apache-2.0
#include "capture_text.h"

#include "frame.h"
#include "hearing.h"
#include "question.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace retrocan::modbus {

namespace {

using Bytes = std::vector<std::uint8_t>;
using Text = std::string_view;

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/// In quotes, shortened, for messages; what cannot be printed becomes a question mark.
std::string quoted(Text text) {
    constexpr std::size_t longest = 20;
    std::string result = "\"";
    for (const char c : text.substr(0, longest))
        result += c < ' ' || c > '~' ? '?' : c;
    return result + (text.size() > longest ? "...\"" : "\"");
}

/// Cuts the next word off the front; empty at the end.
Text next_word(Text& text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    std::size_t size = 0;
    while (size < text.size() && !is_blank(text[size]))
        ++size;
    const Text word = text.substr(0, size);
    text.remove_prefix(size);
    return word;
}

/// A decimal number, or a hexadecimal one with 0x before it, from 0 to 65535.
std::optional<std::uint16_t> number(Text word) {
    const bool hex = word.starts_with("0x") || word.starts_with("0X");
    if (hex)
        word.remove_prefix(2);
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

/// 14B4: a number only if it is hexadecimal.
bool is_bare_hex(Text word) {
    const auto is_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    return !word.empty() && word.size() <= 4 && std::ranges::all_of(word, is_digit) && !number(word);
}

Result<Bytes, std::string> bytes(Text text, const std::string& what) {
    Bytes result;
    for (Text word = next_word(text); !word.empty(); word = next_word(text)) {
        if (word.size() % 2 != 0)
            return Err{what + ": expected bytes of two hexadecimal digits; got " + quoted(word)};
        for (; !word.empty(); word.remove_prefix(2)) {
            std::uint8_t byte = 0;
            const auto [end, error] = std::from_chars(word.data(), word.data() + 2, byte, 16);
            if (error != std::errc{} || end != word.data() + 2)
                return Err{what + ": expected bytes of two hexadecimal digits; got " +
                           quoted(word.substr(0, 2))};
            result.push_back(byte);
        }
    }
    return result;
}

/// A request that one of the mapping's procedures makes, and what the device said; nothing if it is none.
std::optional<Result<CaptureLine, std::string>> parse_payload(const Bytes& asked, const Bytes& told,
                                                              const Options& options) {
    for (const auto& procedure : options.procedures) {
        if (procedure->kind == Procedure::Kind::fifo || asked.empty())
            continue; // many requests
        Request request;
        request.unit = asked[0];
        if (request.unit == options.unit)
            request.answer_unit = options.answer_unit;
        request.manner.procedure = procedure;
        const Question question = procedure_question(request);
        if (question.bytes != asked)
            continue;
        const Hearing hearing = hear(told, question, false);
        CaptureLine line;
        if (!hearing.answer || hearing.end != told.size() || hearing.dropped.stray > 1) // one byte of padding
            return Err{hearing.wrong.empty() ? std::string{"the answer does not fit the request"}
                                             : hearing.wrong};
        const auto frame = std::span{told}.subspan(hearing.answer->begin, hearing.answer->size);
        if (hearing.refused)
            line.content = Gap{
                {request.unit, Table::payload, 0, std::vector<std::uint16_t>(last_address), procedure.get()},
                adapter::Absence::refused,
                {},
                {}};
        else
            line.content = Told{payload_block(request, question, frame)};
        return line;
    }
    return std::nullopt;
}

} // namespace

Result<CaptureLine, std::string> parse_exchange_line(Text line, const Options& options) {
    constexpr Text arrow = "->";
    const std::size_t middle = line.find(arrow);
    const auto asked = bytes(line.substr(0, middle), "request");
    if (!asked)
        return Err{asked.error()};
    const auto told = bytes(line.substr(middle + arrow.size()), "answer");
    if (!told)
        return Err{told.error()};

    constexpr std::size_t rtu_request_without_crc = 6;
    if (asked->size() == rtu_request_without_crc)
        return Err{std::string{"request: without the CRC; write the registers as 0x0080: 5312 0x7B"}};
    if (auto payload = parse_payload(*asked, *told, options))
        return *std::move(payload);
    const bool tcp = asked->size() == tcp_request_size;
    const auto read = tcp ? read_tcp_request(*asked) : read_rtu_request(*asked);
    if (!read)
        return Err{"request: " + read.error()};
    Request request = *read;
    if (request.unit == options.unit)
        request.answer_unit = options.answer_unit;
    request.manner.length_in_words = options.manner.length_in_words;
    const Exchange exchange =
        tcp ? check_tcp_answer(static_cast<std::uint16_t>(((*asked)[0] << 8) | (*asked)[1]), request, *told)
            : check_rtu_answer(request, *told);

    CaptureLine result;
    if (const auto* broken = std::get_if<Broken>(&exchange))
        return Err{broken->text};
    if (const auto* refusal = std::get_if<Refusal>(&exchange))
        result.content =
            Gap{{request.unit, request.table, request.address, std::vector<std::uint16_t>(request.count)},
                refusal->by_gateway() ? adapter::Absence::timeout : adapter::Absence::refused,
                {},
                {}};
    else
        result.content = Told{std::get<Block>(exchange)};
    return result;
}

Result<CaptureLine, std::string> parse_dump_line(Text line, const Options& options) {
    const std::size_t colon = line.find(':');
    Text before = line.substr(0, colon);
    Text after = line.substr(colon + 1);
    const Text address_word = next_word(before);
    const auto address = number(address_word);
    if (!address || !next_word(before).empty())
        return Err{"expected an address from 0 to 65535 before the colon; got " +
                   quoted(line.substr(0, colon))};
    if (*address < options.addresses_from)
        return Err{std::string{"the first address is 1 (addresses_from = 1); got 0"}};

    Block block{
        options.unit, options.table, static_cast<std::uint16_t>(*address - options.addresses_from), {}};
    const unsigned most = has_bits(block.table) ? 1 : 65535;
    for (Text word = next_word(after); !word.empty(); word = next_word(after)) {
        const auto value = number(word);
        if (!value || *value > most)
            return Err{std::string{has_bits(block.table) ? "coils" : "registers"} +
                       ": expected numbers from 0 to " + std::to_string(most) + "; got " + quoted(word) +
                       (is_bare_hex(word) ? "; write 0x" + std::string{word} + " if it is hexadecimal" : "")};
        block.values.push_back(*value);
    }
    if (block.values.empty())
        return Err{std::string{"no numbers behind the address"}};
    CaptureLine result;
    result.content = Told{std::move(block)};
    return result;
}

} // namespace retrocan::modbus
