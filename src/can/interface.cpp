// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"

#include "can/interface_setup.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <unistd.h>

#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace retrocan::can {

namespace {

/// A socket to ask through: any family can be asked of any interface.
class Query {
public:
    explicit Query(const std::string& name) : fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        if (fd_ < 0)
            fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); // a kernel or a sandbox without IP
        name.copy(request.ifr_name, IFNAMSIZ - 1);
    }
    ~Query() { ::close(fd_); }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    bool ask(unsigned long what) { return ::ioctl(fd_, what, &request) == 0; }

    ifreq request{};

private:
    int fd_;
};

/// The carrier itself: the flag IFF_RUNNING tells it up to a second late.
bool has_carrier(const std::string& name) {
    std::ifstream file{"/sys/class/net/" + name + "/carrier"};
    char value = '1';
    file >> value;
    return value != '0';
}

std::string can_interfaces() {
    const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> all{::if_nameindex(),
                                                                                  &::if_freenameindex};
    std::string names;
    for (const auto* it = all.get(); it != nullptr && it->if_index != 0; ++it) {
        const auto interface = find_interface(it->if_name);
        if (interface && interface->is_can)
            names.append(names.empty() ? "" : ", ").append(it->if_name);
    }
    return names;
}

} // namespace

std::optional<Interface> find_interface(const std::string& name) {
    if (name.empty() || name.size() >= IFNAMSIZ)
        return std::nullopt;
    Query query{name};
    Interface found;
    if (!query.ask(SIOCGIFINDEX))
        return std::nullopt;
    found.index = query.request.ifr_ifindex;
    if (!query.ask(SIOCGIFHWADDR))
        return std::nullopt;
    found.is_can = query.request.ifr_hwaddr.sa_family == ARPHRD_CAN;
    if (!query.ask(SIOCGIFFLAGS))
        return std::nullopt;
    found.up = (query.request.ifr_flags & IFF_UP) != 0;
    found.carrier = has_carrier(name);
    return found;
}

int set_interface_up(const std::string& name, bool up) {
    Query query{name};
    if (!query.ask(SIOCGIFFLAGS))
        return errno;
    const int flags = query.request.ifr_flags;
    query.request.ifr_flags = static_cast<short>(up ? flags | IFF_UP : flags & ~IFF_UP);
    return query.ask(SIOCSIFFLAGS) ? 0 : errno;
}

int set_queue_length(const std::string& name, int frames) {
    Query query{name};
    query.request.ifr_qlen = frames;
    return query.ask(SIOCSIFTXQLEN) ? 0 : errno;
}

bool is_hardware(const std::string& name) {
    return ::access(("/sys/class/net/" + name + "/device").c_str(), F_OK) == 0;
}

std::optional<std::string> interface_lack(const std::string& name) {
    const auto interface = find_interface(name);
    if (!interface) {
        const std::string others = can_interfaces();
        return name + ": no such network interface (" +
               (others.empty() ? "this machine has no CAN interface" : "CAN interfaces here: " + others) +
               ")";
    }
    if (!interface->is_can)
        return name + ": not a CAN interface";
    const int socket = ::socket(AF_CAN, SOCK_RAW | SOCK_CLOEXEC, 1 /* CAN_RAW */);
    if (socket < 0)
        return name + ": this kernel gives no raw CAN sockets: " +
               std::strerror(errno); // NOLINT(concurrency-mt-unsafe)
    ::close(socket);
    return std::nullopt;
}

std::optional<std::string> interface_fault(const std::string& name, const InterfaceWish& wish) {
    if (auto lack = interface_lack(name))
        return lack;
    const auto state = interface_state(name);
    if (!state)
        return name + ": no such network interface"; // it went away just now
    auto deviations = judge(*state, wish);
    std::erase_if(deviations, [](const Deviation& it) { return it.step.what == Step::What::report_errors; });
    const std::string commands = one_line(to_commands(name, steps_for(*state, deviations)));
    constexpr std::array<std::uint32_t, 2> of_a_gx{500'000, 250'000};
    if (state->bit_rate.value_or(0) != 0 &&
        std::ranges::none_of(of_a_gx, [&](std::uint32_t rate) { return same_rate(*state->bit_rate, rate); }))
        return name + ": the bit rate is " + std::to_string(*state->bit_rate) +
               ", and a GX has 500000 (CAN-bus BMS) or 250000: " + commands;
    if (!state->up)
        return name + ": the interface is down: " + commands;
    return std::nullopt;
}

} // namespace retrocan::can
