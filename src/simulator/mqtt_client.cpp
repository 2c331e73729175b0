// SPDX-License-Identifier: Apache-2.0
#include "simulator/mqtt_client.h"

#include <charconv>
#include <chrono>
#include <mqtt/async_client.h>
#include <stdexcept>

namespace retrocan::simulator {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;
constexpr std::uint16_t port_of_mqtt = 1883;
constexpr std::uint16_t port_of_mqtts = 8883;

[[noreturn]] void fail(const BrokerAddress& address, const std::string& why) {
    throw std::runtime_error{"mqtt broker " + address.text() + ": " + why};
}

/// Waits for what was asked for; throws if it failed or did not come.
template <class Token>
void wait(const BrokerAddress& address, const Token& token, const std::string& what) {
    try {
        if (token->wait_for(patience))
            return;
    } catch (const mqtt::exception& error) {
        fail(address, what + ": " + error.what());
    }
    fail(address, what + ": no answer within 5 s");
}

} // namespace

std::string BrokerAddress::text() const {
    return (tls ? "mqtts://" : "mqtt://") + host + ":" + std::to_string(port);
}

Result<BrokerAddress, std::string> parse_broker(std::string_view text) {
    const std::string wanted = "expected a broker, as in mqtt://192.168.1.5:1883 or mqtts://user@broker.lan; "
                               "got \"" +
                               std::string{text} + "\"";
    BrokerAddress address;
    if (text.starts_with("mqtts://")) {
        address.tls = true;
        address.port = port_of_mqtts;
        text.remove_prefix(8);
    } else {
        address.port = port_of_mqtt;
        if (text.starts_with("mqtt://"))
            text.remove_prefix(7);
    }
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        address.user = text.substr(0, at);
        text.remove_prefix(at + 1);
        if (address.user.find(':') != std::string::npos)
            return Err{std::string{"a password does not belong on the command line, where everybody sees it: "
                                   "set the environment variable RETROCAN_MQTT_PASSWORD"}};
    }
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == std::string_view::npos)
        return Err{wanted};
    if (const std::size_t colon = text.find(':', bracket); colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
        if (error != std::errc{} || end != digits.data() + digits.size() || address.port == 0)
            return Err{wanted};
        text = text.substr(0, colon);
    }
    address.host = text;
    if (address.host.empty() || address.host.find_first_of("/ ") != std::string::npos)
        return Err{wanted};
    return address;
}

struct MqttClient::Parts {
    BrokerAddress address;
    std::function<void(const Message&)> on_message;
    mqtt::async_client client;
};

MqttClient::MqttClient(const BrokerAddress& address, const std::string& password,
                       std::function<void(const Message&)> on_message)
    : parts_{new Parts{
          address,
          std::move(on_message),
          {(address.tls ? "ssl://" : "tcp://") + address.host + ":" + std::to_string(address.port), ""}}} {
    mqtt::connect_options options;
    options.set_clean_session(true);
    options.set_connect_timeout(patience);
    options.set_keep_alive_interval(10s);
    if (!address.user.empty()) {
        options.set_user_name(address.user);
        options.set_password(password);
    }
    if (address.tls)
        options.set_ssl(mqtt::ssl_options{});
    if (parts_->on_message)
        parts_->client.set_message_callback([parts = parts_.get()](const mqtt::const_message_ptr& message) {
            parts->on_message({message->get_topic(), message->to_string(), message->is_retained()});
        });
    try {
        wait(address, parts_->client.connect(options), "cannot connect");
    } catch (const mqtt::exception& error) {
        fail(address, error.what());
    }
}

MqttClient::~MqttClient() {
    try {
        if (parts_->client.is_connected())
            parts_->client.disconnect(500)->wait_for(1s);
    } catch (const mqtt::exception&) { // NOLINT(bugprone-empty-catch): it ends all the same
    }
}

void MqttClient::subscribe(const std::string& filter) {
    try {
        const auto token = parts_->client.subscribe(filter, 0);
        wait(parts_->address, token, "cannot subscribe to " + filter);
        const mqtt::subscribe_response response = token->get_subscribe_response();
        for (const auto code : response.get_reason_codes())
            if (static_cast<int>(code) >= 0x80)
                fail(parts_->address, "the broker refuses the topic " + filter + " to this user");
    } catch (const mqtt::exception& error) {
        fail(parts_->address, "cannot subscribe to " + filter + ": " + error.what());
    }
}

void MqttClient::publish(const std::string& topic, const std::string& payload, bool retain) {
    try {
        parts_->client.publish(topic, payload, 0, retain);
    } catch (const mqtt::exception&) { // NOLINT(bugprone-empty-catch): connected() tells
    }
}

bool MqttClient::connected() const {
    return parts_->client.is_connected();
}

} // namespace retrocan::simulator
