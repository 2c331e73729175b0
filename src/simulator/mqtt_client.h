// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace retrocan::simulator {

/// Where a broker is, as a person writes it: "mqtt://user@192.168.1.5:1883", "mqtts://broker.lan",
/// "broker.lan".
struct BrokerAddress {
    std::string host;
    std::uint16_t port{1883};
    bool tls{};
    std::string user{};

    /// Without the user.
    [[nodiscard]] std::string text() const;
};

/// The error says what was expected.
Result<BrokerAddress, std::string> parse_broker(std::string_view text);

/// A plain client of a broker for tools: it connects once, and what it cannot do ends it. Reading batteries
/// is the adapter's, which comes back by itself.
class MqttClient {
public:
    struct Message {
        std::string topic;
        std::string payload;
        bool retained{};
    };

    /// Connects. `on_message` is called by a thread of the library's. Throws std::runtime_error with what to
    /// tell people.
    MqttClient(const BrokerAddress& address, const std::string& password,
               std::function<void(const Message&)> on_message = {});
    ~MqttClient();
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    /// QoS 0; throws as the constructor does, also where the broker refuses the topic.
    void subscribe(const std::string& filter);
    /// QoS 0. What cannot be sent is lost, and connected() says so.
    void publish(const std::string& topic, const std::string& payload, bool retain);
    [[nodiscard]] bool connected() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace retrocan::simulator
