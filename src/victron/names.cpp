// SPDX-License-Identifier: Apache-2.0
#include "victron/names.h"

#include <algorithm>
#include <string>

namespace retrocan::victron {

namespace {

// Effects: dvcc.py of victronenergy/dbus-systemcalc-py. Recognition: issues of victronenergy/venus.
constexpr GuardedName names[] = {
    {"PYLON", "Pylontech", "holds the charge voltage near 52.4 V (24 V systems: 27.8 V)"},
    {"PELIO", "Pylontech (Pelio)", "holds the charge voltage near 56 V"},         // by 0x382, venus#940
    {"DYNESS", "Dyness", "treats it as a Pylontech: charge voltage near 52.4 V"}, // venus#913, #943
    {"BYD", "BYD", "answers CCL 0 with 55 V and 40 A"},
    {"LG", "LG", "caps the charge voltage at 57.3 V"},
    {"SONY", "Sony", "raised the charge current limit to 1000 A (older Venus OS)"},
    // What BYD's Premium LVS sends; whether 0x382 is enough without "BYD" in 0x35E is not known.
    {"PREMIUM", "BYD", "may answer CCL 0 with 55 V and 40 A", true},
};

constexpr std::string_view neutral_name = "RETROCAN";
constexpr std::string_view neutral_family = "BATTERY";
constexpr std::uint32_t family_id = 0x382;

// Receivers skip what they cannot print, and perhaps blanks: neither may hide a name.
std::string letters(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (c > ' ' && c < 0x7F)
            result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

} // namespace

std::span<const GuardedName> guarded_names() {
    return names;
}

const GuardedName* recognised(std::uint32_t id, std::string_view text) {
    const std::string seen = letters(text);
    for (const GuardedName& name : names)
        if (seen.starts_with(name.beginning) && (!name.family_only || id == family_id))
            return &name;
    return nullptr;
}

CanFrame guarded(CanFrame frame, NameRule rule) {
    const bool named = frame.id == 0x35E || frame.id == 0x370 || frame.id == family_id;
    if (rule == NameRule::as_given || !named || frame.kind != CanFrame::Kind::standard)
        return frame;
    const std::string text{frame.data.begin(), frame.data.begin() + frame.size};
    if (recognised(frame.id, text) == nullptr)
        return frame;
    const std::string_view neutral = frame.id == family_id ? neutral_family : neutral_name;
    frame.size = 8;
    frame.data = {};
    std::copy(neutral.begin(), neutral.end(), frame.data.begin());
    return frame;
}

} // namespace retrocan::victron
