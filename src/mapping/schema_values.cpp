// SPDX-License-Identifier: Apache-2.0
#include "mapping/schema_parts.h"

namespace retrocan::mapping::schema_parts {

namespace {

/// Every line may be a guess that the owner has to want.
Json only_if() {
    return text("the yes-or-no setting without which this line has no source");
}

/// A table with these keys, as a line of its own or within another.
Json form(Json properties, std::initializer_list<const char*> required) {
    properties["only_if"] = only_if();
    return closed(std::move(properties), required);
}

Json reduction(const char* kind, const char* help) {
    return form({{kind, any_of({text("a run"), texts("runs, or points")}, help)},
                 {"id", text("how the element is called beside the value: \"cell {n}\"")},
                 {"from", integer(0, 1, "the number of the first element, 1 if left out")}},
                {kind});
}

/// A guess that needs no other table.
Json guess(const char* kind) {
    return form({{"value", reference(kind, "what it is if the owner wants it")}}, {"value", "only_if"});
}

Json group(const char* kind, const char* help) {
    return form(
        {{kind, described({{"type", "array"}, {"items", reference("condition")}, {"minItems", 1}}, help)}},
        {kind});
}

} // namespace

Json value_definitions() {
    const Json like =
        any_of({text("a text, in which * stands for anything"), texts("one of them")}, "what the text is");
    return {
        {"amount",
         any_of(
             {text("a point, a setting, a constant with its unit, or arithmetic: \"rcv * cells\""),
              reduction("max", "the largest of the runs"), reduction("min", "the least of the runs"),
              reduction("mean", "the mean of the runs"), reduction("sum", "the sum of the runs"),
              form({{"value", reference("amount", "what it is while `when` holds")},
                    {"when", reference("condition")},
                    {"otherwise", reference("amount", "what it is else; absent if left out")}},
                   {"value", "when"}),
              form({{"first", described({{"type", "array"}, {"items", reference("amount")}, {"minItems", 2}},
                                        "the first that has a value")}},
                   {"first"}),
              guess("amount")},
             "an amount with its unit")},
        {"condition",
         any_of(
             {text("a point, a bit (\"alarm.4\"), a word (\"state.fault\") or a comparison (\"soc < 5 %\")"),
              group("any", "one of them holds"), group("all", "all of them hold"),
              form({{"not", reference("condition", "it does not hold")}}, {"not"}),
              form({{"text", text("a point with a text")}, {"like", like}}, {"text", "like"}),
              form({{"changed", text("a point with a number")},
                    {"within", duration("it changed not longer ago, \"1 s\" to \"1 h\"")}},
                   {"changed", "within"}),
              guess("condition")},
             "yes or no")},
        {"text", any_of({text("a point"),
                         form({{"text", text("points in braces: \"{block_no}/{cell_no}\"")}}, {"text"}),
                         reduction("max", "which element of the runs is the largest"),
                         reduction("min", "which element of the runs is the least"), guess("text")},
                        "a text")},
        {"version",
         any_of(
             {text("a point with a text: \"V15.41\" is 15.41"),
              form({{"digits", text("a point with a text, each digit a number: \"15\" is 1.5")}}, {"digits"}),
              form({{"major", text("a point with a number")}, {"minor", text("a point with a number")}},
                   {"major", "minor"}),
              guess("version")},
             "a firmware version")},
    };
}

} // namespace retrocan::mapping::schema_parts
