// SPDX-License-Identifier: Apache-2.0
#include "adapter/host.h"

#include <algorithm>
#include <cstddef>

namespace retrocan::adapter {

bool is_host(const std::string& host) {
    const auto bad = [](char c) { return c <= ' ' || c == '/' || c > '~'; };
    return !host.empty() && host.size() <= 253 && std::ranges::none_of(host, bad);
}

std::optional<std::string> port_behind(const std::string& host) {
    const std::size_t colon = host.find(':');
    if (colon == std::string::npos || colon != host.rfind(':'))
        return std::nullopt;
    std::string port = host.substr(colon + 1);
    return std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }) ? port : std::string{};
}

std::string endpoint_text(const std::string& host, unsigned port) {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace retrocan::adapter
