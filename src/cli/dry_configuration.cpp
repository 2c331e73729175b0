// SPDX-License-Identifier: Apache-2.0
#include "cli/dry_configuration.h"

#include "cli/paths.h"

#include <sstream>

#include <toml++/toml.h>

namespace retrocan::cli {

namespace {

/// "jk/pb" is one of the library; a file is named from the folder of the configuration.
std::string mapping_of(const toml::table& battery, const std::filesystem::path& configuration) {
    const std::string mapping = battery["mapping"].value_or(std::string{});
    return mapping.ends_with(".toml") ? beside(configuration, mapping).string() : mapping;
}

/// As --set takes it.
std::string setting_text(const toml::node& value) {
    if (const auto* text = value.as_string())
        return text->get();
    std::ostringstream stream;
    value.visit([&](const auto& it) { stream << it; });
    return stream.str();
}

template <class Function>
void each_battery(toml::table& configuration, const Function& function) {
    if (auto* list = configuration["battery"].as_array())
        for (toml::node& battery : *list)
            if (auto* table = battery.as_table())
                function(*table);
}

} // namespace

std::vector<DryBattery> dry_batteries(const std::filesystem::path& configuration) {
    toml::table file = toml::parse_file(configuration.string());
    std::vector<DryBattery> batteries;
    each_battery(file, [&](const toml::table& battery) {
        DryBattery& one = batteries.emplace_back();
        one.name = battery["name"].value_or(std::string{});
        one.published = battery.contains("mqtt");
        one.arguments.push_back(mapping_of(battery, configuration));
        if (const auto unit = battery["modbus"]["unit_id"].value<std::int64_t>()) {
            one.arguments.emplace_back("--unit");
            one.arguments.push_back(std::to_string(*unit));
        }
        if (const auto* settings = battery["settings"].as_table())
            for (const auto& [key, value] : *settings) {
                one.arguments.emplace_back("--set");
                one.arguments.push_back(std::string{key.str()} + "=" + setting_text(value));
            }
    });
    return batteries;
}

std::string dry_configuration(const std::filesystem::path& configuration,
                              const std::vector<std::uint16_t>& ports) {
    toml::table file = toml::parse_file(configuration.string());
    file.erase("record");
    file.erase("state");
    std::size_t i = 0;
    each_battery(file, [&](toml::table& battery) {
        battery.insert_or_assign("mapping", mapping_of(battery, configuration));
        battery.erase("writes");
        const bool published = battery.contains("mqtt");
        toml::table connection{{"host", "127.0.0.1"}, {"port", static_cast<std::int64_t>(ports.at(i++))}};
        const char* const name = published ? "mqtt" : "modbus";
        if (!published) {
            connection.insert("framing", "tcp");
            if (const auto unit = battery["modbus"]["unit_id"].value<std::int64_t>())
                connection.insert("unit_id", *unit);
        }
        battery.insert_or_assign(name, std::move(connection));
    });
    std::ostringstream stream;
    stream << file << "\n";
    return stream.str();
}

} // namespace retrocan::cli
