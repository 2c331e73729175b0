// SPDX-License-Identifier: Apache-2.0
#include "mapping/check.h"
#include "mapping/content.h"
#include "mapping/test_table.h"
#include "mapping/toml_reader.h"
#include "mapping/value_parser.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <system_error>

namespace retrocan::mapping {

namespace {

using toml_file::Need;
using toml_file::Node;
using toml_file::TableReader;

constexpr std::int64_t language_version = 1;
constexpr std::array<std::string_view, 4> levels{"device", "capture", "document", "guess"};
constexpr std::array<std::string_view, 3> constant_names{"manufacturer", "name", "family"};
/// Without these there is no battery to speak of.
constexpr std::array<std::string_view, 3> always_needed{"voltage", "current", "soc"};

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

/// Reads a whole file, section by section; everything is in `content` in the end.
class FileReader {
public:
    FileReader(const Node& root, std::string file, Faults& faults)
        : root_{root, "", faults}, faults_{faults}, values_{content_->scope, faults} {
        content_->file = std::move(file);
    }

    std::unique_ptr<Content> read() {
        head();
        settings();
        points();
        const std::size_t before_values = faults_.size();
        names();
        signals();
        alarms("alarms", alarm_index);
        alarms("warnings", warning_index);
        check_points(*content_, faults_);
        check_paces(*content_, faults_);
        if (faults_.size() == before_values) // else what stands in a broken line would seem unused
            check_unused(*content_, faults_);
        transport();
        for (TableReader& test : root_.tables("test"))
            content_->tests.push_back(parse_test(test, content_->adapter));
        root_.finish();
        return std::move(content_);
    }

private:
    void head() {
        if (const auto version = root_.integer("mapping"); version && *version != language_version)
            root_.fault("mapping", "this program reads version " + std::to_string(language_version) +
                                       " of the language; got " + std::to_string(*version));
        else if (!version)
            root_.fault("mapping", "expected \"mapping = 1\", the version of the language, on top");
        content_->vendor = root_.text("vendor", Need::required).value_or("");
        content_->model = root_.text("model", Need::required).value_or("");
        content_->title = root_.text("title", Need::required).value_or("");
        content_->level = static_cast<Level>(root_.one_of("level", levels, Need::required).value_or(3));
        content_->sources = root_.texts("sources", Need::required);
    }

    /// A name of a point or setting, as expressions can use it.
    void check_name(const TableReader& table, const toml_file::Entry& entry) {
        const bool sound =
            entry.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
            !entry.key.empty() && (entry.key[0] < '0' || entry.key[0] > '9');
        if (!sound)
            faults_.push_back({entry.place, table.path_of(entry.key) +
                                                ": expected a name of small letters, digits and _, with a "
                                                "letter first"});
        else if (content_->scope.setting(entry.key))
            faults_.push_back({entry.place, table.path_of(entry.key) + ": a setting has this name already"});
    }

    /// The tables of [points] or [settings].
    template <class Read>
    void each_table(const char* section, Need need, Read read) {
        auto table = root_.table(section, need);
        if (!table)
            return;
        for (const toml_file::Entry& entry : table->entries()) {
            check_name(*table, entry);
            if (auto line = table->table(entry.key))
                read(entry.key, *line);
        }
    }

    void settings() {
        Scope& scope = content_->scope;
        each_table("settings", Need::optional, [&](const std::string& name, TableReader& line) {
            scope.settings.push_back(parse_setting(name, line));
        });
        scope.setting_used.resize(scope.settings.size());
    }

    void points() {
        Scope& scope = content_->scope;
        std::vector<PointReferences> references;
        each_table("points", Need::required, [&](const std::string& name, TableReader& line) {
            scope.points.push_back(parse_point(name, line, references.emplace_back()));
        });
        scope.point_used.resize(scope.points.size());
        for (std::size_t i = 0; i < references.size(); ++i)
            resolve(scope.points[i], references[i]);
    }

    void resolve(Point& point, const PointReferences& references) {
        Scope& scope = content_->scope;
        const auto fault = [&](const char* key, const std::string& message) {
            faults_.push_back({point.place, "points." + point.name + "." + key + ": " + message});
        };
        if (!references.count_setting.empty()) {
            point.count_setting = scope.setting(references.count_setting);
            if (!point.count_setting) {
                fault("count", "no setting is called " + in_quotes(references.count_setting) +
                                   did_you_mean(references.count_setting, scope.setting_names()));
            } else {
                const SettingSpec& setting = scope.settings[*point.count_setting];
                scope.setting_used[*point.count_setting] = true;
                const bool bounded = setting.dimension == Dimension::none && setting.min &&
                                     *setting.min >= 1 && setting.max && *setting.max <= max_run;
                if (bounded)
                    point.count = *setting.max;
                else
                    fault("count", "the setting " + in_quotes(setting.name) +
                                       " needs a min of at least 1 and a max of at most " +
                                       std::to_string(max_run));
            }
        }
        if (!references.present.empty()) {
            point.present = scope.point(references.present);
            if (!point.present) {
                fault("present", "no point is called " + in_quotes(references.present) +
                                     did_you_mean(references.present, scope.point_names()));
                return;
            }
            Point& mask = scope.points[*point.present];
            scope.point_used[*point.present] = true;
            mask.number = true;
            if (mask.run || mask.unit.dimension != Dimension::none)
                fault("present", "the point " + in_quotes(mask.name) + " has a " +
                                     (mask.run ? "count" : "unit") + "; expected a plain word of bits");
        }
    }

    void add(std::size_t index, ValuePtr value, const Place& place) {
        content_->signals.push_back({index, std::move(value), place});
    }

    [[nodiscard]] bool has_signal(std::size_t index) const {
        return std::any_of(content_->signals.begin(), content_->signals.end(),
                           [&](const Signal& signal) { return signal.index == index; });
    }

    void names() {
        auto table = root_.table("names");
        if (!table)
            return;
        for (const std::string_view name : constant_names)
            if (auto text = table->text(name))
                add(*signal_index(name), std::make_unique<ConstantText>(*text), table->place_of(name));
        table->finish();
    }

    void signals() {
        auto table = root_.table("signals", Need::required);
        if (!table)
            return;
        for (const SignalInfo& info : retrocan::signals())
            table->node(info.name);
        table->finish();
        for (const toml_file::Entry& entry : table->entries())
            if (const auto index = signal_index(entry.key))
                signal(*table, entry, *index);
        for (const std::string_view name : always_needed)
            if (table->node(name) == nullptr)
                table->fault("expected the signal " + in_quotes(name) + ", which every battery must give");
    }

    void signal(TableReader& table, const toml_file::Entry& entry, std::size_t index) {
        const std::string path = table.path_of(entry.key);
        if (has_signal(index)) {
            table.fault(entry.key, contains(constant_names, entry.key)
                                       ? "stands in [names] already"
                                       : "stands as an id already, beside the value that it belongs to");
            return;
        }
        const auto id_index = signal_index(entry.key + "_id");
        ValuePtr value;
        const Node& node = entry.node;
        const auto by_type = Overloaded{
            [&](Maybe<bool> BatteryState::*) { value = values_.condition(node, path); },
            [&](Maybe<std::string> BatteryState::*) { value = values_.text(node, path); },
            [&](Maybe<Firmware> BatteryState::*) { value = values_.firmware(node, path); },
            [&]<class Unit>(Maybe<Quantity<Unit>> BatteryState::*) {
                ParsedAmount parsed =
                    values_.amount(node, path, dimension_of<Quantity<Unit>>, id_index.has_value());
                if (parsed.id && has_signal(*id_index))
                    table.fault(entry.key, entry.key + "_id stands in [signals] already");
                else if (parsed.id)
                    add(*id_index, std::move(parsed.id), node.place);
                value = std::move(parsed.value);
            },
        };
        std::visit(by_type, retrocan::signals()[index].field);
        if (value)
            add(index, std::move(value), node.place);
    }

    void alarms(const char* section, std::size_t (*index)(AlarmKind)) {
        auto table = root_.table(section);
        if (!table)
            return;
        for (std::size_t i = 0; i < alarm_kinds; ++i) {
            const auto kind = static_cast<AlarmKind>(i);
            const Node* node = table->node(to_text(kind));
            if (node == nullptr)
                continue;
            if (ValuePtr value = values_.condition(*node, table->path_of(to_text(kind))))
                add(index(kind), std::move(value), node->place);
        }
        table->finish();
    }

    /// The one table that is none of the language's: it belongs to the adapter that it names.
    void transport() {
        root_.node("test"); // is read last, but is no adapter
        std::vector<const toml_file::Entry*> candidates;
        const std::array<std::string_view, 6> sections{"names",   "settings", "points",
                                                       "signals", "alarms",   "warnings"};
        for (const toml_file::Entry* entry : root_.unasked())
            if (entry->node.table() != nullptr && nearest(entry->key, sections).empty())
                candidates.push_back(entry);
        for (const toml_file::Entry* entry : candidates)
            if (entry != candidates.front())
                faults_.push_back(
                    {entry->place, entry->key + ": a second table for an adapter; one mapping has one"});
        if (candidates.empty()) {
            root_.fault("expected a table named after the adapter that reads the points, such as [modbus]");
            return;
        }
        content_->adapter = candidates.front()->key;
        for (const toml_file::Entry* entry : candidates)
            root_.node(entry->key);
        content_->transport = to_settings(candidates.front()->node, content_->adapter, faults_);
    }

    TableReader root_;
    Faults& faults_;
    std::unique_ptr<Content> content_{std::make_unique<Content>()};
    ValueParser values_;
};

} // namespace

std::string_view to_text(Level level) {
    return levels[static_cast<std::size_t>(level)];
}

Mapping::Mapping(std::unique_ptr<const Content> content) : content_{std::move(content)} {}
Mapping::~Mapping() = default;

const std::string& Mapping::file() const {
    return content_->file;
}
const std::string& Mapping::vendor() const {
    return content_->vendor;
}
const std::string& Mapping::model() const {
    return content_->model;
}
const std::string& Mapping::title() const {
    return content_->title;
}
Level Mapping::level() const {
    return content_->level;
}
const std::vector<std::string>& Mapping::sources() const {
    return content_->sources;
}
const std::string& Mapping::adapter() const {
    return content_->adapter;
}
const std::vector<SettingSpec>& Mapping::settings() const {
    return content_->scope.settings;
}
const std::vector<TestVector>& Mapping::tests() const {
    return content_->tests;
}

std::shared_ptr<const Mapping> parse(std::string_view text, const std::string& file, Faults& faults) {
    const std::size_t before = faults.size();
    const auto document = toml_file::parse(text, file, faults);
    if (!document)
        return nullptr;
    auto content = FileReader{*document, file, faults}.read();
    // In the order of the file, in which they are mended.
    std::stable_sort(
        faults.begin() + static_cast<std::ptrdiff_t>(before), faults.end(),
        [](const Fault& a, const Fault& b) {
            return std::pair{a.place.line, a.place.column} < std::pair{b.place.line, b.place.column};
        });
    if (faults.size() != before)
        return nullptr;
    return std::make_shared<const Mapping>(std::move(content));
}

std::shared_ptr<const Mapping> load(const std::filesystem::path& path, Faults& faults) {
    std::ifstream stream{path, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    std::error_code error;
    if (!stream.is_open() || text.bad() || std::filesystem::is_directory(path, error)) {
        faults.push_back({{path.string(), 0, 0}, "cannot be read"});
        return nullptr;
    }
    return parse(text.str(), path.string(), faults);
}

} // namespace retrocan::mapping
