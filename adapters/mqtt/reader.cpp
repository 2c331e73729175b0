// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "source.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace retrocan::mqtt {

namespace {

class MqttReader : public adapter::Reader {
public:
    explicit MqttReader(std::size_t batteries) : link_of_(batteries) {}

    void add(const std::vector<Subscriber>& subscribers, const adapter::Sink& sink, bool traffic,
             const Timing& timing) {
        for (const Subscriber& subscriber : subscribers)
            link_of_[subscriber.battery] = links_.size();
        links_.push_back(std::make_unique<BrokerLink>(subscribers.front().source->options(), subscribers,
                                                      sink, traffic, timing));
    }

    /// A battery that publishes cannot be hurried; but what it told once is told again.
    void hurry(std::size_t battery, bool hurry) override {
        if (hurry)
            links_[link_of_[battery]]->begin_anew(battery);
    }

private:
    std::vector<std::size_t> link_of_; ///< by battery
    std::vector<std::unique_ptr<BrokerLink>> links_;
};

} // namespace

std::unique_ptr<adapter::Reader> start_reader(std::span<const MqttSource* const> sources,
                                              const adapter::Sink& sink, const adapter::StartOptions& options,
                                              const Timing& timing) {
    auto reader = std::make_unique<MqttReader>(sources.size());
    std::vector<bool> taken(sources.size());
    for (std::size_t first = 0; first < sources.size(); ++first) {
        if (taken[first])
            continue;
        std::vector<Subscriber> subscribers;
        for (std::size_t i = first; i < sources.size(); ++i)
            if (!taken[i] && sources[i]->options() == sources[first]->options()) {
                taken[i] = true;
                subscribers.push_back({i, sources[i]});
            }
        reader->add(subscribers, sink, options.traffic, timing);
    }
    return reader;
}

} // namespace retrocan::mqtt
