// SPDX-License-Identifier: Apache-2.0
#include "victron/describe.h"

#include "victron/decode.h"

namespace retrocan::victron {

namespace {

std::string alarms_text(const std::vector<DecodedField>& fields) {
    std::string active;
    std::string status;
    std::size_t pairs = 0;
    std::size_t supported = 0;
    for (const DecodedField& field : fields) {
        if (field.name == "system status") {
            status = field.text;
            continue;
        }
        ++pairs;
        supported += field.text != "not supported" ? 1U : 0U;
        if (field.text == "active")
            active += (active.empty() ? "" : ", ") + std::string{field.name};
    }
    std::string text = active.empty() ? "none active" : "ACTIVE " + active;
    text += "  supported " + std::to_string(supported) + " of " + std::to_string(pairs);
    if (!status.empty() && status != "not supported")
        text += "  system " + status;
    return text;
}

std::string fields_text(const Message& message, const std::vector<DecodedField>& fields) {
    if (message.id == alarms_id)
        return alarms_text(fields);
    // A text needs no name beside that of its message.
    if (message.fields.size() == 1 && message.fields.front().type == Type::text)
        return "\"" + fields.front().text + "\"";
    std::string text;
    for (const DecodedField& field : fields) {
        text += text.empty() ? "" : "  ";
        if (message.fields.size() > 1)
            text += std::string{field.name} + " ";
        text += field.text;
    }
    return text;
}

} // namespace

std::string describe(const CanFrame& frame) {
    const std::string whole = to_text(frame);
    const std::string id = whole.substr(0, whole.find('#'));
    if (frame.kind == CanFrame::Kind::error)
        return id + " error frame of the CAN interface";
    if (frame.kind == CanFrame::Kind::extended)
        return id + " extended frame, not of this protocol";
    const Message* message = find_message(frame.id);
    if (message == nullptr)
        return id + " not of this protocol";
    std::string line = id + " " + std::string{message->name};
    if (frame.remote)
        return line + ": asked for (remote frame), not of this protocol";
    const auto fields = decode(frame);
    if (!fields.empty())
        line += ": " + fields_text(*message, fields);
    else if (!message->fields.empty())
        line += ": too short, " + std::to_string(frame.size) + " bytes";
    return line;
}

} // namespace retrocan::victron
