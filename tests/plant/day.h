// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/chemistry.h"

#include <cstdint>
#include <vector>

namespace retrocan::plant {

inline constexpr Seconds minute = 60;
inline constexpr Seconds hour = 3600;
inline constexpr Seconds day = 86400;

/// PV power at the maximum power point, every day alike but for its clouds.
struct Sun {
    double peak_watts{0};
    Seconds rise{6 * hour};
    Seconds set{20 * hour};
    double clouds{0}; ///< 0: a clear sky; 0.7: up to 70 % are taken away, by the minute
    std::uint64_t seed{1};

    [[nodiscard]] double watts(Seconds now) const;
};

/// A load that comes and goes.
struct Cycle {
    double watts{};
    Seconds every{};
    Seconds lasts{};
    Seconds from{0};
    Seconds to{1e9};
};

struct Loads {
    double base_watts{300};
    std::vector<Cycle> cycles;

    [[nodiscard]] double watts(Seconds now) const;
};

struct Ambient {
    double mean{20};
    double swing{0}; ///< coldest at 5:00, warmest at 17:00

    [[nodiscard]] double degrees(Seconds now) const;
};

} // namespace retrocan::plant
