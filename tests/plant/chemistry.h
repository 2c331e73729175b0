// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace retrocan::plant {

using Seconds = double; ///< of virtual time, since midnight of the first day

/// Voltage of a cell at rest over its state of charge (1 is full): straight lines between the points, and on
/// beyond the outermost.
class OcvCurve {
public:
    struct Point {
        double soc;
        double volts;
    };
    /// At least two points, rising in both.
    explicit OcvCurve(std::span<const Point> points);

    double operator()(double soc) const {
        const double place = (soc - lowest) * per_soc;
        const auto i = place <= 0 ? 0U : static_cast<unsigned>(place);
        const unsigned left = i > cells - 1 ? cells - 1 : i;
        return table_[left] + (table_[left + 1] - table_[left]) * (place - left);
    }

private:
    static constexpr double lowest = -0.02;
    static constexpr double per_soc = 4000;
    static constexpr unsigned cells = 4400; // up to 1.08
    std::vector<double> table_;
};

struct Chemistry {
    OcvCurve ocv;
    double
        hysteresis; ///< at rest a cell stands this much higher after charging, and lower after discharging, V
    double hysteresis_charge; ///< share of the capacity after which it has turned
};

const Chemistry& lfp();
const Chemistry& nmc();

} // namespace retrocan::plant
