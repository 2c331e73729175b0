// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/process.h"

#include <cstdint>
#include <optional>
#include <string>

namespace retrocan::support {

/// A real mosquitto on a free port of this machine, which ends with the test.
class Broker {
public:
    struct Options {
        std::string extra{};    ///< more lines of its configuration
        bool anonymous{true};   ///< else only those in `passwords`
        std::string user{};     ///< with `password`, if not empty
        std::string password{}; ///< of the user
        std::string acl{};      ///< lines of an access list
        bool tls{};             ///< with a certificate for 127.0.0.1 of a CA of the test's own
        bool client_certificates{};
    };

    Broker();
    explicit Broker(Options options);
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Ends it without a word to anybody.
    void kill();
    /// On the same port, without what it had kept.
    void restart();
    /// It hangs, and the connections with it: cut off without FIN. And goes on.
    void freeze();
    void thaw();

    /// Files of the certificates: "ca.crt", "client.crt", "client.key", "other-ca.crt".
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] std::string log() const { return contents(folder_ / "err"); }

private:
    void make_certificates();
    void start();

    Options options_;
    TemporaryFolder folder_;
    std::uint16_t port_{};
    std::optional<Process> process_;
};

/// Publishes one message with mosquitto_pub; `more` are its arguments.
void publish(std::uint16_t port, const std::string& topic, const std::string& payload,
             const std::vector<std::string>& more = {});

/// mosquitto_pub that takes a message a line, on a connection that stays.
class Publisher {
public:
    Publisher(std::uint16_t port, const std::string& topic);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void say(const std::string& payload) const;

private:
    TemporaryFolder folder_;
    int input_{-1};
    std::optional<Process> process_;
};

} // namespace retrocan::support
