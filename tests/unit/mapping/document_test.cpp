// SPDX-License-Identifier: Apache-2.0
#include "mapping/content.h"
#include "mapping/describe.h"
#include "mapping/document.h"
#include "unit/mapping/fixture.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace retrocan::mapping {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const Mapping> parsed(const std::string& text) {
    Faults faults;
    auto mapping = parse(text, "test.toml", faults);
    for (const Fault& fault : faults)
        ADD_FAILURE() << to_text(fault);
    return mapping;
}

/// A battery whose limits come from four sides.
const std::string limits = mapping_text(R"(
rcv    = { at = 3, unit = "10 mV", every = "30 s" }
limit  = { at = 4, unit = "A" }
switch = { at = 5 }
)",
                                        R"(
cvl            = "rcv"
ccl            = { value = "limit", when = "switch", otherwise = "0 A" }
dcl            = { value = "100 A", when = "switch", otherwise = "0 A" }
[alarms]
high_voltage   = "switch.1"
low_voltage    = { any = ["switch.2"], only_if = "unproven" }
[settings]
unproven       = { default = false, help = "bits that nobody has seen | ever" }
)");

TEST(Origin, TellsWhereALimitComesFrom) {
    const auto mapping = parsed(limits);
    ASSERT_TRUE(mapping);
    const Content& content = mapping->content();
    EXPECT_EQ(origin(content, *signal_index("cvl")), Origin::settings);
    EXPECT_EQ(origin(content, *signal_index("ccl")), Origin::live);
    EXPECT_EQ(origin(content, *signal_index("dcl")), Origin::given); // its switch is live, its value is not
    EXPECT_EQ(origin(content, *signal_index("discharge_voltage")), Origin::none);
    EXPECT_EQ(origin(content, alarm_index(AlarmKind::low_voltage)), Origin::wanted);
}

TEST(WhyNoSource, NamesWhatIsMissing) {
    const Battery battery{limits};
    const auto why = [&](std::size_t signal) { return why_no_source(battery.bound(), signal); };
    EXPECT_EQ(why(*signal_index("voltage")), "");
    EXPECT_EQ(why(*signal_index("soh")), "no line in the mapping");
    EXPECT_EQ(why(alarm_index(AlarmKind::low_voltage)), "off: only_if = \"unproven\"");

    const Battery unset{
        mapping_text("", "cvl = \"highest\"\n[settings]\nhighest = { unit = \"V\", help = \"x\" }\n")};
    EXPECT_EQ(why_no_source(unset.bound(), *signal_index("cvl")), "the setting \"highest\" is not set");
}

TEST(UnitText, IsThatOfOneCount) {
    const auto mapping = parsed(mapping_text(R"(
a = { at = 3, unit = "0.1 degC" }
b = { at = 4 }
c = { at = 5, unit = "%" }
)",
                                             R"(
temperature    = "a"
modules_online = "b"
soh            = "c"
)"));
    ASSERT_TRUE(mapping);
    const auto text = [&](const char* name) {
        return unit_text(mapping->content().scope.points[*mapping->content().scope.point(name)]);
    };
    EXPECT_EQ(text("voltage"), "0.01 V");
    EXPECT_EQ(text("a"), "0.1 degC");
    EXPECT_EQ(text("b"), "-");
    EXPECT_EQ(text("c"), "1 %");
}

TEST(BatteryPage, TellsWhatAnOwnerAsks) {
    const std::string page = battery_page({"acme/lfp48", parsed(limits)});
    for (const char* words :
         {"# Acme LFP-48\n", "mapping `acme/lfp48`", "document: the maker's paper",
          "- **CVL**: from the battery's settings", "- **CCL**: the battery tells it in each poll",
          "- **DCL**: given: constant, behind a switch", "**not verified**", "| `high_voltage` | yes | – |",
          "only if the owner sets `unproven`", "nobody has seen \\| ever", "mapping = \"acme/lfp48\"",
          "cvl_floor   = \"\"", "[battery.when_missing]\ntemperature", "`soh`"})
        EXPECT_NE(page.find(words), std::string::npos) << words << "\n" << page;
}

std::vector<Titled> library() {
    std::vector<Titled> batteries;
    const fs::path folder{RETROCAN_SOURCE_DIR "/mappings"};
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.path().extension() != ".toml")
            continue;
        Faults faults;
        if (auto mapping = load(entry.path(), faults))
            batteries.push_back({fs::relative(entry.path(), folder).replace_extension().string(), mapping});
        for (const Fault& fault : faults)
            ADD_FAILURE() << to_text(fault);
    }
    std::sort(batteries.begin(), batteries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return batteries;
}

TEST(BatteryTable, OfTheReadmeIsThatOfTheMappings) {
    const std::string path = RETROCAN_SOURCE_DIR "/mappings/README.md";
    const std::string begin = "<!-- batteries: made by retrocan mapping doc --table -->\n";
    const std::string end = "<!-- end of batteries -->\n";
    std::ifstream file{path};
    std::string page{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t from = page.find(begin);
    const std::size_t to = page.find(end);
    ASSERT_TRUE(from != std::string::npos && to != std::string::npos && from < to) << "no marks in " << path;
    const std::size_t inside = from + begin.size();
    const std::string table = battery_table(library());
    if (std::getenv("RETROCAN_UPDATE_DOCS") != nullptr) { // NOLINT(concurrency-mt-unsafe): one thread
        page.replace(inside, to - inside, table);
        std::ofstream{path} << page;
        return;
    }
    EXPECT_EQ(page.substr(inside, to - inside), table) << path << ": renew it with\n"
                                                       << "    RETROCAN_UPDATE_DOCS=1 ctest -R BatteryTable";
}

} // namespace
} // namespace retrocan::mapping
