// SPDX-License-Identifier: Apache-2.0
#include "mapping/document.h"

#include "core/unit.h"
#include "mapping/content.h"
#include "mapping/describe.h"

#include <array>

namespace retrocan::mapping {

namespace {

constexpr std::array<std::string_view, 3> limit_names{"cvl", "ccl", "dcl"};

std::string upper(std::string_view text) {
    std::string result{text};
    for (char& c : result)
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return result;
}

/// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

std::string in_table(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, "\\");
    return text;
}

std::string code(const std::string& text) {
    return "`" + text + "`";
}

// --- the page of a battery ---------------------------------------------------------------------------------

std::string level_sentence(Level level) {
    switch (level) {
    case Level::device:
        return "device: tried on a real battery by the author";
    case Level::capture:
        return "capture: recorded answers of a real battery";
    case Level::document:
        return "document: the maker's paper, not yet a real battery";
    case Level::guess:
        break;
    }
    return "guess: nothing that a battery or its maker said";
}

std::string bullets(const std::string& head, const std::vector<std::string>& lines) {
    std::string text = lines.empty() ? "" : "\n## " + head + "\n\n";
    for (const std::string& line : lines)
        text += "- " + line + "\n";
    return text;
}

/// How a signal is had: "live", "every 30 s", "constant", ...
std::string how(const Content& content, const Signal& line) {
    if (!on_by_default(content, line))
        return "only if the owner sets " + code(content.scope.settings[*line.only_if].name);
    Needs needs;
    line.value->add_needs(needs);
    for (const std::size_t i : needs.settings)
        if (const SettingSpec& setting = content.scope.settings[i]; !setting.fallback)
            return "from the owner's setting " + code(setting.name);
    std::string text;
    for (const Point* point : measured(content, line)) {
        if (point->pace == adapter::Pace::live)
            return "live";
        text = pace_text(point->pace, point->period);
    }
    return !text.empty() ? text : needs.points.empty() ? "constant" : "constant, behind a switch";
}

std::string signal_section(const Content& content) {
    std::string text = "\n## What it gives\n\n| Signal | | Made of |\n| --- | --- | --- |\n";
    std::string absent;
    for (std::size_t i = 0; i < plain_signals; ++i) {
        const std::string name = signal_name(i);
        if (const Signal* line = line_of(content, i))
            text += "| " + code(name) + " | " + how(content, *line) + " | " +
                    in_table(code(plain_text(line->text))) + " |\n";
        else
            absent += (absent.empty() ? "" : ", ") + code(name);
    }
    return text + "\nAbsent: " + (absent.empty() ? "nothing" : absent) + ".\n";
}

std::string alarm_section(const Content& content) {
    const auto cell = [&](std::size_t index) -> std::string {
        const Signal* line = line_of(content, index);
        return line == nullptr ? "–" : on_by_default(content, *line) ? "yes" : how(content, *line);
    };
    std::string rows;
    std::string none;
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const auto kind = static_cast<AlarmKind>(i);
        const std::string name = code(std::string{to_text(kind)});
        const std::string alarm = cell(alarm_index(kind));
        const std::string warning = cell(warning_index(kind));
        if (alarm == "–" && warning == "–")
            none += (none.empty() ? "" : ", ") + name;
        else
            rows.append("| ").append(name).append(" | ").append(alarm).append(" | ").append(warning).append(
                " |\n");
    }
    std::string text = "\n## Alarms and warnings\n";
    if (!rows.empty())
        text += "\n| Kind | Alarm | Warning |\n| --- | --- | --- |\n" + rows;
    return text + (none.empty() ? "" : "\nNot supported: " + none + ".\n");
}

std::string limit_section(const Content& content) {
    std::string text = "\n## Limits\n\n";
    for (const std::string_view name : limit_names) {
        text += "- **" + upper(name) + "**: ";
        switch (origin(content, *signal_index(name))) {
        case Origin::live:
            text += "the battery tells it in each poll";
            break;
        case Origin::settings:
            text += "from the battery's settings: it does not follow the battery's state";
            break;
        case Origin::given: {
            const Signal& line = *line_of(content, *signal_index(name));
            text += "given: " + how(content, line) + ", " + code(plain_text(line.text));
            break;
        }
        case Origin::wanted:
            text += how(content, *line_of(content, *signal_index(name))) + "; else " +
                    code("[battery.limits]") + " counts alone";
            break;
        case Origin::none:
            text += "the battery does not tell it; " + code("[battery.limits]") +
                    " of the configuration counts alone";
            break;
        }
        text += "\n";
    }
    return text;
}

std::string setting_section(const Content& content) {
    if (content.scope.settings.empty())
        return "";
    std::string text =
        "\n## Settings of the owner\n\n| Setting | Default | May be | |\n| --- | --- | --- | --- |\n";
    for (const SettingSpec& setting : content.scope.settings)
        text += "| " + code(setting.name) + " | " +
                (setting.required                      ? "**required**"
                 : setting.is_text && setting.fallback ? code(setting.fallback_text)
                 : setting.fallback                    ? to_text(setting, *setting.fallback)
                                                       : "not set") +
                " | " + range_text(setting) + " | " + in_table(setting.help) + " |\n";
    return text;
}

std::string identity_section(const Content& content) {
    std::vector<std::string> lines;
    for (const NamedCondition& check : content.identity)
        lines.push_back(code(check.name) + ": " + code(plain_text(check.text)));
    return bullets("What must be so, or it is refused", lines);
}

/// "at 8192, registers 85": what is written where, in the adapter's keys.
std::string address_text(const adapter::Settings& address) {
    std::string text;
    for (const adapter::Setting& setting : address.keys) {
        std::string value;
        if (const auto* number = std::get_if<std::int64_t>(&setting.value))
            value = std::to_string(*number);
        else if (const auto* word = std::get_if<std::string>(&setting.value))
            value = *word;
        else if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&setting.value))
            for (const std::int64_t one : *numbers)
                value += (value.empty() ? "" : " ") + std::to_string(one);
        text += (text.empty() ? "" : ", ") + setting.key + " " + value;
    }
    return text;
}

std::string write_section(const Content& content) {
    std::vector<std::string> lines;
    for (const Write& write : content.writes)
        lines.push_back(code(write.name) + ", " + pace_text(write.pace, write.period) + ": " + write.help +
                        " (" + in_table(address_text(write.address)) + ")");
    const std::string text = bullets("Writes", lines);
    return text.empty() ? ""
                        : text + "\nNothing is written unless the configuration names it: " +
                              code("writes = [\"" + content.writes.front().name + "\"]") + ".\n";
}

std::string test_section(const Content& content) {
    std::vector<std::string> lines;
    for (const TestVector& test : content.tests)
        lines.push_back(test.name + " (" + test.source + ")");
    return bullets("Tests", lines);
}

std::string default_as_toml(const SettingSpec& setting) {
    if (!setting.fallback)
        return "\"\"";
    if (setting.yes_or_no)
        return *setting.fallback != 0 ? "true" : "false";
    const std::string text = to_text(setting, *setting.fallback);
    return setting.dimension == Dimension::none ? text : "\"" + text + "\"";
}

/// What an owner writes. Nobody's numbers but the owner's belong into the limits: they are left empty, and
/// `retrocan check` asks for each.
std::string configuration_section(const Titled& battery) {
    const Content& content = battery.mapping->content();
    std::string text =
        "\n## Configuration\n\nWhat is empty is yours to fill in; `retrocan check` tells what is "
        "missing.\n\n```toml\n[can]\nlink = \"can0\"\n\n[[battery]]\nname = \"battery\"\nmapping = \"" +
        battery.name +
        "\"\ncells = \"\"               # in series\ncell_over_voltage = \"\"   # where the battery's "
        "own protection switches off\n";
    for (const Write& write : content.writes)
        text += "# writes = [\"" + write.name + "\"]   # " + write.help + "\n";
    text += "\n[battery." + content.adapter + "]\nhost = \"\"\n";
    for (const adapter::Setting& setting : content.transport.keys)
        if (const auto* unit = std::get_if<std::int64_t>(&setting.value);
            setting.key == "unit_id" && unit != nullptr)
            text += "unit_id = " + std::to_string(*unit) + "\n";
    std::string settings;
    for (const SettingSpec& setting : content.scope.settings)
        settings += std::string{setting.required ? "" : "# "} + setting.name + " = " +
                    default_as_toml(setting) + "   # " + setting.help + "\n";
    if (!settings.empty())
        text += "\n[battery.settings]\n" + settings;
    text += "\n[battery.limits]         # never exceeded, whatever the battery asks for\ncvl_floor   = \"\"\n"
            "cvl_ceiling = \"\"\nccl_ceiling = \"\"\ndcl_ceiling = \"\"\n";
    if (line_of(content, *signal_index("temperature")) == nullptr)
        text += "\n[battery.when_missing]\ntemperature = \"\"         # the battery does not tell it\n";
    return text + "```\n";
}

} // namespace

std::string battery_page(const Titled& battery) {
    const Content& content = battery.mapping->content();
    std::string text = "# " + content.title + "\n\n" + content.vendor + " " + content.model + ", mapping " +
                       code(battery.name) + ", read by the adapter " + code(content.adapter) + ".\n";
    if (content.use == Use::monitor)
        text +=
            "\n**Monitor only:** this is no 12, 24 or 48 V battery. It is decoded and shown, and never sent "
            "(" +
            code("retrocan run --shadow") + ").\n";
    text += "\nChecked on " + level_sentence(content.level) + ".\n";
    text += bullets("Sources", content.sources);
    text += bullets("Wiring", content.wiring);
    text += bullets("Good to know", content.quirks);
    text += signal_section(content);
    text += limit_section(content);
    text += std::string{"\nPositive current charges: "} +
            (content.sign.verified
                 ? "verified.\n"
                 : "**not verified**. Charge, and look; then " + code("invert_current = false") +
                       " in the configuration vouches for it, " + code("true") + " turns it round.\n");
    text += alarm_section(content);
    text += setting_section(content);
    text += identity_section(content);
    text += write_section(content);
    text += test_section(content);
    return text + configuration_section(battery);
}

std::string battery_table(std::span<const Titled> batteries) {
    std::string text = "| Battery | File | Adapter | Checked on | CVL, CCL, DCL | The owner sets |\n"
                       "| --- | --- | --- | --- | --- | --- |\n";
    for (const Titled& battery : batteries) {
        const Content& content = battery.mapping->content();
        std::string limits;
        constexpr std::array<std::string_view, 5> words{"live", "from its settings", "given", "if wanted",
                                                        "not told"};
        for (std::size_t word = 0; word < words.size(); ++word) {
            std::vector<std::string> names;
            for (const std::string_view name : limit_names)
                if (origin(content, *signal_index(name)) == static_cast<Origin>(word))
                    names.push_back(upper(name));
            if (names.size() == limit_names.size())
                limits = words[word];
            else if (!names.empty())
                limits += (limits.empty() ? "" : "; ") + listed(names) + " " + std::string{words[word]};
        }
        std::string settings;
        for (const SettingSpec& setting : content.scope.settings) {
            settings += (settings.empty() ? "" : "; ") + code(setting.name);
            if (!setting.required && setting.yes_or_no)
                settings += ", if wanted";
            else if (!setting.required)
                settings +=
                    setting.fallback ? ", if not " + to_text(setting, *setting.fallback) : ", if known";
        }
        text += "| " + in_table(content.title) + " | [" + battery.name + "](" + battery.name +
                (battery.name.ends_with(".toml") ? "" : ".toml") + ") | " + content.adapter + " | " +
                std::string{to_text(content.level)} + " | " +
                (content.use == Use::monitor ? "shown only, never sent" : limits) + " | " +
                (settings.empty() ? "–" : settings) + " |\n";
    }
    return text;
}

} // namespace retrocan::mapping
