// SPDX-License-Identifier: Apache-2.0
#include "daemon/bus_keys.h"

#include "core/unit.h"

#include <array>

namespace retrocan::daemon {

namespace {

constexpr std::array<std::string_view, 2> on_lost_words{"warn", "silent"}; // as OnGxLost

} // namespace

GxPolicy read_gx(toml_file::TableReader& root) {
    GxPolicy policy;
    auto gx = root.table("gx");
    if (!gx)
        return policy;
    policy.on_lost = static_cast<OnGxLost>(gx->one_of("on_lost", on_lost_words).value_or(0));
    policy.lost_after = gx->duration("lost_after", std::chrono::seconds{1}, std::chrono::hours{24 * 366})
                            .value_or(policy.lost_after);
    if (policy.lost_after < GxPolicy::shortest_lost_after)
        gx->fault("lost_after",
                  "must be at least 10 min: so long a GX may be away while it starts anew or updates "
                  "its firmware, and silence would stop the system for nothing; got " +
                      to_text(policy.lost_after));
    gx->finish();
    return policy;
}

} // namespace retrocan::daemon
