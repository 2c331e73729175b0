// SPDX-License-Identifier: Apache-2.0
#include "can/memory_bus.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace retrocan::can {

namespace {

constexpr Duration confirm_within = std::chrono::milliseconds{100};

struct Node {
    std::string name;
    Listener listener{};
    bool started{};
    bool down{};
    bool stuck{};
    bool queue_full{};
    bool bus_off{};
    bool reported_stuck{};
    std::optional<LoggedFrame> open{};
    TimePoint open_since{};
    Counters counters{};
    std::deque<Event> events{}; ///< to be reported
};

} // namespace

struct MemoryBus::State {
    TimePoint now;
    std::vector<std::shared_ptr<Node>> nodes;
    std::vector<LoggedFrame> wire;

    Node& node(const std::string& name) {
        const auto it = std::ranges::find(nodes, name, [](const auto& n) { return n->name; });
        assert(it != nodes.end() && "no such link");
        return **it;
    }

    void report(Node& n, Event::Kind kind, const std::string& text = {}, const CanFrame& frame = {}) const {
        if (n.started)
            n.events.push_back({kind, now, frame, text.empty() ? text : n.name + ": " + text});
    }

    void put_on_wire(const std::string& sender, const CanFrame& frame) {
        wire.push_back({now.time_since_epoch(), sender, frame});
        for (const auto& other : nodes)
            if (other->name != sender && !other->down && !other->bus_off) {
                ++other->counters.received;
                report(*other, Event::Kind::frame, {}, frame);
            }
    }

    void send_open(Node& n) {
        if (!n.open)
            return;
        const CanFrame frame = std::exchange(n.open, std::nullopt)->frame;
        put_on_wire(n.name, frame);
        ++n.counters.confirmed;
        if (std::exchange(n.reported_stuck, false))
            report(n, Event::Kind::unstuck, to_text(frame) + " was sent after all", frame);
        report(n, Event::Kind::confirmed, {}, frame);
    }

    void drop_open(Node& n) const {
        if (!n.open)
            return;
        const CanFrame frame = std::exchange(n.open, std::nullopt)->frame;
        ++n.counters.never_confirmed;
        if (std::exchange(n.reported_stuck, false))
            report(n, Event::Kind::unstuck, to_text(frame) + " was dropped", frame);
    }
};

namespace {

class MemoryLink final : public Link {
public:
    MemoryLink(std::weak_ptr<MemoryBus::State> bus, std::shared_ptr<Node> node)
        : bus_{std::move(bus)}, node_{std::move(node)} {}
    ~MemoryLink() override {
        if (const auto bus = bus_.lock())
            std::erase(bus->nodes, node_);
    }
    MemoryLink(const MemoryLink&) = delete;
    MemoryLink& operator=(const MemoryLink&) = delete;

    void start(Listener listener) override {
        node_->listener = std::move(listener);
        node_->started = true;
        if (const auto bus = bus_.lock())
            bus->report(*node_, node_->down ? Event::Kind::down : Event::Kind::up,
                        node_->down ? "the interface is down" : "up");
    }

    WriteResult write(const CanFrame& frame) override {
        const auto bus = bus_.lock();
        if (!bus || !node_->started || node_->down || node_->bus_off) {
            ++node_->counters.dropped_not_ready;
            return WriteResult::not_ready;
        }
        if (node_->open) {
            ++node_->counters.dropped_unconfirmed;
            return WriteResult::unconfirmed;
        }
        if (node_->queue_full) {
            ++node_->counters.dropped_queue_full;
            return WriteResult::queue_full;
        }
        ++node_->counters.written;
        node_->open = LoggedFrame{bus->now.time_since_epoch(), node_->name, frame};
        node_->open_since = bus->now;
        return WriteResult::written;
    }

    [[nodiscard]] bool unconfirmed() const override { return node_->open.has_value(); }
    [[nodiscard]] const Counters& counters() const override { return node_->counters; }
    [[nodiscard]] std::string name() const override { return node_->name; }

private:
    std::weak_ptr<MemoryBus::State> bus_;
    std::shared_ptr<Node> node_;
};

} // namespace

MemoryBus::MemoryBus(TimePoint start) : state_{std::make_shared<State>()} {
    state_->now = start;
}
MemoryBus::~MemoryBus() = default;

std::unique_ptr<Link> MemoryBus::connect(std::string name) {
    assert(std::ranges::none_of(state_->nodes, [&](const auto& n) { return n->name == name; }));
    auto node = std::make_shared<Node>(Node{.name = std::move(name)});
    state_->nodes.push_back(node);
    return std::make_unique<MemoryLink>(state_, std::move(node));
}

TimePoint MemoryBus::now() const {
    return state_->now;
}

const std::vector<LoggedFrame>& MemoryBus::wire() const {
    return state_->wire;
}

void MemoryBus::deliver() {
    const auto nodes = [this] { return state_->nodes; }; // a copy: listeners may connect
    for (bool again = true; std::exchange(again, false);) {
        for (const auto& n : nodes())
            if (!n->stuck)
                state_->send_open(*n);
        for (const auto& n : nodes())
            while (!n->events.empty()) {
                const Event event = std::move(n->events.front());
                n->events.pop_front();
                if (n->listener)
                    n->listener(event);
                again = true;
            }
    }
}

void MemoryBus::advance(Duration time) {
    state_->now += time;
    for (const auto& n : state_->nodes)
        if (n->open && n->stuck && !n->reported_stuck && state_->now - n->open_since >= confirm_within) {
            n->reported_stuck = true;
            state_->report(*n, Event::Kind::stuck, to_text(n->open->frame) + " is not sent", n->open->frame);
        }
    deliver();
}

void MemoryBus::set_down(const std::string& name, bool down) {
    Node& n = state_->node(name);
    if (std::exchange(n.down, down) == down)
        return;
    state_->drop_open(n);
    state_->report(n, down ? Event::Kind::down : Event::Kind::up, down ? "the interface is down" : "up");
}

void MemoryBus::set_stuck(const std::string& name, bool stuck) {
    state_->node(name).stuck = stuck;
}

void MemoryBus::set_queue_full(const std::string& name, bool full) {
    state_->node(name).queue_full = full;
}

void MemoryBus::set_bus_off(const std::string& name, bool off) {
    Node& n = state_->node(name);
    if (std::exchange(n.bus_off, off) == off)
        return;
    state_->drop_open(n);
    state_->report(n, off ? Event::Kind::bus_off : Event::Kind::bus_back,
                   off ? "bus-off" : "back on the bus");
}

void MemoryBus::nobody_acknowledges(const std::string& name) {
    Node& n = state_->node(name);
    ++n.counters.error_frames;
    state_->report(n, Event::Kind::nobody_acknowledges, "nobody on the bus acknowledges");
}

void MemoryBus::inject(const CanFrame& frame) {
    state_->put_on_wire({}, frame);
}

} // namespace retrocan::can
