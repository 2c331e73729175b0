// SPDX-License-Identifier: Apache-2.0
#include "core/unit.h"
#include "mapping/address.h"
#include "mapping/check.h"
#include "mapping/content.h"
#include "mapping/derive.h"
#include "mapping/references.h"
#include "mapping/test_table.h"
#include "mapping/toml_reader.h"
#include "mapping/value_parser.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace retrocan::mapping {

namespace {

using toml_file::Need;
using toml_file::Node;
using toml_file::TableReader;

constexpr std::int64_t language_version = 1;
constexpr std::array<std::string_view, 2> uses{"control", "monitor"};
constexpr std::array<std::string_view, 3> constant_names{"manufacturer", "name", "family"};
constexpr Duration fastest_publisher = std::chrono::milliseconds{100};
constexpr Duration slowest_publisher = std::chrono::hours{1};
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

Write parse_write(const std::string& name, TableReader& read) {
    Write write;
    write.name = name;
    write.help = read.text("help", Need::required).value_or("");
    if (const auto pace = parse_pace(read)) {
        write.pace = pace->pace;
        write.period = pace->period;
    }
    write.address = read.rest();
    return write;
}

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
        publishes();
        blocks();
        points();
        const std::size_t before_values = faults_.size();
        names();
        signals();
        alarms("alarms", alarm_index);
        alarms("warnings", warning_index);
        conditions("identity", content_->identity);
        conditions("availability", content_->availability);
        current_sign();
        settle_shown_points(content_->scope);
        writes();
        transport();
        placeholders();
        check_points(*content_, faults_);
        check_paces(*content_, faults_);
        if (faults_.size() == before_values) // else what stands in a broken line would seem unused
            check_unused(*content_, faults_);
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
        content_->level = static_cast<Level>(root_.one_of("level", level_words, Need::required).value_or(3));
        content_->use = static_cast<Use>(root_.one_of("use", uses).value_or(0));
        content_->sources = root_.texts("sources", Need::required);
        content_->wiring = root_.texts("wiring");
        content_->quirks = root_.texts("quirks");
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
        else if (table.path() != "blocks" && content_->scope.setting(entry.key))
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

    void blocks() {
        each_table("blocks", Need::optional, [&](const std::string& name, TableReader& line) {
            content_->scope.blocks.push_back(parse_block(name, line));
        });
    }

    void points() {
        Scope& scope = content_->scope;
        std::vector<PointReferences> references;
        each_table("points", Need::required, [&](const std::string& name, TableReader& line) {
            scope.points.push_back(parse_point(name, line, references.emplace_back()));
        });
        constexpr std::size_t most_points = 2000;
        if (scope.points.size() > most_points)
            root_.fault("points", "more than " + std::to_string(most_points) + " points");
        scope.point_used.resize(scope.points.size());
        resolve_references(scope, references, faults_);
    }

    void add(std::size_t index, ValuePtr value, const Node& node, std::optional<std::size_t> only_if = {}) {
        content_->signals.push_back({index, std::move(value), node.place, as_toml(node), only_if});
    }

    /// A line without its `only_if`, which belongs to the line and not to its value.
    struct Line {
        Node node;
        std::optional<std::size_t> only_if;
        bool sound{true};
    };
    Line line(const Node& node, const std::string& path) {
        Line line{node, {}, true};
        auto* table = std::get_if<toml_file::Table>(&line.node.value);
        if (table == nullptr)
            return line;
        const auto key = std::find_if(table->begin(), table->end(),
                                      [](const toml_file::Entry& entry) { return entry.key == "only_if"; });
        if (key == table->end())
            return line;
        if (const std::string* name = key->node.text()) {
            line.only_if = values_.expressions().switch_setting({*name, key->node.place, path + ".only_if"});
            line.sound = line.only_if.has_value();
        } else {
            faults_.push_back({key->node.place, path + ".only_if: expected the name of a setting; found " +
                                                    describe(key->node)});
            line.sound = false;
        }
        table->erase(key);
        if (table->size() == 1 && table->front().key == "value")
            line.node = Node{table->front().node}; // { value = "x", only_if = .. } is "x" with a condition
        return line;
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
                add(*signal_index(name), std::make_unique<ConstantText>(*text), *table->node(name));
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
        const Line line = this->line(entry.node, path);
        const Node& node = line.node;
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
                    add(*id_index, std::move(parsed.id), entry.node, line.only_if);
                value = std::move(parsed.value);
            },
        };
        std::visit(by_type, retrocan::signals()[index].field);
        if (value && line.sound)
            add(index, std::move(value), entry.node, line.only_if);
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
            const std::string path = table->path_of(to_text(kind));
            const Line line = this->line(*node, path);
            if (ValuePtr value = values_.condition(line.node, path); value && line.sound)
                add(index(kind), std::move(value), *node, line.only_if);
        }
        table->finish();
    }

    void conditions(const char* section, std::vector<NamedCondition>& list) {
        auto table = root_.table(section);
        if (!table)
            return;
        for (const toml_file::Entry& entry : table->entries())
            if (ValuePtr condition = values_.condition(entry.node, table->path_of(entry.key)))
                list.push_back({entry.key, std::move(condition), entry.node.place, as_toml(entry.node)});
    }

    /// "5 s", or the name of a setting that is a time.
    void publishes() {
        const Node* node = root_.node("publishes");
        if (node == nullptr)
            return;
        Publishing& publishing = content_->publishing;
        const std::string* text = node->text();
        const auto setting = text != nullptr ? content_->scope.setting(*text) : std::nullopt;
        if (!setting) {
            publishing.period =
                root_.duration("publishes", fastest_publisher, slowest_publisher).value_or(fastest_publisher);
            return;
        }
        const SettingSpec& spec = content_->scope.settings[*setting];
        content_->scope.setting_used[*setting] = true;
        const bool bounded = spec.dimension == Dimension::time && spec.min && spec.max &&
                             Duration{*spec.min} >= fastest_publisher &&
                             Duration{*spec.max} <= slowest_publisher && spec.fallback;
        if (!bounded)
            root_.fault("publishes", "the setting " + in_quotes(*text) +
                                         " needs unit = \"s\", a default, and a min and a max from " +
                                         retrocan::to_text(fastest_publisher) + " to " +
                                         retrocan::to_text(slowest_publisher));
        publishing.setting = setting;
    }

    void current_sign() {
        content_->sign.verified = content_->level == Level::device || content_->level == Level::capture;
        auto table = root_.table("current_sign");
        if (!table)
            return;
        content_->sign.verified = table->boolean("verified").value_or(content_->sign.verified);
        if (const Node* node = table->node("charging"))
            content_->sign.charging = values_.condition(*node, table->path_of("charging"));
        if (const Node* node = table->node("discharging"))
            content_->sign.discharging = values_.condition(*node, table->path_of("discharging"));
        table->finish();
    }

    void writes() {
        each_table("writes", Need::optional, [&](const std::string& name, TableReader& line) {
            content_->writes.push_back(parse_write(name, line));
        });
    }

    /// "{name}" in a key of the adapter must be a setting.
    void placeholders() {
        Scope& scope = content_->scope;
        std::vector<std::string_view> names = scope.setting_names();
        each_address(*content_, [&](adapter::Settings& settings) {
            for (adapter::Setting& setting : settings.keys)
                for (const std::string& name : placeholders_of(setting)) {
                    if (const auto index = scope.setting(name))
                        scope.setting_used[*index] = true;
                    else
                        faults_.push_back({setting.place, settings.path + "." + setting.key +
                                                              ": no setting is called " + in_quotes(name) +
                                                              did_you_mean(name, names)});
                }
        });
    }

    /// The one table that is none of the language's: it belongs to the adapter that it names.
    void transport() {
        root_.node("test"); // is read last, but is no adapter
        std::vector<const toml_file::Entry*> candidates;
        const std::array<std::string_view, 11> sections{
            "names",    "settings", "blocks",       "points",       "signals", "alarms",
            "warnings", "identity", "availability", "current_sign", "writes"};
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

std::shared_ptr<const Mapping> parse(std::string_view text, const std::string& file, Faults& faults) {
    const std::size_t before = faults.size();
    auto parsed = toml_file::parse(text, file, faults);
    const auto document = parsed ? derived(std::move(*parsed), file, faults) : std::nullopt;
    if (!document)
        return nullptr;
    auto content = FileReader{*document, file, faults}.read();
    // In the order of the file, in which they are mended; those of a file that it is based on come last.
    const auto order = [&](const Fault& fault) {
        const Place& place = fault.place;
        return std::tuple{place.file != file, std::string_view{place.file}, place.line, place.column};
    };
    std::stable_sort(faults.begin() + static_cast<std::ptrdiff_t>(before), faults.end(),
                     [&](const Fault& a, const Fault& b) { return order(a) < order(b); });
    if (faults.size() != before)
        return nullptr;
    return std::make_shared<const Mapping>(std::move(content));
}

std::shared_ptr<const Mapping> load(const std::filesystem::path& path, Faults& faults) {
    const auto text = read_text(path, faults);
    return text ? parse(*text, path.string(), faults) : nullptr;
}

} // namespace retrocan::mapping
