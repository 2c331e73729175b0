// SPDX-License-Identifier: Apache-2.0
#include "cli/simulation.h"
#include "mapping/point.h"
#include "simulator/mqtt_client.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using simulator::ModbusFault;
using simulator::MqttClient;

/// What of the faults of the wire there is over MQTT, and what it means there.
struct PublishedFault {
    ModbusFault::Kind kind;
    std::string_view meaning;
};
constexpr std::array<PublishedFault, 4> published_faults{{
    {ModbusFault::Kind::hang, "silent: it publishes nothing"},
    {ModbusFault::Kind::half_frame, "cut: payloads end half way"},
    {ModbusFault::Kind::garbage, "garbage: payloads that are no text"},
    {ModbusFault::Kind::twice, "twice: each message two times"},
}};

/// What is published under a topic.
struct Publication {
    std::string topic;
    std::string payload;
};

/// From a capture line of the adapter's; nothing if it is none of a message.
std::optional<Publication> publication(const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("topic") || !json.contains("payload") ||
        !json["topic"].is_string() || !json["payload"].is_string())
        return std::nullopt;
    return Publication{json["topic"].get<std::string>(), json["payload"].get<std::string>()};
}

/// Publishes its batteries as their sources would: each period, but what is told only `once` at the start,
/// kept by the broker, and when it changes.
class MqttSimulation : public Simulation {
public:
    MqttSimulation(std::vector<Simulated> batteries, const simulator::BrokerAddress& address,
                   const std::string& password)
        : Simulation{std::move(batteries)}
        , where_{address.text()}
        , client_{address, password}
        , batteries_state_(batteries_.size()) {
        for (std::size_t i = 0; i < batteries_.size(); ++i)
            batteries_state_[i].rare = rare_topics(*batteries_[i].battery);
    }

    [[nodiscard]] std::string where() const override { return where_; }
    [[nodiscard]] std::string lost() const override {
        return client_.connected() ? "" : "the connection to the broker is lost";
    }
    [[nodiscard]] bool ended() const override { return ended_; }
    [[nodiscard]] Result<simulator::AnyFault, std::string> parse(std::string_view text) const override {
        auto fault = simulator::parse_fault(text, now(), simulator::Framing::tcp);
        const auto* wire = fault ? std::get_if<ModbusFault>(&*fault) : nullptr;
        if (wire == nullptr || meaning_of(wire->kind) != nullptr)
            return fault;
        std::string known;
        for (const PublishedFault& one : published_faults)
            known += (known.empty() ? "" : "; ") + std::string{one.meaning};
        return Err{"\"" + std::string{text} + "\": there is no such fault of a message; there is " + known +
                   "; and those of values"};
    }

    Duration tick() override {
        const Duration time = now();
        Duration next = 500ms;
        bool ended = true;
        for (std::size_t i = 0; i < batteries_.size(); ++i) {
            Simulated& one = batteries_[i];
            State& state = batteries_state_[i];
            const Duration period = one.battery->base().bound->period();
            ended = ended && one.player && one.player->at(time).ended;
            if (time >= state.due || !one.shown) {
                state.due = std::max(state.due + period, time);
                one.shown = time;
                publish(one, state, time);
            }
            next = std::min(next, state.due - time);
        }
        ended_ = ended;
        return next;
    }

private:
    struct State {
        Duration due{};
        std::set<std::string> rare;                ///< topics that are published only when they change
        std::map<std::string, std::string> latest; ///< of those
    };

    static const PublishedFault* meaning_of(ModbusFault::Kind kind) {
        const auto* const found = std::find_if(published_faults.begin(), published_faults.end(),
                                               [&](const PublishedFault& one) { return one.kind == kind; });
        return found == published_faults.end() ? nullptr : found;
    }

    /// Topics of `once` points only: what they say is kept by the broker. A kept message counts for no other
    /// point.
    static std::set<std::string> rare_topics(const simulator::MappedBattery& battery) {
        const mapping::Bound& bound = *battery.base().bound;
        const auto topics = [&](bool once) {
            std::vector<adapter::Reading> readings;
            const mapping::RawValues raws = battery.raws({});
            for (std::size_t slot = 0; slot < raws.size(); ++slot)
                if (raws[slot] && (bound.slots()[slot].point->pace == adapter::Pace::once) == once)
                    readings.push_back({slot, *raws[slot]});
            std::set<std::string> names;
            for (const std::string& line : battery.base().served->encode(readings))
                if (const auto message = publication(line))
                    names.insert(message->topic);
            return names;
        };
        std::set<std::string> rare = topics(true);
        for (const std::string& told : topics(false))
            rare.erase(told);
        return rare;
    }

    [[nodiscard]] bool in_force(ModbusFault::Kind kind, Duration time) const {
        return std::ranges::any_of(wire_faults(), [&](const ModbusFault& fault) {
            return fault.kind == kind && time >= fault.from && time < fault.until;
        });
    }

    void publish(Simulated& one, State& state, Duration time) {
        if (one.player) {
            const auto& told = one.player->at(time);
            if (told.silent)
                return;
            one.battery->rebase(told.raws);
        }
        if (in_force(ModbusFault::Kind::hang, time))
            return;
        for (const std::string& line : one.battery->lines(time)) {
            auto message = publication(line);
            if (!message)
                continue;
            const bool rare = state.rare.contains(message->topic);
            if (rare && state.latest[message->topic] == message->payload)
                continue;
            if (rare)
                state.latest[message->topic] = message->payload;
            if (in_force(ModbusFault::Kind::half_frame, time))
                message->payload.resize(message->payload.size() / 2);
            if (in_force(ModbusFault::Kind::garbage, time))
                message->payload = "\xFF\xFE\x80";
            const int times = in_force(ModbusFault::Kind::twice, time) ? 2 : 1;
            for (int i = 0; i < times; ++i)
                client_.publish(message->topic, message->payload, rare);
        }
    }
    void put_in_force(const std::vector<ModbusFault>&) override {}

    std::string where_;
    MqttClient client_;
    std::vector<State> batteries_state_;
    bool ended_{};
};

void introduce_connection(const Simulated& one, const simulator::BrokerAddress& address,
                          const SimulateArguments& a) {
    introduce(one, address.text(), a);
    std::fprintf(stderr, "    [battery.mqtt]\n    host = \"%s\"\n    port = %d\n%s", address.host.c_str(),
                 int{address.port}, address.tls ? "    tls = true\n" : "");
    if (!one.battery->base().owner.keys.empty())
        std::fprintf(stderr, "    [battery.settings]\n");
    for (const adapter::Setting& setting : one.battery->base().owner.keys)
        std::fprintf(stderr, "    %s = %s\n", setting.key.c_str(), value_text(setting).c_str());
}

} // namespace

int simulate_mqtt(const SimulateArguments& a, std::vector<Simulated> batteries) {
    const auto address = simulator::parse_broker(a.broker);
    if (!address)
        return wrong("--broker: " + address.error());
    const char* password = std::getenv("RETROCAN_MQTT_PASSWORD"); // NOLINT(concurrency-mt-unsafe): one thread
    std::unique_ptr<MqttSimulation> simulation;
    try {
        simulation = std::make_unique<MqttSimulation>(std::move(batteries), *address,
                                                      password == nullptr ? "" : password);
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return no_device;
    }
    for (const std::string& text : a.faults) {
        const auto fault = simulation->parse(text);
        if (!fault)
            return wrong("--fault: " + fault.error());
        simulation->add(*fault);
    }
    std::printf("%s\n", simulation->where().c_str());
    std::fflush(stdout);
    for (const Simulated& one : simulation->batteries())
        introduce_connection(one, *address, a);
    return serve(*simulation, a);
}

} // namespace retrocan::cli
