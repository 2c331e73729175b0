// SPDX-License-Identifier: Apache-2.0
#include "mapping/references.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

class Resolver {
public:
    Resolver(Scope& scope, Faults& faults) : scope_{scope}, faults_{faults} {}

    void resolve(Point& point, PointReferences& references) {
        resolve_block(point, references);
        resolve_count(point, references);
        point.present = helper(point, "present", references.present, "a plain word of bits");
        point.used = helper(point, "used", references.used, "a plain number");
        point.exponent = helper(point, "exponent", references.exponent, "a plain number, the power of ten");
        point.alive_by = helper(point, "alive_by", references.alive_by, "a plain number that changes");
        point.fresh_by =
            helper(point, "fresh_by", references.fresh_by, "a plain number that rises, such as a time");
        constexpr std::int64_t room = 100'000'000; // 10^8 times 10^10 fits into 64 bits
        if (point.exponent && (point.unit.numerator > room || point.unit.denominator > room))
            fault_at(point, "unit", "is too large or too fine to be multiplied by a power of ten");
        if (point.optional && point.pace == adapter::Pace::live)
            fault_at(point, "optional",
                     "only with `every`: what is read in each poll is waited for in each poll");
        if (point.heartbeat != Duration{} && (point.run || point.pace != adapter::Pace::live))
            fault_at(point, "heartbeat", "expected one number that is read in each poll");
    }

private:
    void fault_at(const Point& point, const char* key, const std::string& message) {
        faults_.push_back({point.place, "points." + point.name + "." + key + ": " + message});
    }

    void resolve_block(Point& point, PointReferences& references) {
        if (references.block.empty())
            return;
        const std::vector<Block>& blocks = scope_.blocks;
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            names.push_back(blocks[i].name);
            if (blocks[i].name == references.block)
                point.block = i;
        }
        if (!point.block)
            return fault_at(point, "block",
                            "no block is called " + in_quotes(references.block) +
                                did_you_mean(references.block, names));
        const Block& block = blocks[*point.block];
        if (!references.has_pace && block.pace) {
            point.pace = *block.pace;
            point.period = block.period;
        }
        point.optional = point.optional || block.optional;
        if (references.alive_by.empty() && block.alive_by != point.name)
            references.alive_by = block.alive_by;
        if (references.fresh_by.empty() && block.fresh_by != point.name)
            references.fresh_by = block.fresh_by;
    }

    void resolve_count(Point& point, const PointReferences& references) {
        if (references.count_setting.empty())
            return;
        point.count_setting = scope_.setting(references.count_setting);
        if (!point.count_setting)
            return fault_at(point, "count",
                            "no setting is called " + in_quotes(references.count_setting) +
                                did_you_mean(references.count_setting, scope_.setting_names()));
        const SettingSpec& setting = scope_.settings[*point.count_setting];
        scope_.setting_used[*point.count_setting] = true;
        const bool bounded = setting.dimension == Dimension::none && setting.min && *setting.min >= 1 &&
                             setting.max && *setting.max <= max_run;
        if (bounded)
            point.count = *setting.max;
        else
            fault_at(point, "count",
                     "the setting " + in_quotes(setting.name) +
                         " needs a min of at least 1 and a max of at most " + std::to_string(max_run));
    }

    /// A point that another one needs beside itself.
    std::optional<std::size_t> helper(const Point& point, const char* key, const std::string& name,
                                      const std::string& wanted) {
        if (name.empty())
            return std::nullopt;
        const auto index = scope_.point(name);
        if (!index) {
            fault_at(point, key,
                     "no point is called " + in_quotes(name) + did_you_mean(name, scope_.point_names()));
            return std::nullopt;
        }
        Point& other = scope_.points[*index];
        scope_.point_used[*index] = true;
        other.number = true;
        const char* obstacle = &other == &point                          ? "is this point itself"
                               : other.run                               ? "has a count"
                               : other.unit.dimension != Dimension::none ? "has a unit"
                               : !other.words.empty()                    ? "has words"
                               : other.exponent                          ? "has an exponent"
                                                                         : nullptr;
        if (obstacle == nullptr)
            return index;
        fault_at(point, key, "the point " + in_quotes(name) + " " + obstacle + "; expected " + wanted);
        return std::nullopt;
    }

    Scope& scope_;
    Faults& faults_;
};

} // namespace

void resolve_references(Scope& scope, std::vector<PointReferences>& references, Faults& faults) {
    Resolver resolver{scope, faults};
    for (std::size_t i = 0; i < references.size(); ++i)
        resolver.resolve(scope.points[i], references[i]);
    for (std::size_t i = 0; i < scope.points.size(); ++i)
        if (scope.points[i].heartbeat != Duration{})
            scope.point_used[i] = scope.points[i].number = true; // to watch it is use enough
}

void settle_shown_points(Scope& scope) {
    for (Point& point : scope.points) {
        if (!point.shown || point.number || point.text || !point.words.empty())
            continue;
        const auto& keys = point.address.keys;
        const bool number = std::any_of(keys.begin(), keys.end(), [](const adapter::Setting& setting) {
            const auto* type = std::get_if<std::string>(&setting.value);
            return setting.key == "type" && type != nullptr && *type != "ascii" && *type != "hex";
        });
        (number ? point.number : point.text) = true;
    }
}

} // namespace retrocan::mapping
