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
