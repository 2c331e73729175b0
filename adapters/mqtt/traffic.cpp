// SPDX-License-Identifier: Apache-2.0
#include "traffic.h"

#include "document.h"

#include <array>

namespace retrocan::mqtt {

namespace {

constexpr std::size_t frame_of_a_line = 80; // characters beside topic and payload

void append_hexadecimal(std::string& text, unsigned char byte) {
    constexpr std::string_view digits{"0123456789ABCDEF"};
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
}

/// Valid UTF-8 as a JSON text. By hand, as it is made for each message of each battery.
void append_text(std::string& line, std::string_view text) {
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (static_cast<unsigned char>(c) < ' ') {
            line += "\\u00";
            append_hexadecimal(line, static_cast<unsigned char>(c));
        } else {
            line += c;
        }
    }
    line += '"';
}

std::string begin_line(std::string_view topic, std::size_t size) {
    std::string line;
    line.reserve(frame_of_a_line + topic.size() + size);
    line += "{\"topic\":";
    append_text(line, topic);
    return line;
}

std::string line_of(std::string_view topic, std::string_view payload, bool retained, std::string_view end) {
    if (payload.size() > longest_payload)
        return begin_line(topic, 0) + ",\"error\":\"garbled\"}";
    std::string line = begin_line(topic, payload.size());
    if (valid_utf8(payload) == payload.size()) {
        line += ",\"payload\":";
        append_text(line, payload);
    } else {
        line += ",\"payload_hex\":\"";
        for (const char c : payload)
            append_hexadecimal(line, static_cast<unsigned char>(c));
        line += '"';
    }
    line += retained ? ",\"retain\":true" : ",\"retain\":false";
    line += end;
    return line;
}

} // namespace

std::string message_line(std::string_view topic, std::string_view payload, bool retained) {
    return line_of(topic, payload, retained, "}");
}

std::string again_line(std::string_view topic, std::string_view payload, bool retained) {
    return line_of(topic, payload, retained, ",\"pace\":\"once\"}");
}

std::string failure_line(adapter::Absence reason) {
    return "{\"error\":\"" + std::string{adapter::to_text(reason)} + "\"}";
}

std::string unanswered_line() {
    return R"({"error":"timeout","optional":true})";
}

} // namespace retrocan::mqtt
