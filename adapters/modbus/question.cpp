// SPDX-License-Identifier: Apache-2.0
#include "question.h"

#include "crc.h"
#include "frame.h"

#include <algorithm>
#include <numeric>

namespace retrocan::modbus {

std::optional<std::size_t> FrameShape::size_of(std::span<const std::uint8_t> bytes) const {
    if (!length_at)
        return size;
    if (bytes.size() < *length_at + 2)
        return std::nullopt;
    return size + static_cast<std::size_t>((bytes[*length_at] << 8) | bytes[*length_at + 1]);
}

bool FrameShape::is_sound(std::span<const std::uint8_t> frame) const {
    if (!byte_sum)
        return has_right_crc(frame);
    const auto content = frame.first(frame.size() - 1);
    return static_cast<std::uint8_t>(std::accumulate(content.begin(), content.end(), 0U)) == frame.back();
}

std::size_t FrameShape::begun(std::span<const std::uint8_t> bytes) const {
    const std::size_t known = std::min(bytes.size(), head.size());
    return std::ranges::equal(bytes.first(known), std::span{head}.first(known)) ? known : 0;
}

void add_crc(std::vector<std::uint8_t>& frame) {
    const std::uint16_t crc = crc16(frame);
    frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8));
}

Question read_question(const Request& request) {
    const auto pdu = tcp_request(0, request); // what all transports share is behind its header
    Question question;
    question.bytes.assign(pdu.begin() + tcp_header_size, pdu.end());
    question.unit = request.answer_unit.value_or(request.unit);
    question.function = question.bytes[1];
    add_crc(question.bytes);
    const std::size_t data = has_bits(request.table) ? (request.count + 7U) / 8U : request.count * 2U;
    question.answer.head = {question.unit, question.function};
    if (request.manner.length_in_words) {
        question.answer.head.push_back(static_cast<std::uint8_t>(request.count >> 8));
        question.answer.head.push_back(static_cast<std::uint8_t>(request.count & 0xFF));
    } else {
        question.answer.head.push_back(static_cast<std::uint8_t>(data));
    }
    question.answer.size = question.answer.head.size() + data + crc_size;
    return question;
}

namespace {

void add_u16(std::vector<std::uint8_t>& bytes, std::uint16_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

/// Unit, function, first and last address, a length of 0; the answer says the same, and how many bytes
/// follow.
Question range_question(const Request& request, const Procedure& procedure) {
    Question question;
    question.unit = request.answer_unit.value_or(request.unit);
    question.function = procedure.function;
    question.bytes = {request.unit, procedure.function};
    add_u16(question.bytes, procedure.first);
    add_u16(question.bytes, procedure.last);
    question.answer.head = question.bytes;
    question.answer.head.front() = question.unit;
    question.answer.length_at = question.answer.head.size();
    question.answer.size = question.answer.head.size() + 2 + crc_size;
    question.likely_data = std::size_t{2} * request.count;
    add_u16(question.bytes, 0);
    add_crc(question.bytes);
    return question;
}

/// The frame says not who sends it: so the acknowledgement of the write, with the unit, must follow.
Question trigger_question(const Request& request, const Procedure& procedure) {
    Write write;
    write.unit = request.unit;
    write.answer_unit = request.answer_unit;
    write.address = procedure.write_at;
    write.registers = procedure.registers;
    Question question = write_question(write);
    question.acknowledgement = std::move(question.answer);
    question.answer = {procedure.begins, procedure.size, {}, true};
    return question;
}

} // namespace

Question procedure_question(const Request& request) {
    const Procedure& procedure = *request.manner.procedure;
    return procedure.kind == Procedure::Kind::range ? range_question(request, procedure)
                                                    : trigger_question(request, procedure);
}

Block payload_block(const Request& request, const Question& question, std::span<const std::uint8_t> answer) {
    // A frame of the maker's is all payload, with its head and its sum.
    if (question.answer.length_at)
        answer = answer.subspan(*question.answer.length_at + 2).first(answer.size() - question.answer.size);
    Block block{request.unit, Table::payload, 0, {}, request.manner.procedure.get()};
    for (std::size_t i = 0; i + 1 < answer.size(); i += 2)
        block.values.push_back(static_cast<std::uint16_t>((answer[i] << 8) | answer[i + 1]));
    return block;
}

Question write_question(const Write& write) {
    const auto pdu = tcp_write(0, write);
    Question question;
    question.bytes.assign(pdu.begin() + tcp_header_size, pdu.end());
    question.unit = write.answer_unit.value_or(write.unit);
    question.function = question.bytes[1];
    question.answer.head.assign(question.bytes.begin(), question.bytes.begin() + 6);
    question.answer.head.front() = question.unit;
    question.answer.size = question.answer.head.size() + crc_size;
    add_crc(question.bytes);
    question.answer_is_echo = write.single && question.unit == write.unit;
    return question;
}

} // namespace retrocan::modbus
