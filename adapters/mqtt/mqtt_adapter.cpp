// SPDX-License-Identifier: Apache-2.0
#include "mqtt_adapter.h"

#include "point_keys.h"
#include "reader.h"
#include "source.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace retrocan::mqtt {

namespace {

using adapter::Source;

constexpr std::size_t most_topics = 1000;

/// Every source that the adapter is handed was made by it.
const MqttSource& own(const Source* source) {
    return static_cast<const MqttSource&>(*source);
}

bool reads(const MqttSource& source, const std::string& topic) {
    return std::ranges::binary_search(source.topics(), topic);
}

/// What is published to a topic that is read would be taken for the battery's own word.
void check_publishes(const MqttSource& source, const adapter::SourceSpec& spec, Faults& faults) {
    for (const Publish& publish : source.publishes()) {
        if (!reads(source, publish.topic))
            continue;
        const auto write = std::ranges::find(spec.writes, publish.name, &adapter::WriteSpec::name);
        adapter::SettingsReader{write->address, faults}.fault(
            "topic", "\"" + publish.topic +
                         "\" is read by a point; what is published there would be taken "
                         "for the battery's own");
    }
}

/// What is read in each period, and where.
std::set<std::tuple<std::string, std::string, std::string>> live_values(const MqttSource& source) {
    std::set<std::tuple<std::string, std::string, std::string>> values;
    for (const Element& element : source.elements())
        if (element.pace == adapter::Pace::live)
            values.emplace(element.topic, element.json ? to_text(*element.json) : "-", element.field);
    return values;
}

std::string both(const MqttSource& earlier, const MqttSource& later) {
    return "batteries \"" + earlier.battery() + "\" and \"" + later.battery() + "\"";
}

/// Two connections with one client id throw each other out again and again.
void check_client_ids(const MqttSource& earlier, const MqttSource& later, Faults& faults) {
    const std::string& id = later.options().client_id;
    if (!id.empty() && id == earlier.options().client_id && earlier.options() != later.options())
        faults.push_back(
            {later.place(), both(earlier, later) + " have the same client_id \"" + id + "\" at " +
                                later.options().broker() +
                                ", but connect in different ways; expected another client_id, or none"});
}

/// One battery twice in the configuration would count twice in its bank.
void check_values(const MqttSource& earlier, const MqttSource& later, Faults& faults) {
    const auto ones = live_values(earlier);
    const auto others = live_values(later);
    if (others.empty() || ones != others)
        return;
    faults.push_back({later.place(), both(earlier, later) + " read the same values at " +
                                         later.options().broker() + ", such as " +
                                         std::get<0>(*others.begin()) +
                                         "; one of them needs other settings (retrocan mapping doc)"});
}

void check_publishes(const MqttSource& publisher, const MqttSource& reader, Faults& faults) {
    for (const Publish& publish : publisher.publishes())
        if (reads(reader, publish.topic))
            faults.push_back({publisher.place(), "battery \"" + publisher.battery() + "\" publishes to \"" +
                                                     publish.topic + "\" (" + publish.name +
                                                     "), which battery \"" + reader.battery() + "\" reads"});
}

} // namespace

std::unique_ptr<Source> MqttAdapter::source(const adapter::SourceSpec& spec, Faults& faults) const {
    const std::size_t before = faults.size();
    const Options options = read_options(spec, faults);
    if (!spec.published)
        faults.push_back({spec.mapping.place,
                          "publishes: missing in the head of the mapping; expected how "
                          "often the source tells its values, as in publishes = \"5 s\""});
    std::vector<PointKeys> blocks;
    blocks.reserve(spec.blocks.size());
    for (const adapter::BlockSpec& block : spec.blocks)
        blocks.push_back(read_block(block, faults));
    std::vector<Element> elements;
    for (const adapter::PointSpec& point : spec.points) {
        auto more = read_point(point, point.block ? blocks.at(*point.block) : PointKeys{}, faults);
        std::ranges::move(more, std::back_inserter(elements));
    }
    std::vector<Publish> publishes;
    for (const adapter::WriteSpec& write : spec.writes)
        if (auto good = read_publish(write, faults))
            publishes.push_back(std::move(*good));
    if (faults.size() != before)
        return nullptr;
    auto source = std::make_unique<MqttSource>(spec, options, std::move(elements), std::move(publishes));
    check_publishes(*source, spec, faults);
    if (source->topics().size() > most_topics)
        faults.push_back({spec.mapping.place,
                          spec.mapping.path + ": the points have " + std::to_string(source->topics().size()) +
                              " topics; expected at most " + std::to_string(most_topics)});
    if (faults.size() != before)
        return nullptr;
    return source;
}

void MqttAdapter::check_together(std::span<const Source* const> sources, Faults& faults,
                                 Faults& warnings) const {
    for (std::size_t b = 0; b < sources.size(); ++b) {
        const MqttSource& later = own(sources[b]);
        if (!later.options().connects())
            continue;
        if (later.options().insecure)
            warnings.push_back({later.place(), "battery \"" + later.battery() +
                                                   "\": insecure = true: nobody "
                                                   "checks who answers at " +
                                                   later.options().broker()});
        for (std::size_t a = 0; a < b; ++a) {
            const MqttSource& earlier = own(sources[a]);
            if (earlier.options().broker() != later.options().broker())
                continue;
            check_client_ids(earlier, later, faults);
            check_values(earlier, later, faults);
            check_publishes(earlier, later, faults);
            check_publishes(later, earlier, faults);
        }
    }
}

std::unique_ptr<adapter::Reader> MqttAdapter::start(std::span<const Source* const> sources,
                                                    adapter::Sink sink,
                                                    const adapter::StartOptions& options) {
    std::vector<const MqttSource*> ours;
    ours.reserve(sources.size());
    for (const Source* const source : sources)
        ours.push_back(&own(source));
    return start_reader(ours, sink, options);
}

} // namespace retrocan::mqtt
