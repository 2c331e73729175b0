// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/interface_wish.h"
#include "can/load_meter.h"
#include "can/recent_count.h"
#include "core/can_frame.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace retrocan::can {

/// How a bus is, the worst that holds: what is further up explains what is below it.
enum class BusState : std::uint8_t {
    starting,       ///< nothing is known yet
    interface_down, ///< it is down, gone, or cannot be opened
    bus_off,        ///< the controller left the bus
    wrong_bit_rate, ///< errors, and nothing that can be read
    unacknowledged, ///< what is sent is not acknowledged: nobody else is there
    stuck,          ///< what is sent does not leave the controller, and no error says why
    error_passive,  ///< many errors beside what works
    overrun,        ///< received frames were lost
    disturbed,      ///< disturbed frames beside good ones
    busy,           ///< others take more than half of the bus
    working,
};

std::string_view to_text(BusState state);

/// The controller's own counters: from 96 on it warns, from 128 on it is error-passive, at 256 off the bus.
struct ErrorCounters {
    std::uint8_t sending{};
    std::uint8_t receiving{};
};

/// Tells the faults of a bus apart, from what a link sees of it. It is told all error frames, and needs no
/// more time for a flood of them. No clock of its own.
class BusHealth {
public:
    /// So long errors count. A state that is over is left when nothing of it was seen for so long, too.
    static constexpr Duration window = std::chrono::seconds{10};

    /// `name`: how texts call the bus, "can0".
    explicit BusHealth(std::string name) : name_{std::move(name)} {}

    void up();
    /// `why`: a sentence that begins with the name.
    void down(const std::string& why);
    void bus_off(TimePoint now);
    void bus_back(TimePoint now);
    /// A frame of ours has not been sent in time.
    void stuck() { stuck_ = true; }
    /// The frames that the controller held were dropped by stopping and starting it.
    void taken_back();
    /// A frame of ours was sent: acknowledged by another node where there is a controller. With slcan it was
    /// only taken by the adapter.
    void confirmed(TimePoint now);
    /// A good frame of another node.
    void received(TimePoint now);
    /// An error frame of the kernel.
    void error(const CanFrame& frame, TimePoint now);
    /// About once a second.
    void statistics(const Statistics& statistics, TimePoint now);
    void set_bit_rate(std::optional<std::uint32_t> rate);
    /// Nothing if it is not known; then a frame that was sent proves nothing.
    void set_kind(std::optional<InterfaceState::Kind> kind) { kind_ = kind; }

    /// Judges anew; true if the state has changed by it. To be called at least once a second.
    bool tick(TimePoint now);

    [[nodiscard]] BusState state() const { return state_; }
    /// When it became what it is.
    [[nodiscard]] TimePoint since() const { return since_; }
    /// The state as a sentence for the person at the cabinet: what it is, the likely causes in order, what to
    /// do. Of the last tick().
    [[nodiscard]] const std::string& text() const { return text_; }

    /// As far as the controller has told them with an error.
    [[nodiscard]] std::optional<ErrorCounters> error_counters() const { return counters_; }
    [[nodiscard]] std::optional<LoadMeter::Load> load() const { return meter_.load(); }
    [[nodiscard]] const std::optional<Statistics>& last_statistics() const { return statistics_; }
    /// Nothing if it is not known; then 500 kbit/s is assumed for the load.
    [[nodiscard]] std::optional<std::uint32_t> bit_rate() const { return bit_rate_; }

private:
    [[nodiscard]] BusState judged(TimePoint now) const;
    [[nodiscard]] bool only_errors(TimePoint now) const;
    [[nodiscard]] bool is_unacknowledged(TimePoint now) const;
    [[nodiscard]] std::string sentence(BusState state, TimePoint now) const;
    [[nodiscard]] std::string rate_text() const;
    void good(TimePoint now, std::uint64_t frames);

    std::string name_;
    std::optional<InterfaceState::Kind> kind_;
    BusState state_{BusState::starting};
    TimePoint since_{};
    std::string text_;
    std::optional<TimePoint> calm_since_; ///< judged as working, though it is not said yet

    bool known_{};                    ///< up or down was told
    std::optional<std::string> down_; ///< why
    bool bus_off_{};
    std::optional<TimePoint> back_at_; ///< the controller, after bus-off; until it has shown that it works
    RecentCount<60> bus_offs_;
    bool stuck_{};
    bool ever_good_{}; ///< since it came up, a frame of another node was received, or one of ours by it
    RecentCount<10> good_;
    std::optional<TimePoint> good_at_;
    std::optional<TimePoint> confirmed_at_;

    RecentCount<10> protocol_;                   ///< disturbed frames
    RecentCount<10> acknowledge_;                ///< missing acknowledgements
    std::optional<TimePoint> unacknowledged_at_; ///< the last one, until something speaks against it
    bool sending_passive_{};
    bool receiving_passive_{};
    std::optional<TimePoint> error_at_;
    std::optional<TimePoint> overrun_at_;
    std::optional<ErrorCounters> counters_;

    std::optional<std::uint32_t> bit_rate_;
    LoadMeter meter_;
    bool busy_{};
    std::optional<Statistics> statistics_;
    std::uint64_t error_frames_{};    ///< since the last statistics
    std::uint64_t received_frames_{}; ///< likewise
};

} // namespace retrocan::can
