// SPDX-License-Identifier: Apache-2.0
#include "mapping/schema.h"

#include "core/battery.h"
#include "mapping/schema_parts.h"

#include <variant>

namespace retrocan::mapping {

namespace {

using namespace schema_parts;

/// The keys of the language, then those of the adapters. A key that several have is of any of their forms.
Json with(Json keys, std::initializer_list<Json> adapters) {
    for (const Json& adapter : adapters)
        for (const auto& [key, form] : adapter.items())
            keys[key] = keys.contains(key)
                            ? any_of({keys[key], form}, keys[key].value("description", "") + "; or " +
                                                            form.value("description", ""))
                            : form;
    return keys;
}

Json pace(const std::string& help) {
    return any_of({{{"const", "once"}}, duration("\"1 s\" to \"24 h\"")}, help);
}

/// The name of the definition that a signal's right side has.
struct KindOf {
    const char* operator()(Maybe<bool> BatteryState::*) const { return "condition"; }
    const char* operator()(Maybe<std::string> BatteryState::*) const { return "text"; }
    const char* operator()(Maybe<Firmware> BatteryState::*) const { return "version"; }
    template <class Unit>
    const char* operator()(Maybe<Quantity<Unit>> BatteryState::*) const {
        return "amount";
    }
};

Json signal_table() {
    Json keys = Json::object();
    for (const SignalInfo& signal : signals())
        keys[std::string{signal.name}] =
            reference(std::visit(KindOf{}, signal.field), std::string{signal.help});
    return described(closed(keys, {}), "as the system wants it: what the battery tells, made of points");
}

Json alarm_names() {
    Json names = Json::array();
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        names.push_back(std::string{to_text(static_cast<AlarmKind>(i))});
    return names;
}

Json alarm_table(const std::string& help) {
    Json keys = Json::object();
    for (const auto& name : alarm_names())
        keys[name.get<std::string>()] = reference("condition");
    return described(closed(keys), help);
}

Json number_or_amount(const std::string& help) {
    return any_of({{{"type", "integer"}}, amount(help)}, help);
}

Json setting() {
    const Json value = number_or_amount("a whole number, or an amount if there is a unit");
    return closed(
        {{"text", text("the setting is a text for the adapter's keys; this is its default, \"\" none")},
         {"unit", pattern(std::string{"^("} + unit_words + ")$", "the setting is an amount of this kind")},
         {"default",
          any_of({value, yes_or_no("a setting that is yes or no")}, "what it is if the owner sets nothing")},
         {"min", described(value, "the least that is allowed")},
         {"max", described(value, "the most that is allowed")},
         {"one_of",
          described({{"type", "array"}, {"items", value}, {"minItems", 1}}, "nothing else is allowed")},
         {"required", yes_or_no("it does not start without")},
         {"help", text("shown to the owner")}},
        {"help"});
}

Json point() {
    const Json word = any_of({{{"type", "integer"}},
                              {{"type", "string"}},
                              {{"type", "array"}, {"items", {{"type", {"integer", "string"}}}}}},
                             "the numbers or texts that mean this word; texts may have * for anything");
    const Json keys{
        {"block", text("the block that it belongs to")},
        {"bits",
         pattern("^[0-9]+(\\.\\.[0-9]+)?$", "only this field of the number, lowest bit first: \"0..7\"")},
        {"signed", yes_or_no("the field of `bits` has a sign")},
        {"absent", any_of({{{"type", "integer"}},
                           {{"type", "string"}},
                           {{"type", "array"}, {"items", {{"type", {"integer", "string"}}}}}},
                          "numbers or texts, as read, that mean \"no value\"")},
        {"offset", integer(-1'000'000'000, 1'000'000'000, "added to the number as read")},
        {"exponent", text("the point with the power of ten that the number is multiplied by")},
        {"unit", pattern(std::string{"^\\s*([0-9]+\\.?[0-9]*|\\.[0-9]+)?\\s*("} + unit_words + ")?\\s*$",
                         "what one count is: \"10 mV\"")},
        {"valid", described({{"type", "array"},
                             {"items", number_or_amount("an end of the range")},
                             {"minItems", 2},
                             {"maxItems", 2}},
                            "outside, there is no value: [\"-40 degC\", \"120 degC\"]")},
        {"count", any_of({integer(1, 1024, "elements"), text("the setting that says how many")},
                         "a run of so many values, one after the other")},
        {"used", text("the point that says how many of the run's elements there are")},
        {"present", text("the point whose bit n says whether element n of this run exists")},
        {"words", described({{"type", "object"}, {"additionalProperties", word}, {"minProperties", 1}},
                            "what the numbers or texts of a state mean")},
        {"otherwise", text("the word for what is in none of `words`")},
        {"items", text("the text is a list with this between its items")},
        {"every", pace("read so often, not in each poll")},
        {"optional", yes_or_no("with `every`: the device may never answer this")},
        {"heartbeat", duration("this number changes while the battery lives, at least so often")},
        {"alive_by", text("the point whose changes say that this value still holds")},
        {"fresh_by", text("the time stamp without whose rise in the same message this is old")}};
    return closed(with(keys, {modbus_point(), mqtt_point()}));
}

Json block() {
    return closed(with({{"every", pace("its points are read so often, not in each poll")},
                        {"optional", yes_or_no("the device may never answer these points")},
                        {"alive_by", text("the point whose changes say that their values still hold")},
                        {"fresh_by", text("the time stamp without whose rise these are old")}},
                       {modbus_block(), mqtt_point()}));
}

Json write() {
    return closed(with({{"help", text("shown to the owner, who has to name this write")},
                        {"every", pace("written so often; once if left out")}},
                       {modbus_write(), mqtt_write()}),
                  {"help"});
}

Json test() {
    Json names = Json::array();
    Json expected = Json::object();
    for (const SignalInfo& signal : signals()) {
        names.push_back(std::string{signal.name});
        expected[std::string{signal.name}] = text(std::string{signal.help});
    }
    const auto list_of = [](const Json& words, const std::string& help) {
        return described({{"type", "array"}, {"items", {{"enum", words}}}}, help);
    };
    const Json setting = {{"type", {"integer", "string", "boolean"}}};
    return closed(
        {{"name", text("what was going on")},
         {"source", text("where the recording comes from; \"worked out by hand\" if it is so")},
         {"settings", named(setting, "as the owner would write them")},
         {"modbus", described(closed(modbus_table()), "keys that this recording has other than the mapping")},
         {"capture", described({{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}},
                               "what came over the wire, line by line")},
         {"signals", described(closed(expected), "values with their units; conditions \"yes\" or \"no\"")},
         {"absent", list_of(names, "these have no value")},
         {"alarms", list_of(alarm_names(), "exactly these are active")},
         {"warnings", list_of(alarm_names(), "exactly these are active")},
         {"frames",
          described({{"type", "array"},
                     {"items", {{"type", "string"}, {"pattern", "^[0-9A-Fa-f]{3}#([0-9A-Fa-f]{2}){0,8}$"}}}},
                    "frames on the bus, worked out by hand")},
         {"refused", yes_or_no("[identity] must refuse this battery")}},
        {"name", "source", "capture"});
}

Json head() {
    return {
        {"mapping", described({{"const", 1}}, "version of the language")},
        {"vendor", text("the maker; together with `model` it names one battery")},
        {"model", text("the battery")},
        {"title", text("for people: firmware, port, mode")},
        {"level", words({"device", "capture", "document", "guess"}, "what it was checked on")},
        {"sources", texts("where each fact comes from")},
        {"wiring", texts("what the installer must know: plug, pins, switches, protocol to choose")},
        {"quirks", texts("what is odd or unknown; which limits the owner has to set")},
        {"publishes", text("how often the source tells its values by itself: \"5 s\", or a setting")},
        {"use", words({"control", "monitor"}, "monitor: no 12, 24 or 48 V battery, shown and never sent")},
        {"based_on", text("another mapping, beside this one, that holds but for what this one says")},
        {"leave_out", texts("lines of the `based_on` mapping that do not hold: \"points.mos\"")}};
}

} // namespace

std::string schema() {
    Json keys = head();
    keys["names"] = described(closed({{"manufacturer", text("8 characters on the bus")},
                                      {"name", text("16 characters on the bus")},
                                      {"family", text("8 characters on the bus")}}),
                              "texts that are always the same");
    keys["settings"] = named(setting(), "what the owner may, or must, set");
    keys["modbus"] = described(closed(modbus_table()), "read by the adapter modbus (adapters/README.md)");
    keys["mqtt"] = described(closed(mqtt_table()), "read by the adapter mqtt, which has no key here");
    keys["blocks"] = named(block(), "what several points have in common");
    keys["points"] =
        named(point(), "as the datasheet prints it: where a number is, and what one count means");
    keys["identity"] = described({{"type", "object"}, {"additionalProperties", reference("condition")}},
                                 "what must be so, or it is another battery");
    keys["availability"] = described({{"type", "object"}, {"additionalProperties", reference("condition")}},
                                     "each must be so, or no round is good; none is enough");
    keys["current_sign"] =
        described(closed({{"verified", yes_or_no("it was seen that positive charges")},
                          {"charging", reference("condition", "true while it charges")},
                          {"discharging", reference("condition", "true while it discharges")}}),
                  "what is known of the sign of the current");
    keys["signals"] = signal_table();
    keys["alarms"] = alarm_table("conditions; a kind without a line is not supported");
    keys["warnings"] = alarm_table("conditions; a kind without a line is not supported");
    keys["writes"] =
        named(write(), "what the device must be told; nothing is written unless the owner names it");
    keys["test"] =
        described({{"type", "array"}, {"items", test()}}, "what was recorded, and what comes of it");

    Json root{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "retrocan mapping"},
              {"description", "How to read a battery, and what its numbers mean (mappings/README.md)."}};
    root.update(closed(keys, {"mapping"}));
    // What is based on another mapping has these from there.
    Json whole = {"vendor", "model", "title", "level", "sources", "points", "signals"};
    Json modbus = whole;
    modbus.push_back("modbus");
    Json mqtt = whole;
    mqtt.push_back("mqtt");
    mqtt.push_back("publishes");
    root["anyOf"] = {{{"required", {"based_on"}}}, {{"required", modbus}}, {{"required", mqtt}}};
    root["definitions"] = value_definitions();
    return root.dump(2) + "\n";
}

} // namespace retrocan::mapping
