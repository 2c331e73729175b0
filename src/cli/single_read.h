// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "cli/dump.h"

#include <functional>
#include <optional>
#include <string>

namespace retrocan::cli {

/// How it went to read a battery once.
struct SingleRead {
    bool answered{};               ///< at least one read, be it with a refusal
    std::string trouble;           ///< what the connection said last that was no good; empty if nothing
    std::optional<Duration> round; ///< the shortest time from one whole round to the next, once all was read
};

struct SingleReadLimits {
    Duration longest{}; ///< the whole of it
    int rounds{3};      ///< what has not been answered then will not be
    bool time_it{};     ///< go on for two rounds, so that the time of one is known
    /// Asked after each answer: true ends it.
    std::function<bool(const adapter::Answer&)> enough{};
    /// End it where not one value has come after so long; none: no such end.
    std::optional<Duration> patience{};
};

/// Reads every point of a battery once, into `dump`, whose source is the adapter's. Returns when each has
/// been answered, given up or refused, or when nobody answers at all. Writes nothing, unless the source does.
SingleRead read_once(adapter::Adapter& adapter, Dump& dump, const SingleReadLimits& limits);

} // namespace retrocan::cli
