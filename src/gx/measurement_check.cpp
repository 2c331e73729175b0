// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

namespace retrocan::gx {

namespace {

constexpr int unknown = 0xFFFF;

bool is_battery_voltage(int raw) { // hundredths
    return raw >= 500 && raw <= 7000;
}

class MeasurementCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        if (!is_battery_message(scene.frame))
            return;
        if (scene.frame.id == 0x355) {
            hear_charge(scene, ledger);
        } else if (scene.frame.id == 0x356) {
            hear_voltage(scene, ledger);
            hear_temperature(scene, ledger);
        }
    }

    void end(const End&, Ledger& ledger) const override {
        if (zeros_ >= 10 && last_zero_)
            ledger.broke("temperature-there", *last_zero_);
    }

private:
    static void hear_charge(const Scene& scene, Ledger& ledger) {
        const auto soc = u16(scene.frame, 0);
        if (!soc)
            return;
        ledger.judge("soc-range", *soc <= 100, scene.at, scene.frame, "SOC " + std::to_string(*soc) + " %",
                     "0 to 100 %");
        if (const auto soh = u16(scene.frame, 2))
            ledger.judge("soh-range", *soh > 0 && *soh <= 100, scene.at, scene.frame,
                         "SOH " + std::to_string(*soh) + " %", "1 to 100 % (100 if it is not known)");
        const auto fine = u16(scene.frame, 4);
        if (!fine)
            return;
        ledger.judge("soc-high-res", *fine != 0 || *soc == 0, scene.at, scene.frame,
                     "0.00 % beside SOC " + std::to_string(*soc) + " %",
                     "SOC in 0.01 %, FFFF, or a shorter frame");
        if (*fine != 0 && *fine != unknown)
            ledger.judge("soc-agree", std::abs(*fine - *soc * 100) <= 100, scene.at, scene.frame,
                         hundredths(*fine) + " % beside SOC " + std::to_string(*soc) + " %", "the same");
    }

    static void hear_voltage(const Scene& scene, Ledger& ledger) {
        const auto voltage = s16(scene.frame, 0);
        if (!voltage)
            return;
        const std::string found = hundredths(*voltage) + " V";
        const bool plausible = is_battery_voltage(*voltage);
        ledger.judge("voltage-plausible", plausible, scene.at, scene.frame, found, "5 to 70 V");
        const int other = swapped(*voltage);
        if (plausible)
            ledger.kept("byte-order");
        else if (is_battery_voltage(other))
            ledger.broke("byte-order",
                         {scene.at, scene.frame, found + "; the other way round " + hundredths(other) + " V",
                          "the low byte first"});
    }

    void hear_temperature(const Scene& scene, Ledger& ledger) {
        const auto temperature = s16(scene.frame, 4);
        if (!temperature)
            return;
        ledger.judge("temperature-plausible", *temperature >= -400 && *temperature <= 1000, scene.at,
                     scene.frame, tenths(*temperature) + " degC", "-40 to 100 degC");
        if (*temperature != 0) {
            zeros_ = 0;
            other_ = true;
            ledger.kept("temperature-there");
        } else if (!other_ && ++zeros_ >= 10) {
            last_zero_ = Evidence{scene.at, scene.frame,
                                  "0.0 degC in all " + std::to_string(zeros_) + " frames", "a temperature"};
        }
    }

    int zeros_{};
    bool other_{};
    std::optional<Evidence> last_zero_;
};

} // namespace

std::unique_ptr<Check> make_measurement_check() {
    return std::make_unique<MeasurementCheck>();
}

} // namespace retrocan::gx
