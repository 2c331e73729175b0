// SPDX-License-Identifier: Apache-2.0
#include "mapping/schema_parts.h"

namespace retrocan::mapping::schema_parts {

namespace {

Json text_or_texts(const Json& one, const std::string& help) {
    return any_of({one, {{"type", "array"}, {"items", one}, {"minItems", 1}}}, help);
}

Json topic(const std::string& help) {
    return pattern("^[^+#]+$", help);
}

Json pointer(const std::string& help) {
    return pattern("^((/|\\{[a-z])([^~]|~[01])*)?$", help); // it may begin with a setting
}

} // namespace

Json mqtt_table() {
    return Json::object();
}

Json mqtt_point() {
    return {
        {"topic", text_or_texts(topic("without wildcards; * is the number of the element"),
                                "whose messages have the value; a list names that of each element of a run")},
        {"json", text_or_texts(pointer("a JSON pointer; * is the number of the element"),
                               "where in the document the value is; that of a block goes in front")},
        {"json_in", pointer("where a text is that is itself JSON, which `json` points into")},
        {"field", text("of a payload of key=value: the key")},
        {"type", words({"number", "boolean", "text", "hexadecimal", "binary", "time", "length"},
                       "what the payload, or the part of it, is; number if left out")},
        {"first", number(0, 1000, "what the first element is called where * is; 1 if left out")},
        {"digits", number(1, 4, "zeros are put in front of the element's number, up to so many digits")},
        {"inner", number(1, 1024, "with two *: how often the last counts before the one before goes up")},
        {"numbered_by", text("objects of an array say their own number by this member")},
        {"guard", pointer("only where the document has here ..")},
        {"guard_value", text(".. this: a number, text or boolean")}};
}

Json mqtt_write() {
    return {{"topic", topic("that is published to")},
            {"payload", text("what is published; nothing if left out")}};
}

} // namespace retrocan::mapping::schema_parts
