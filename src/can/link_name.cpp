// SPDX-License-Identifier: Apache-2.0
#include "can/link_name.h"

#include "can/log_link.h"

#include <algorithm>

#include <net/if.h>

namespace retrocan::can {

Result<LinkName, std::string> parse_link(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return Err{"not a CAN link: \"" + std::string{text} + "\": " + std::string{why} +
                   "; expected an interface (can0) or log:PATH (log:- is standard output)"};
    };
    constexpr std::string_view log = "log:";
    if (text.starts_with(log)) {
        text.remove_prefix(log.size());
        if (text.empty())
            return bad("the path is missing");
        return LinkName{LinkName::Kind::log, std::string{text}};
    }
    if (text.empty())
        return bad("it is empty");
    if (text.size() >= IFNAMSIZ)
        return bad("an interface's name has at most 15 characters");
    // What the kernel refuses in a name.
    if (text == "." || text == ".." || std::ranges::any_of(text, [](char c) {
            return c == '/' || c == ':' || static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
        }))
        return bad("no interface can have this name");
    return LinkName{LinkName::Kind::interface, std::string{text}};
}

Result<std::unique_ptr<Link>, std::string> make_link(boost::asio::io_context& io, const LinkName& name,
                                                     SocketCanOptions options) {
    if (name.kind == LinkName::Kind::log)
        return make_log_link(io, name.value);
    return make_socketcan(io, name.value, std::move(options));
}

} // namespace retrocan::can
