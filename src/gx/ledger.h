// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"
#include "gx/rules.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retrocan::gx {

enum class Verdict : std::uint8_t {
    kept,
    broken,
    not_seen, ///< no traffic that could tell
    by_hand,
};
std::string_view to_text(Verdict verdict);
std::string_view to_text(Kind kind);

/// Where a rule was broken first.
struct Evidence {
    TimePoint at{};
    std::optional<CanFrame> frame; ///< none where frames are missing
    std::string found;
    std::string expected;
};

struct Finding {
    const Rule* rule{};
    Verdict verdict{};
    std::uint64_t times{}; ///< how often it was broken
    std::optional<Evidence> evidence;
};

/// What the checks have found, a line a rule. A rule that was broken once stays so.
class Ledger {
public:
    /// There was traffic that could have broken the rule.
    void kept(RuleName rule) { entries_[rule.index].kept = true; }
    void broke(RuleName rule, Evidence evidence);
    /// Either, by `good`.
    void judge(RuleName rule, bool good, TimePoint at, const CanFrame& frame, const std::string& found,
               const std::string& expected);

    [[nodiscard]] std::vector<Finding> findings() const;

private:
    struct Entry {
        bool kept{};
        std::uint64_t broken{};
        std::optional<Evidence> first;
        std::optional<std::pair<TimePoint, std::optional<CanFrame>>> last; ///< where it was broken
    };
    std::array<Entry, rule_count> entries_;
};

} // namespace retrocan::gx
