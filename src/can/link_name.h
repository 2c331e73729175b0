// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"
#include "can/socketcan.h"
#include "core/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace retrocan::can {

/// What a user writes for a link: "can0", or "log:PATH" ("log:-" is standard output).
struct LinkName {
    enum class Kind : std::uint8_t { interface, log } kind;
    std::string value; ///< the interface, or the path

    friend bool operator==(const LinkName&, const LinkName&) = default;
};

/// The error is a sentence for the user. Only the form is checked; see interface_fault() for the rest.
Result<LinkName, std::string> parse_link(std::string_view text);

/// Makes the link named. An interface need not be there yet; a log's file is opened, and the error says why
/// it cannot be.
Result<std::unique_ptr<Link>, std::string> make_link(boost::asio::io_context& io, const LinkName& name,
                                                     SocketCanOptions options);

} // namespace retrocan::can
