// SPDX-License-Identifier: Apache-2.0
#include "cli/candidate.h"
#include "cli/device_commands.h"
#include "cli/topic_template.h"
#include "core/unit.h"
#include "simulator/mqtt_client.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

namespace retrocan::cli {

namespace {

using simulator::MqttClient;

/// All that a broker had to say within a time. Bounded, whatever is published there.
class Heard {
public:
    void take(const MqttClient::Message& message) {
        constexpr std::size_t most_messages = 20'000;
        constexpr std::size_t largest = std::size_t{64} * 1024;
        const std::lock_guard lock{mutex_};
        if (messages_.size() >= most_messages || message.payload.size() > largest) {
            ++left_out_;
            return;
        }
        messages_.push_back(message);
    }
    [[nodiscard]] std::vector<MqttClient::Message> messages() const {
        const std::lock_guard lock{mutex_};
        return messages_;
    }
    [[nodiscard]] std::size_t left_out() const {
        const std::lock_guard lock{mutex_};
        return left_out_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<MqttClient::Message> messages_;
    std::size_t left_out_{};
};

/// As a line of a capture; bytes that are no text are of no use to a mapping.
std::string capture_line(const MqttClient::Message& message) {
    const nlohmann::json line{
        {"topic", message.topic}, {"payload", message.payload}, {"retain", message.retained}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// As an owner would write a guess: a text, or a whole number.
adapter::Settings settings_of(const Guess& guess, const mapping::Mapping& mapping) {
    adapter::Settings settings{"settings", {}, {}};
    for (const mapping::SettingSpec& spec : mapping.settings()) {
        const auto found = guess.find(spec.name);
        if (found == guess.end())
            continue;
        std::int64_t number = 0;
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
        if (spec.is_text)
            settings.keys.push_back({spec.name, found->second, {}});
        else
            settings.keys.push_back({spec.name, number, {}});
    }
    return settings;
}

/// What was heard, ordered for looking up.
struct Library {
    std::vector<MqttClient::Message> messages;
    std::map<std::string, std::vector<std::size_t>> by_topic; ///< messages, in their order
    std::vector<std::string> topics;
};

/// How well a mapping fits with the settings of a guess.
Fit judged(const Workbench& workbench, const Candidate& candidate, const Guess& guess, const Library& heard) {
    Fit fit;
    fit.name = candidate.name;
    fit.owner = settings_of(guess, *candidate.mapping);
    Faults faults;
    const auto sample =
        workbench.sample(candidate.mapping, with_stand_ins(*candidate.mapping, fit.owner), {}, faults);
    if (!sample)
        return fit; // a number that is none of the setting's
    std::set<std::size_t> concerned;
    for (const auto& [topic, messages] : heard.by_topic) {
        const auto first = sample->source->decode(capture_line(heard.messages[messages.front()]));
        if (first && !first->readings.empty())
            concerned.insert(messages.begin(), messages.end());
    }
    Dump dump{*sample->bound, *sample->source, "heard"};
    for (const std::size_t i : concerned)
        if (const auto answer = sample->source->decode(capture_line(heard.messages[i])))
            dump.take(*answer);
    if (!dump.empty() && dump.update().identity != Identity::differs)
        weigh(fit, dump);
    return fit;
}

std::string text_of(const adapter::Setting& setting) {
    if (const auto* text = std::get_if<std::string>(&setting.value))
        return nlohmann::json(*text).dump();
    return std::to_string(std::get<std::int64_t>(setting.value));
}

void show(const std::vector<Fit>& fits, const simulator::BrokerAddress& address) {
    std::vector<const Fit*> best;
    for (const Fit& fit : fits) {
        std::string settings;
        for (const adapter::Setting& setting : fit.owner.keys)
            settings += (settings.empty() ? "" : ", ") + setting.key + " = " + text_of(setting);
        std::printf("  %-28s %s%3.0f  %s%s%s\n", fit.name.c_str(), fit.fits ? "fits     " : "fits not ",
                    fit.score, settings.c_str(), settings.empty() ? "" : ": ", fit.reason.c_str());
        if (fit.fits)
            best.push_back(&fit);
    }
    if (best.size() > 1)
        std::printf("  several fit: they may be several batteries, or one that several mappings know\n");
    for (const Fit* fit : best) {
        std::printf("\n  [[battery]]\n  mapping = \"%s\"\n  [battery.mqtt]\n  host = \"%s\"\n  port = %d\n",
                    fit->name.c_str(), address.host.c_str(), int{address.port});
        if (address.tls)
            std::printf("  tls = true\n");
        if (!address.user.empty())
            std::printf("  user = %s\n", nlohmann::json(address.user).dump().c_str());
        if (!fit->owner.keys.empty())
            std::printf("  [battery.settings]\n");
        for (const adapter::Setting& setting : fit->owner.keys)
            std::printf("  %s = %s\n", setting.key.c_str(), text_of(setting).c_str());
    }
    if (best.empty())
        std::printf("  no mapping of the library fits\n");
}

/// Nothing after a message.
std::optional<Library> listen(const simulator::BrokerAddress& address, Duration time) {
    const char* password = std::getenv("RETROCAN_MQTT_PASSWORD"); // NOLINT(concurrency-mt-unsafe): one thread
    Heard heard;
    try {
        MqttClient client{address, password == nullptr ? "" : password,
                          [&heard](const MqttClient::Message& message) { heard.take(message); }};
        client.subscribe("#");
        std::fprintf(stderr, "%s: listening for %s\n", address.text().c_str(), to_text(time).c_str());
        std::this_thread::sleep_for(time);
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "scan: %s\n", error.what());
        return std::nullopt;
    }
    Library library;
    library.messages = heard.messages();
    for (std::size_t i = 0; i < library.messages.size(); ++i)
        library.by_topic[library.messages[i].topic].push_back(i);
    library.topics.reserve(library.by_topic.size());
    for (const auto& [topic, messages] : library.by_topic)
        library.topics.push_back(topic);
    std::fprintf(stderr, "%s: %zu messages under %zu topics\n", address.text().c_str(),
                 library.messages.size(), library.topics.size());
    if (heard.left_out() != 0)
        std::fprintf(stderr, "%s: %zu more were too many or too large, and left out\n",
                     address.text().c_str(), heard.left_out());
    return library;
}

} // namespace

int scan_mqtt(const ScanArguments& arguments) {
    const auto address = simulator::parse_broker(arguments.mqtt);
    if (!address) {
        std::fprintf(stderr, "--mqtt: %s\n", address.error().c_str());
        return wrong_input;
    }
    const Workbench workbench;
    Faults faults;
    const std::vector<Candidate> library = candidates(workbench, "mqtt", faults);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    const auto heard = listen(*address, arguments.listen);
    if (!heard)
        return no_device;
    constexpr std::size_t most_guesses = 16; // batteries of one kind at one broker
    std::vector<Fit> fits;
    for (const Candidate& candidate : library)
        for (const Guess& guess : guesses(*candidate.mapping, heard->topics, most_guesses))
            if (Fit fit = judged(workbench, candidate, guess, *heard); fit.score > 0)
                fits.push_back(std::move(fit));
    std::stable_sort(fits.begin(), fits.end(), [](const Fit& a, const Fit& b) {
        return a.fits != b.fits ? a.fits : a.score > b.score;
    });
    std::printf("%s\n", address->text().c_str());
    show(fits, *address);
    std::fflush(stdout);
    const bool found = std::ranges::any_of(fits, [](const Fit& fit) { return fit.fits; });
    return found ? good : found_a_fault;
}

} // namespace retrocan::cli
