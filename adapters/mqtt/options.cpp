// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "adapter/host.h"

#include <algorithm>
#include <array>

namespace retrocan::mqtt {

namespace {

using namespace std::chrono_literals;
using adapter::SettingsReader;

constexpr std::array<std::string_view, 2> versions{"3.1.1", "5"};
constexpr std::uint16_t tls_port = 8883;
constexpr std::size_t longest_text = 200;

/// A text of some length without control characters; what is none is a fault, and counts as left out.
std::string word(SettingsReader& read, std::string_view key) {
    const auto text = read.text(key);
    if (!text)
        return {};
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    if (!text->empty() && text->size() <= longest_text && std::ranges::none_of(*text, control))
        return *text;
    read.fault(key, "expected 1 to " + std::to_string(longest_text) + " characters, none of them a control " +
                        "character; got " + std::to_string(text->size()));
    return {};
}

void read_host(SettingsReader& read, Options& options) {
    const auto host = read.text("host");
    if (!host) {
        if (!read.has("host"))
            read.fault("host", "missing; expected the broker's name or IP address, as in \"192.168.1.50\"");
        return;
    }
    options.host = *host;
    if (host->find("://") != std::string::npos)
        read.fault("host", "expected a name or an IP address alone, as in \"192.168.1.50\", with tls = true "
                           "where the broker wants it; got \"" +
                               *host + "\"");
    else if (!adapter::is_host(*host))
        read.fault("host", "expected a host name or an IP address; got \"" + *host + "\"");
    else if (const auto port = adapter::port_behind(*host))
        read.fault("host", "has a port in it: \"" + *host +
                               "\"; write the port as port = " + (port->empty() ? "1883" : *port));
}

void read_login(SettingsReader& read, Options& options) {
    options.user = word(read, "user");
    if (read.has("password"))
        read.fault("password",
                   "a password does not belong into the configuration; write it into a file that "
                   "only retrocan may read, and here password_file = \"/etc/retrocan/mqtt-password\"");
    options.password_file = word(read, "password_file");
    options.password_env = word(read, "password_env");
    if (read.has("password_file") && read.has("password_env"))
        read.fault("password_env", "password_file says where the password is; remove one of them");
    for (const std::string_view key : {"password_file", "password_env"})
        if (read.has(key) && !read.has("user"))
            read.fault(key, "a password goes with a `user`, which is missing");
}

void read_tls(SettingsReader& read, Options& options) {
    options.tls = read.boolean("tls").value_or(false);
    options.ca = word(read, "ca");
    options.certificate = word(read, "certificate");
    options.key = word(read, "key");
    options.insecure = read.boolean("insecure").value_or(false);
    for (const std::string_view key : {"ca", "certificate", "key", "insecure"})
        if (read.has(key) && !options.tls)
            read.fault(key, "only with tls = true");
    if (read.has("certificate") && !read.has("key"))
        read.fault("certificate", "goes with its private `key`, which is missing");
    if (read.has("key") && !read.has("certificate"))
        read.fault("key", "goes with its `certificate`, which is missing");
}

} // namespace

std::string Options::broker() const {
    return adapter::endpoint_text(host, port);
}

Options read_options(const adapter::SourceSpec& spec, Faults& faults) {
    SettingsReader{spec.mapping, faults}.finish(); // has no keys
    Options options;
    if (spec.connection.path.empty())
        return options;
    SettingsReader read{spec.connection, faults};
    read_host(read, options);
    read_login(read, options);
    options.client_id = word(read, "client_id");
    if (const auto version = read.one_of("version", versions))
        options.version_5 = *version == 1;
    read_tls(read, options);
    options.port = static_cast<std::uint16_t>(
        read.integer("port", 1, 65535).value_or(options.tls ? tls_port : options.port));
    options.timeout = read.duration("timeout", 100ms, 60s).value_or(options.timeout);
    read.finish();
    return options;
}

} // namespace retrocan::mqtt
