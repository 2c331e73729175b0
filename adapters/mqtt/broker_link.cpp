// SPDX-License-Identifier: Apache-2.0
#include "broker_link.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mqtt/async_client.h>
#include <random>
#include <utility>

namespace retrocan::mqtt {

namespace {

namespace paho = ::mqtt;
using adapter::LinkNews;
using namespace std::chrono_literals;

constexpr std::size_t topics_at_once = 50;
constexpr auto slice = 50ms; ///< a wait that has to notice the end looks so often

std::string made_up_id() {
    constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::random_device random;
    std::uniform_int_distribution<std::size_t> pick{0, letters.size() - 1};
    std::string id = "retrocan-";
    for (int i = 0; i < 10; ++i)
        id += letters[pick(random)];
    return id;
}

/// The first line of the file, or the variable. The error is for people and never has the password in it.
Result<std::string, std::string> password_of(const Options& options) {
    if (!options.password_file.empty()) {
        std::ifstream file{options.password_file};
        std::string line;
        if (!std::getline(file, line) && line.empty())
            return Err{"password_file " + options.password_file + " cannot be read, or is empty"};
        if (line.ends_with('\r'))
            line.pop_back();
        return line;
    }
    if (options.password_env.empty())
        return std::string{};
    const char* value = std::getenv(options.password_env.c_str()); // NOLINT(concurrency-mt-unsafe): never set
    if (value == nullptr)
        return Err{"password_env: the environment has no variable " + options.password_env};
    return std::string{value};
}

std::string uri_of(const Options& options) {
    return (options.tls ? "ssl://" : "tcp://") + options.broker();
}

/// What an MQTT 3.1.1 broker says with its CONNACK, or 5 with its reason code, and what to do about it.
std::string explained(const paho::exception& error) {
    const int code = error.get_return_code();
    switch (code) {
    case 1:
        return "the broker does not speak this version of MQTT; try version = \"5\" or \"3.1.1\"";
    case 2:
        return "the broker refuses the client_id";
    case 3:
        return "the broker is not ready";
    case 4:
    case 5:
        return "the broker refuses the user or the password";
    default:
        break;
    }
    if (error.get_reason_code() == paho::ReasonCode::BAD_USER_NAME_OR_PASSWORD ||
        error.get_reason_code() == paho::ReasonCode::NOT_AUTHORIZED)
        return "the broker refuses the user or the password";
    return error.what();
}

} // namespace

/// One connection, from connecting to its end. Of the link's thread, but for paho's callbacks.
class BrokerLink::Connection {
public:
    explicit Connection(BrokerLink& link)
        : link_{link}
        , client_{uri_of(link.options_), link.client_id_,
                  paho::create_options{link.options_.version_5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1}} {
        client_.set_message_callback([this](const paho::const_message_ptr& message) { arrived(*message); });
        client_.set_connection_lost_handler([this](const std::string& why) {
            lost(why.empty() ? "the connection is lost" : "the connection is lost: " + why);
        });
        client_.set_disconnected_handler([this](const paho::properties&, paho::ReasonCode code) {
            lost(code == paho::ReasonCode::SESSION_TAKEN_OVER
                     ? "another client with the id \"" + link_.client_id_ +
                           "\" has taken over: give each its own client_id"
                     : "the broker ends the connection, reason " + std::to_string(static_cast<int>(code)));
        });
    }
    ~Connection() {
        try {
            client_.disable_callbacks();
            if (client_.is_connected())
                client_.disconnect(200)->wait_for(300ms);
        } catch (const paho::exception&) { // NOLINT(bugprone-empty-catch): it ends all the same
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Empty if it is connected and subscribed to, else why not.
    std::string open() {
        const auto password = password_of(link_.options_);
        if (!password)
            return password.error();
        try {
            const auto token = client_.connect(connect_options(*password));
            if (const std::string why = waited(token, link_.options_.timeout); !why.empty())
                return "cannot connect: " + why;
            const paho::connect_response response = token->get_connect_response();
            accepted_ = BootClock::now();
            if (response.is_session_present())
                link_.listener_.news(LinkNews::State::connected,
                                     link_.options_.broker() +
                                         ": the broker has kept a session that nobody asked for");
        } catch (const paho::exception& error) {
            const bool secured = link_.options_.tls && !accepted_;
            return "cannot connect: " + explained(error) +
                   (secured
                        ? "; with TLS that is also a certificate which the ca does not vouch for, or which "
                          "is for another name than host"
                        : "");
        }
        return {};
    }

    /// Each refused topic is said; the others work. Empty unless the connection failed.
    std::string subscribe(const std::vector<std::string>& topics) {
        for (std::size_t begin = 0; begin < topics.size(); begin += topics_at_once) {
            const std::size_t end = std::min(begin + topics_at_once, topics.size());
            const std::vector<std::string> chunk{topics.begin() + static_cast<std::ptrdiff_t>(begin),
                                                 topics.begin() + static_cast<std::ptrdiff_t>(end)};
            try {
                if (std::string why = subscribe_chunk(chunk); !why.empty())
                    return why;
            } catch (const paho::exception& error) {
                if (chunk.size() != 1 || !client_.is_connected())
                    return "cannot subscribe: " + std::string{error.what()};
                refused(chunk.front()); // this is how paho tells of the only topic of a request
            }
        }
        return {};
    }

    void publish(const Publish& publish) {
        try {
            client_.publish(publish.topic, publish.payload, 0, false);
        } catch (const paho::exception&) { // NOLINT(bugprone-empty-catch): the loss is told by itself
        }
    }

    /// When the broker took the connection; nothing if it did not.
    [[nodiscard]] std::optional<TimePoint> accepted() const { return accepted_; }

private:
    paho::connect_options connect_options(const std::string& password) {
        paho::connect_options options;
        const auto in_seconds = [](Duration time) {
            return std::chrono::duration_cast<std::chrono::seconds>(time + 999ms);
        };
        options.set_connect_timeout(in_seconds(link_.options_.timeout));
        options.set_keep_alive_interval(in_seconds(link_.keep_alive()));
        if (link_.options_.version_5) {
            options.set_mqtt_version(MQTTVERSION_5);
            options.set_clean_start(true);
            options.set_properties({{paho::property::SESSION_EXPIRY_INTERVAL, 0}});
        } else {
            options.set_mqtt_version(MQTTVERSION_3_1_1);
            options.set_clean_session(true);
        }
        if (!link_.options_.user.empty()) {
            options.set_user_name(link_.options_.user);
            options.set_password(password);
        }
        if (link_.options_.tls)
            options.set_ssl(tls_options());
        return options;
    }

    paho::ssl_options tls_options() {
        const Options& own = link_.options_;
        paho::ssl_options tls;
        if (!own.ca.empty())
            tls.set_trust_store(own.ca);
        if (!own.certificate.empty())
            tls.set_key_store(own.certificate);
        if (!own.key.empty())
            tls.set_private_key(own.key);
        tls.set_enable_server_cert_auth(!own.insecure);
        tls.set_verify(!own.insecure); // the name in the certificate
        // Its error handler would be called with a pointer to options that paho has copied and let go.
        return tls;
    }

    /// Waits, and notices when all has to end. Empty when it is done, else why not.
    template <class Token>
    std::string waited(const Token& token, Duration longest) {
        const TimePoint end = BootClock::now() + longest;
        while (!token->wait_for(slice)) {
            const std::lock_guard lock{link_.mutex_};
            if (link_.stop_)
                return "ended";
            if (BootClock::now() >= end)
                return "no answer";
        }
        return {};
    }

    std::string subscribe_chunk(const std::vector<std::string>& chunk) {
        const auto token = client_.subscribe(paho::string_collection::create(chunk),
                                             paho::iasync_client::qos_collection(chunk.size(), 0));
        if (std::string why = waited(token, link_.options_.timeout); !why.empty())
            return "cannot subscribe: " + why;
        const paho::subscribe_response response = token->get_subscribe_response();
        const auto& codes = response.get_reason_codes();
        constexpr int failure = 0x80;
        for (std::size_t i = 0; i < std::min(codes.size(), chunk.size()); ++i)
            if (static_cast<int>(codes[i]) >= failure)
                refused(chunk[i]);
        return {};
    }

    void refused(const std::string& topic) {
        link_.listener_.news(
            LinkNews::State::silent,
            link_.options_.broker() + ": the broker refuses topic " + topic +
                (link_.options_.user.empty() ? " without a user" : " to user " + link_.options_.user) +
                ": allow it in the broker's access list");
    }

    void arrived(const paho::message& message) {
        try {
            const auto& payload = message.get_payload_ref();
            link_.listener_.message(message.get_topic(), {payload.data(), payload.size()},
                                    message.is_retained(), BootClock::now());
        } catch (const std::exception& error) { // paho is C: nothing may pass through it
            lost(std::string{"a message could not be taken: "} + error.what());
        }
    }

    void lost(std::string why) {
        const std::lock_guard lock{link_.mutex_};
        if (!link_.lost_)
            link_.lost_ = std::move(why);
        link_.changed_.notify_all();
    }

    BrokerLink& link_;
    std::optional<TimePoint> accepted_;
    paho::async_client client_; ///< last: its threads end before what they use
};

BrokerLink::BrokerLink(Options options, std::vector<Subscriber> subscribers, adapter::Sink sink, bool traffic,
                       const Timing& timing)
    : options_{std::move(options)}
    , timing_{timing}
    , client_id_{options_.client_id.empty() ? made_up_id() : options_.client_id}
    , listener_{std::move(subscribers), std::move(sink), traffic}
    , backoff_{timing.backoff, std::random_device{}()} {
    for (const Subscriber& subscriber : listener_.subscribers())
        for (const Publish& publish : subscriber.source->publishes())
            if (publish.pace == adapter::Pace::slow)
                due_.push_back({subscriber.battery, &publish, {}});
    thread_ = std::thread{[this] { run(); }};
}

BrokerLink::~BrokerLink() {
    {
        const std::lock_guard lock{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void BrokerLink::begin_anew(std::size_t battery) {
    listener_.again(battery, BootClock::now());
    const std::lock_guard lock{mutex_};
    anew_.push_back(battery);
    changed_.notify_all();
}

/// A half-open connection has to be noticed while the data lives.
Duration BrokerLink::keep_alive() const {
    if (timing_.keep_alive)
        return *timing_.keep_alive;
    Duration shortest = 15s;
    for (const Subscriber& subscriber : listener_.subscribers())
        shortest = std::min(shortest, subscriber.source->poll());
    return std::max<Duration>(shortest, 2s);
}

void BrokerLink::run() {
    while (true) {
        {
            const std::lock_guard lock{mutex_};
            if (stop_)
                return;
            lost_.reset();
        }
        if (options_.insecure)
            listener_.news(LinkNews::State::silent,
                           options_.broker() +
                               ": INSECURE: nobody checks who answers there (insecure = true)");
        const Attempt attempt = connect_and_serve();
        {
            const std::lock_guard lock{mutex_};
            if (stop_)
                return;
        }
        fail(attempt.why, attempt.lived, attempt.accepted);
    }
}

/// The connection has ended when it returns: nothing comes of it any more.
BrokerLink::Attempt BrokerLink::connect_and_serve() {
    Connection connection{*this};
    Attempt attempt{.why = connection.open()};
    if (attempt.why.empty()) {
        listener_.connected(BootClock::now());
        told_disconnected_ = false; // from now on there may be values that a loss has to take back
        attempt.why = connection.subscribe(listener_.topics());
    }
    if (attempt.why.empty()) {
        last_failure_.clear();
        listener_.news(LinkNews::State::connected,
                       options_.broker() + ": connected as client id " + client_id_);
        attempt.why = serve(connection);
    }
    if (const auto accepted = connection.accepted()) {
        attempt.accepted = true;
        attempt.lived = BootClock::now() - *accepted;
    }
    return attempt;
}

void BrokerLink::fail(const std::string& why, Duration lived, bool accepted) {
    const TimePoint now = BootClock::now();
    if (!told_disconnected_) // once, not at each attempt
        listener_.disconnected(now);
    told_disconnected_ = true;
    std::string text = options_.broker() + ": " + why;
    if (accepted && churn_.lost(now, lived))
        text += "; thrown out again and again: is there another client with the id \"" + client_id_ + "\"?";
    if (text != last_failure_)
        listener_.news(LinkNews::State::lost, text);
    last_failure_ = text;
    wait(backoff_.failed(lived));
}

void BrokerLink::wait(Duration time) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::microseconds{time.count()}, [this] { return stop_; });
}

TimePoint BrokerLink::next_publish() const {
    TimePoint next = TimePoint::max();
    for (const Due& due : due_)
        next = std::min(next, due.at);
    return next;
}

void BrokerLink::publish_due(Connection& connection, TimePoint now) {
    for (Due& due : due_)
        if (due.at <= now) {
            connection.publish(*due.publish);
            due.at = now + due.publish->period;
        }
}

std::string BrokerLink::serve(Connection& connection) {
    const TimePoint begun = BootClock::now();
    bool told_unheard = false;
    {
        const std::lock_guard lock{mutex_};
        anew_.clear();
        for (const Subscriber& subscriber : listener_.subscribers())
            anew_.push_back(subscriber.battery);
    }
    for (Due& due : due_)
        due.at = begun;
    while (true) {
        std::vector<std::size_t> anew;
        {
            std::unique_lock lock{mutex_};
            const TimePoint next =
                std::min(next_publish(), told_unheard ? TimePoint::max() : begun + timing_.unheard);
            const Duration time = std::clamp<Duration>(next - BootClock::now(), 0s, 1h);
            changed_.wait_for(lock, std::chrono::microseconds{time.count()},
                              [this] { return stop_ || lost_ || !anew_.empty(); });
            if (stop_ || lost_)
                return lost_.value_or("ended");
            anew.swap(anew_);
        }
        for (const Subscriber& subscriber : listener_.subscribers())
            if (std::ranges::find(anew, subscriber.battery) != anew.end())
                for (const Publish& publish : subscriber.source->publishes())
                    if (publish.pace == adapter::Pace::once)
                        connection.publish(publish);
        const TimePoint now = BootClock::now();
        publish_due(connection, now);
        if (!told_unheard && now >= begun + timing_.unheard) {
            told_unheard = true;
            tell_unheard();
        }
    }
}

/// A renamed topic would be silent for ever without a word.
void BrokerLink::tell_unheard() {
    constexpr std::size_t named = 5;
    for (const Subscriber& subscriber : listener_.subscribers()) {
        const std::vector<std::string> topics = listener_.unheard(subscriber);
        if (topics.empty())
            continue;
        std::string text = options_.broker() + ": nothing ever came on topic ";
        for (std::size_t i = 0; i < std::min(topics.size(), named); ++i)
            text += (i == 0 ? "" : ", ") + topics[i];
        if (topics.size() > named)
            text += " and " + std::to_string(topics.size() - named) + " more";
        listener_.news(subscriber, LinkNews::State::silent,
                       text + ": is the prefix right, and does the source publish it?");
    }
}

} // namespace retrocan::mqtt
