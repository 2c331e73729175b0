// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/chemistry.h"

#include <cstdint>
#include <optional>

namespace retrocan::plant {

/// What the pack's own BMS does: it protects, and it asks for limits.
struct BmsSettings {
    double over{3.65};         ///< a cell above it opens the charge switch, V
    double over_release{3.45}; ///< all below it close the switch again
    double under{2.50};        ///< a cell below it opens the discharge switch, V
    double under_release{2.95};
    Seconds delay{2}; ///< so long beyond it before a switch opens
    Seconds least_open{10};

    // What it asks for; without a value it tells no such limit.
    std::optional<double> cvl;
    std::optional<double> ccl;
    std::optional<double> dcl;
    std::optional<double> full_cell; ///< asks for CCL 0 from here on, because it is full, V
    double full_release{3.36};       ///< until the highest cell is below this
};

class Bms {
public:
    explicit Bms(const BmsSettings& settings) : settings_{settings} {}

    void step(double cell_min, double cell_max, Seconds dt);

    [[nodiscard]] bool charge_closed() const { return !charge_.open; }
    [[nodiscard]] bool discharge_closed() const { return !discharge_.open; }
    [[nodiscard]] std::uint32_t charge_trips() const { return charge_.trips; }
    [[nodiscard]] std::uint32_t discharge_trips() const { return discharge_.trips; }
    [[nodiscard]] std::optional<double> ccl() const { return full_ ? std::optional{0.0} : settings_.ccl; }
    [[nodiscard]] const BmsSettings& settings() const { return settings_; }

private:
    struct Switch {
        bool open{};
        Seconds since{}; ///< beyond the threshold, or open
        std::uint32_t trips{};

        void step(bool beyond, bool back, const BmsSettings& settings, Seconds dt);
    };

    BmsSettings settings_;
    Switch charge_;
    Switch discharge_;
    bool full_{};
};

} // namespace retrocan::plant
