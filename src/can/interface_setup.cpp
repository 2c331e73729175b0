// SPDX-License-Identifier: Apache-2.0
#include "can/interface_setup.h"

#include "can/interface.h"
#include "can/link_message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <span>
#include <unistd.h>

#include <libsocketcan.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>

namespace retrocan::can {

namespace {

using What = Step::What;

/// A socket that is closed at the end.
class Netlink {
public:
    Netlink() : fd_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)} {
        const timeval limit{.tv_sec = 1, .tv_usec = 0}; // the kernel answers at once, or something is odd
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    ~Netlink() { ::close(fd_); }
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;

    /// What the kernel says of a link. libsocketcan needs a question for each setting, complains on standard
    /// error about interfaces without a controller, and does not know what a controller is able to.
    std::optional<LinkMessage> ask(int index) {
        struct {
            nlmsghdr head;
            ifinfomsg link;
        } request{};
        request.head.nlmsg_len = sizeof request;
        request.head.nlmsg_type = RTM_GETLINK;
        request.head.nlmsg_flags = NLM_F_REQUEST;
        request.link.ifi_index = index;
        alignas(nlmsghdr) std::array<std::byte, 16'384> answer{};
        if (::send(fd_, &request, sizeof request, 0) < 0)
            return std::nullopt;
        const ssize_t size = ::recv(fd_, answer.data(), answer.size(), 0);
        constexpr std::size_t before = NLMSG_SPACE(sizeof(ifinfomsg));
        nlmsghdr head{};
        ifinfomsg link{};
        if (size < static_cast<ssize_t>(before))
            return std::nullopt;
        std::memcpy(&head, answer.data(), sizeof head);
        std::memcpy(&link, answer.data() + NLMSG_HDRLEN, sizeof link);
        if (head.nlmsg_type != RTM_NEWLINK || head.nlmsg_len < before)
            return std::nullopt;
        const auto end = std::min(static_cast<std::size_t>(size), static_cast<std::size_t>(head.nlmsg_len));
        return parse_link_message(link.ifi_flags, std::span{answer}.subspan(before, end - before));
    }

private:
    int fd_;
};

/// What libsocketcan returns: it says no more than that it failed, but leaves errno.
int outcome(int result) {
    return result == 0 ? 0 : errno != 0 ? errno : EIO;
}

/// 0 or errno.
int take(const std::string& name, Step step) {
    const auto mode = [&](std::uint32_t flag, bool on) {
        can_ctrlmode modes{.mask = flag, .flags = on ? flag : 0};
        return outcome(can_set_ctrlmode(name.c_str(), &modes));
    };
    errno = 0;
    switch (step.what) {
    case What::stop:
        return set_interface_up(name, false);
    case What::bit_rate:
        return outcome(can_set_bitrate(name.c_str(), step.value));
    case What::listen_only:
        return mode(CAN_CTRLMODE_LISTENONLY, false);
    case What::loopback:
        return mode(CAN_CTRLMODE_LOOPBACK, false);
    case What::one_shot:
        return mode(CAN_CTRLMODE_ONE_SHOT, false);
    case What::restart_ms:
        return outcome(can_set_restart_ms(name.c_str(), step.value));
    case What::report_errors:
        return mode(CAN_CTRLMODE_BERR_REPORTING, true);
    case What::queue:
        return set_queue_length(name, static_cast<int>(step.value));
    case What::start:
        return set_interface_up(name, true);
    }
    return EINVAL;
}

std::string in_words(int error) {
    return std::system_category().message(error);
}

/// Asked by setting something to what it is.
bool may_set_up(const InterfaceState& state) {
    const int error = state.queue ? set_queue_length(state.name, static_cast<int>(*state.queue))
                                  : set_interface_up(state.name, state.up);
    return error != EPERM;
}

/// What deviates, but for the error reporting of a controller that is up and would be stopped for nothing
/// else.
std::vector<Deviation> worth_setting(const InterfaceState& state, const InterfaceWish& wish) {
    auto deviations = judge(state, wish);
    std::vector<Deviation> others;
    std::ranges::copy_if(deviations, std::back_inserter(others), [](const Deviation& deviation) {
        return deviation.step.what != What::report_errors;
    });
    const auto steps = steps_for(state, others);
    const bool is_stopped = !state.up || (!steps.empty() && steps.front().what == What::stop);
    return is_stopped ? deviations : others;
}

} // namespace

std::optional<InterfaceState> interface_state(const std::string& name) {
    const auto interface = find_interface(name);
    if (!interface || !interface->is_can)
        return std::nullopt;
    LinkMessage message = Netlink{}.ask(interface->index).value_or(LinkMessage{});
    InterfaceState& state = message.state;
    state.name = name;
    state.up = interface->up;
    const bool of_this_machine = message.driver == "vcan" || message.driver == "vxcan";
    state.kind = of_this_machine     ? InterfaceState::Kind::only_here
                 : is_hardware(name) ? InterfaceState::Kind::controller
                                     : InterfaceState::Kind::serial;
    return state;
}

std::optional<std::string> set_up_interface(const std::string& name, const InterfaceWish& wish,
                                            const std::function<void(const std::string&)>& say) {
    const auto state = interface_state(name);
    if (!state)
        return "it is not there, or not a CAN interface";
    const auto deviations = worth_setting(*state, wish);
    if (deviations.empty())
        return std::nullopt;
    const auto steps = steps_for(*state, deviations);
    if (!may_set_up(*state)) {
        const std::string how = ". Setting it up " + needs_capability() +
                                "; or enter as root: " + one_line(to_commands(name, steps));
        const bool usable =
            state->up && std::ranges::none_of(deviations, [](const Deviation& it) { return it.grave; });
        if (!usable)
            return to_text(deviations.front()) + how;
        say(to_text(deviations.front()) + how); // it works; it may fail one day
        return std::nullopt;
    }
    for (const Deviation& deviation : deviations)
        say(to_text(deviation));
    for (const Step step : steps) {
        const int error = take(name, step);
        const std::string done = to_command(name, step) + (error == 0 ? "" : ": " + in_words(error));
        say(done);
        // Never up with a rate that is not the bus's: it would disturb the others.
        if (error != 0 && (step.what == What::stop || step.what == What::bit_rate))
            return "it cannot be set up: " + done;
    }
    const auto after = interface_state(name);
    if (!after)
        return "it went away while it was set up";
    const auto left = judge(*after, wish);
    if (!left.empty() && left.front().grave)
        return to_text(left.front()) + " (it could not be set up)";
    return std::nullopt;
}

std::string needs_capability() {
    return "needs the capability CAP_NET_ADMIN (systemd: AmbientCapabilities=CAP_NET_ADMIN; "
           "docker: cap_add: [NET_ADMIN] with network_mode: host)";
}

} // namespace retrocan::can
