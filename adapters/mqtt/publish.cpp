// SPDX-License-Identifier: Apache-2.0
#include "publish.h"

#include "core/unit.h"
#include "document.h"
#include "topic.h"

namespace retrocan::mqtt {

std::optional<Publish> read_publish(const adapter::WriteSpec& spec, Faults& faults) {
    const std::size_t before = faults.size();
    adapter::SettingsReader read{spec.address, faults};
    Publish publish{.name = spec.name,
                    .topic = read.text("topic").value_or(""),
                    .payload = read.text("payload").value_or(""),
                    .pace = spec.pace,
                    .period = spec.period};
    if (!read.has("topic"))
        read.fault("topic", "missing; expected the topic that is published to");
    else if (const std::string why = objection_to_topic(publish.topic);
             faults.size() == before && !why.empty())
        read.fault("topic", why);
    else if (publish.topic.starts_with('$'))
        read.fault("topic", "topics that begin with $ are the broker's own");
    if (publish.payload.size() > longest_payload)
        read.fault("payload", "expected at most " + std::to_string(longest_payload) + " bytes; got " +
                                  std::to_string(publish.payload.size()));
    read.finish();
    if (faults.size() != before)
        return std::nullopt;
    return publish;
}

std::string to_text(const Publish& publish) {
    return "publishes \"" + publish.topic + "\", " +
           (publish.pace == adapter::Pace::slow ? "every " + retrocan::to_text(publish.period) : "once");
}

} // namespace retrocan::mqtt
