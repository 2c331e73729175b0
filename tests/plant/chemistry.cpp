// SPDX-License-Identifier: Apache-2.0
#include "plant/chemistry.h"

namespace retrocan::plant {

OcvCurve::OcvCurve(std::span<const Point> points) {
    table_.reserve(cells + 1);
    std::size_t right = 1;
    for (unsigned i = 0; i <= cells; ++i) {
        const double soc = lowest + i / per_soc;
        while (right + 1 < points.size() && points[right].soc < soc)
            ++right;
        const Point& a = points[right - 1];
        const Point& b = points[right];
        table_.push_back(a.volts + (b.volts - a.volts) * (soc - a.soc) / (b.soc - a.soc));
    }
}

const Chemistry& lfp() {
    static constexpr OcvCurve::Point points[] = {
        {-0.01, 2.30}, {0.00, 2.60},  {0.01, 2.82},  {0.03, 3.00},   {0.05, 3.10},  {0.10, 3.205},
        {0.15, 3.230}, {0.20, 3.252}, {0.30, 3.283}, {0.40, 3.292},  {0.50, 3.296}, {0.60, 3.304},
        {0.70, 3.326}, {0.80, 3.331}, {0.90, 3.334}, {0.95, 3.338},  {0.97, 3.341}, {0.98, 3.345},
        {0.985, 3.35}, {0.99, 3.362}, {0.994, 3.39}, {0.997, 3.425}, {1.00, 3.52},  {1.003, 3.62},
        {1.008, 3.78}, {1.02, 4.20},
    };
    static const Chemistry chemistry{OcvCurve{points}, 0.007, 0.02};
    return chemistry;
}

const Chemistry& nmc() {
    static constexpr OcvCurve::Point points[] = {
        {-0.01, 2.50}, {0.00, 3.00}, {0.05, 3.40}, {0.10, 3.48}, {0.20, 3.56}, {0.30, 3.61}, {0.40, 3.65},
        {0.50, 3.70},  {0.60, 3.78}, {0.70, 3.88}, {0.80, 3.98}, {0.90, 4.08}, {1.00, 4.20}, {1.05, 4.40},
    };
    static const Chemistry chemistry{OcvCurve{points}, 0.002, 0.02};
    return chemistry;
}

} // namespace retrocan::plant
