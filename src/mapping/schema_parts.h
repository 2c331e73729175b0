// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

/// What the schema is put together from.
namespace retrocan::mapping::schema_parts {

using Json = nlohmann::ordered_json;

inline constexpr const char* unit_words = "V|mV|A|mA|degC|K|%|Ah|mAh|Wh|kWh|W|kW|h|min|s|ms|us";

inline Json described(Json schema, const std::string& help) {
    schema["description"] = help;
    return schema;
}
inline Json text(const std::string& help) {
    return {{"type", "string"}, {"description", help}};
}
inline Json texts(const std::string& help) {
    return {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", help}};
}
inline Json yes_or_no(const std::string& help) {
    return {{"type", "boolean"}, {"description", help}};
}
inline Json integer(std::int64_t low, std::int64_t high, const std::string& help) {
    return {{"type", "integer"}, {"minimum", low}, {"maximum", high}, {"description", help}};
}
inline Json integers(const std::string& help) {
    return {{"type", "array"}, {"items", {{"type", "integer"}}}, {"description", help}};
}
inline Json words(std::initializer_list<const char*> list, const std::string& help) {
    return {{"type", "string"}, {"enum", Json(list)}, {"description", help}};
}
inline Json pattern(const std::string& expression, const std::string& help) {
    return {{"type", "string"}, {"pattern", expression}, {"description", help}};
}
/// "56.8 V"
inline Json amount(const std::string& help) {
    return pattern(std::string{"^\\s*[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)\\s*("} + unit_words + ")\\s*$", help);
}
inline Json duration(const std::string& help) {
    return pattern("^\\s*([0-9]+\\.?[0-9]*|\\.[0-9]+)\\s*(h|min|s|ms|us)\\s*$", help);
}
inline Json any_of(std::initializer_list<Json> forms, const std::string& help) {
    return {{"description", help}, {"anyOf", Json(forms)}};
}
/// A number, or a setting that stands for one: at = "{base}".
inline Json number(std::int64_t low, std::int64_t high, const std::string& help) {
    return any_of({integer(low, high, help), pattern("^\\{[a-z0-9_]+\\}$", "a setting of the owner")}, help);
}
inline Json reference(const std::string& definition, const std::string& help = "") {
    Json schema{{"$ref", "#/definitions/" + definition}};
    return help.empty() ? schema : Json{{"description", help}, {"allOf", Json::array({schema})}};
}
/// A table with these keys and no others.
inline Json closed(Json properties, std::initializer_list<const char*> required = {}) {
    Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (required.size() != 0)
        schema["required"] = Json(required);
    return schema;
}
/// A table whose keys are names of the author's.
inline Json named(const Json& value, const std::string& help) {
    return {{"type", "object"},
            {"propertyNames", {{"pattern", "^[a-z][a-z0-9_]*$"}}},
            {"additionalProperties", value},
            {"description", help}};
}

/// The keys of the Modbus adapter: of its table, of blocks, points and writes (adapters/README.md).
Json modbus_table();
Json modbus_block();
Json modbus_point();
Json modbus_write();

/// The keys of the MQTT adapter: of its table, of points and blocks, and of writes.
Json mqtt_table();
Json mqtt_point();
Json mqtt_write();

/// The right sides of [signals], [alarms] and [warnings].
Json value_definitions();

} // namespace retrocan::mapping::schema_parts
