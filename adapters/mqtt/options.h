// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/fault.h"
#include "core/time.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace retrocan::mqtt {

/// How a broker is reached: the configuration's [battery.mqtt]. Batteries with equal options share a
/// connection. Nothing here is a secret: the password is read from its file or variable at each connect.
struct Options {
    std::string host{}; ///< empty: there is no connection
    std::uint16_t port{1883};
    std::string user{};          ///< empty: none is sent
    std::string password_file{}; ///< its first line is the password
    std::string password_env{};  ///< the name of an environment variable
    std::string client_id{};     ///< empty: one is made up, "retrocan-" and something random
    bool version_5{};            ///< MQTT 5, else 3.1.1
    bool tls{};
    std::string ca{};                          ///< PEM file; empty: what the system trusts
    std::string certificate{};                 ///< PEM file of the client; empty: it shows none
    std::string key{};                         ///< PEM file of its private key
    bool insecure{};                           ///< the server's certificate and name are not checked
    Duration timeout{std::chrono::seconds{5}}; ///< to connect

    /// Without a host it only decodes (a mapping without a configuration).
    [[nodiscard]] bool connects() const { return !host.empty(); }

    /// "192.168.1.50:1883"; "[::1]:1883" for an address of IPv6.
    [[nodiscard]] std::string broker() const;

    friend bool operator==(const Options&, const Options&) = default;
};

/// Reads both tables of `spec`; the mapping's has no key. A table of the configuration without a path does
/// not exist: then no host is needed.
Options read_options(const adapter::SourceSpec& spec, Faults& faults);

} // namespace retrocan::mqtt
