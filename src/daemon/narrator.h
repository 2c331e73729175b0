// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "can/link.h"
#include "daemon/bridge.h"

#include <optional>
#include <set>
#include <string>

namespace retrocan::daemon {

/// Writes the log: a line for each change, none for each cycle.
class Narrator {
public:
    Narrator(std::string battery, OnStale on_stale) : battery_{std::move(battery)}, on_stale_{on_stale} {}

    /// After anything that may have changed the bridge.
    void look(const Bridge& bridge);
    void source(const adapter::LinkNews& news);
    void bus(const can::Event& event);
    /// Somebody else sends 0x351 beside us. Said once a minute at most.
    void foreign_limits(const CanFrame& frame, TimePoint now);

    /// The last thing that the source said about itself, for people who ask why.
    [[nodiscard]] const std::string& last_news() const { return last_news_; }

private:
    void look_at_objections(const policy::Pack& pack);

    std::string battery_;
    OnStale on_stale_;
    std::optional<policy::PackState> state_;
    std::string reason_;
    Hearing hearing_{Hearing::not_yet};
    std::set<std::string> objected_; ///< signals that are being objected to
    std::optional<TimePoint> foreign_said_;
    std::uint64_t refused_{};
    std::string last_news_;
};

} // namespace retrocan::daemon
