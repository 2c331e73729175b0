// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace retrocan::adapter {

/// Whether this may be a host name or an IP address; not whether it is there.
bool is_host(const std::string& host);

/// What was written as a port behind a host, as in "192.168.1.50:502", perhaps nothing; an address of IPv6
/// has more colons.
std::optional<std::string> port_behind(const std::string& host);

/// "192.168.1.50:502"; "[::1]:502" for an address of IPv6.
std::string endpoint_text(const std::string& host, unsigned port);

} // namespace retrocan::adapter
