// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/battery.h"
#include "core/fault.h"
#include "core/time.h"
#include "mapping/mapping.h"
#include "mapping/value.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::mapping {

struct Signal;
struct Point;

/// What turns a mapping into one battery's mapping.
struct Binding {
    std::string battery;              ///< its name in the configuration
    adapter::Settings owner_settings; ///< [battery.settings]
    adapter::Settings connection;     ///< [battery.<adapter>]
    Duration poll{};                  ///< period of the live points; not of a battery that publishes
    /// Live points older than this count as absent. None: natural_limit() of their period.
    std::optional<Duration> live_limit{};
    /// The owner's word on the sign of the current: turned round or not, and verified by that. None: as the
    /// mapping says.
    std::optional<bool> invert_current{};
    struct AllowedWrite {
        std::string name;
        Place place;
    };
    /// For a check of the whole file: every line that only_if turns off, and every write.
    bool everything{};
    std::vector<AllowedWrite> writes{}; ///< of the mapping's [writes], those that the owner switched on
};

/// A mapping with one owner's settings: points numbered into slots. Immutable; may be used from any thread.
class Bound {
public:
    /// By bind() only.
    Bound(std::shared_ptr<const Mapping> mapping, SettledSettings settings, const Binding& binding,
          Faults& faults);

    [[nodiscard]] const Mapping& mapping() const { return *mapping_; }
    /// What the adapter is to read.
    [[nodiscard]] const adapter::SourceSpec& source() const { return source_; }
    /// How often its live points come: the mapping's own word if it publishes them, else the owner's.
    [[nodiscard]] Duration period() const { return source_.poll; }
    [[nodiscard]] bool publishes() const { return source_.published; }
    /// Signals that have a source, alarms and warnings among them.
    [[nodiscard]] const SignalSet& provided() const { return provided_; }

    /// Whether positive is known to charge.
    [[nodiscard]] bool sign_verified() const { return sign_verified_; }
    [[nodiscard]] bool current_inverted() const { return inverted_; }

    // For Decoder.
    struct SlotPlan {
        const Point* point;
        std::size_t index; ///< of the point
        Duration limit;    ///< a value of this slot expires so long after its answer; Duration::max(): never
    };
    [[nodiscard]] const std::vector<SlotPlan>& slots() const { return slots_; }
    [[nodiscard]] const std::vector<SlotRange>& points() const { return points_; }
    [[nodiscard]] const SettingValues& settings() const { return settings_.values; }
    /// The signals that have a source, and for each slot which of them need it (by their place in the list).
    [[nodiscard]] const std::vector<const Signal*>& signals() const { return signals_; }
    [[nodiscard]] const std::vector<SignalSet>& signals_of_slot() const { return signals_of_slot_; }
    /// What the adapter is handed where these signals are required: the points that they need are, and those
    /// that no signal needs (identity, heartbeat).
    [[nodiscard]] adapter::SourceSpec source_requiring(const SignalSet& signals) const;
    /// Signals that need no point at all.
    [[nodiscard]] const SignalSet& constant() const { return constant_; }

private:
    [[nodiscard]] bool has_source(const Signal& signal) const;
    [[nodiscard]] std::vector<bool> needed_points() const;
    void number_slots(const Binding& binding, Faults& faults);
    void add_writes(const Binding& binding, Faults& faults);
    void select_signals();

    std::shared_ptr<const Mapping> mapping_;
    SettledSettings settings_;
    bool everything_;
    bool sign_verified_;
    bool inverted_;
    adapter::SourceSpec source_;
    std::vector<SlotPlan> slots_;
    std::vector<SlotRange> points_;
    std::vector<const Signal*> signals_;
    std::vector<SignalSet> signals_of_slot_;
    SignalSet constant_;
    SignalSet provided_;
};

/// The points that a value needs beside those that it names: which elements exist, powers of ten, signs of
/// life. `needed` has one flag for each point of the mapping.
void add_companions(const Content& content, std::vector<bool>& needed);

/// How old live points may be that come so often, unless the owner says something else.
Duration natural_limit(Duration period);

/// How often the live points come, where the mapping says it. Nothing of a battery that is asked.
std::optional<Duration> publishing_period(const Content& content, const SettingValues& settings);

/// Null if there were faults (in the owner's settings).
std::unique_ptr<Bound> bind(std::shared_ptr<const Mapping> mapping, const Binding& binding, Faults& faults);

} // namespace retrocan::mapping
