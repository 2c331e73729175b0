// SPDX-License-Identifier: Apache-2.0
#include "can/claim.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <net/if.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

namespace retrocan::can {

namespace {

struct Address {
    sockaddr_un name{};
    socklen_t size{};
};

/// A name that begins with a zero byte is no file. The name that the kernel gives the interface counts,
/// whichever of its names was asked for.
Address address_of(const std::string& interface) {
    std::array<char, IF_NAMESIZE> own{};
    const unsigned index = ::if_nametoindex(interface.c_str());
    const std::string_view name = index != 0 && ::if_indextoname(index, own.data()) != nullptr
                                      ? std::string_view{own.data()}
                                      : std::string_view{interface};
    const std::string text = "retrocan/can/" + std::string{name.substr(0, IF_NAMESIZE - 1)};
    Address address;
    address.name.sun_family = AF_UNIX;
    std::ranges::copy(text, address.name.sun_path + 1);
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    return address;
}

const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address.name);
}

/// The process that has taken it, by the credentials that the kernel keeps of it.
std::optional<pid_t> holder_of(const Address& address) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ucred holder{};
    socklen_t size = sizeof holder;
    const bool known = ::connect(fd, generic(address), address.size) == 0 &&
                       ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &holder, &size) == 0 && holder.pid > 0;
    ::close(fd);
    return known ? std::optional{holder.pid} : std::nullopt;
}

std::string in_use(const std::string& interface, std::optional<pid_t> holder) {
    const std::string who = !holder                 ? "another retrocan (of another container, or ending)"
                            : *holder == ::getpid() ? "another system of this process"
                                                    : "process " + std::to_string(*holder);
    return interface + ": " + who +
           " sends on it already: an interface has one sender, or the GX is told two different things";
}

} // namespace

Result<Claim, Claim::Refusal> Claim::take(const std::string& interface) {
    const Address address = address_of(interface);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Claim claim{fd};
    // Nobody who connects is ever answered; they wait in the kernel, as many as it allows.
    if (fd >= 0 && ::bind(fd, generic(address), address.size) == 0 && ::listen(fd, SOMAXCONN) == 0)
        return claim;
    const int error = errno;
    if (error != EADDRINUSE)
        return Err{Refusal{.text = interface + ": it cannot be seen whether another process sends on it: " +
                                   std::system_category().message(error)}};
    const auto holder = holder_of(address);
    return Err{Refusal{.held = true, .holder = holder, .text = in_use(interface, holder)}};
}

Claim::~Claim() {
    if (fd_ >= 0)
        ::close(fd_);
}

Claim::Claim(Claim&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

Claim& Claim::operator=(Claim&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

} // namespace retrocan::can
