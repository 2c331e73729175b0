// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <unistd.h>

#include <libsocketcan.h>
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

bool is_hardware(const std::string& name) {
    return ::access(("/sys/class/net/" + name + "/device").c_str(), F_OK) == 0;
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

std::optional<std::string> interface_fault(const std::string& name) {
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

    const std::string configure = "ip link set " + name + " up type can bitrate 500000 restart-ms 100";
    can_bittiming timing{};
    // Only hardware has a bit rate; of others libsocketcan would print a complaint of its own.
    const bool known =
        is_hardware(name) && can_get_bittiming(name.c_str(), &timing) == 0 && timing.bitrate != 0;
    if (known && timing.bitrate != 500'000 && timing.bitrate != 250'000)
        return name + ": the bit rate is " + std::to_string(timing.bitrate) +
               ", and a GX has 500000 (CAN-bus BMS) or 250000: ip link set " + name + " down; " + configure;
    if (!interface->up)
        return name + ": the interface is down: " +
               (is_hardware(name) && !known ? configure : "ip link set " + name + " up");
    return std::nullopt;
}

} // namespace retrocan::can
