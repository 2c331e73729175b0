// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/checks.h"
#include "gx/ledger.h"
#include "gx/receiver.h"

#include <memory>
#include <vector>

namespace retrocan::gx {

/// Where the traffic comes from.
enum class Traffic : std::uint8_t {
    bus, ///< with ourselves as the GX
    log, ///< of any bus: its times are those of the wire
};

/// Holds a battery's traffic against the rules. Times must not go back.
class Conformance {
public:
    explicit Conformance(Traffic traffic);

    /// A frame that `receiver` has taken just before.
    void frame(const CanFrame& frame, const Receiver& receiver);

    /// A finding for each of rules, in their order, as of `receiver.now()`. More frames may follow.
    [[nodiscard]] std::vector<Finding> findings(const Receiver& receiver) const;

private:
    Traffic traffic_;
    std::optional<TimePoint> begin_;
    std::vector<std::unique_ptr<Check>> checks_;
    Ledger ledger_;
};

struct Summary {
    int core_broken{};
    int advice_broken{};
    int kept{};
    int not_seen{};
    int by_hand{};
    int core_not_seen{};    ///< of not_seen
    int messages_missing{}; ///< of the four core messages, told or not: a battery without them passes nothing
};
Summary summary(const std::vector<Finding>& findings);

} // namespace retrocan::gx
