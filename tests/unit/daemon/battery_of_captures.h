// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/loader.h"
#include "daemon/assembly.h"
#include "daemon/capture_source.h"
#include "daemon/replay.h"
#include "unit/daemon/bridge_rig.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace retrocan::daemon {

struct Replayed {
    std::vector<std::string> frames; ///< as candump lines
    std::vector<std::string> notes;
    std::string fault; ///< "column: message"; empty if there was none
    std::uint64_t answers{};
};

/// The battery of bridge_rig.h, "shed", read by the real Modbus adapter: input registers 0 to 5 are voltage
/// (10 mV), current (0.1 A), SOC, temperature (0.1 degC), CCL (A), and a word with an alarm in bit 0.
class BatteryOfCaptures {
public:
    BatteryOfCaptures() {
        const adapter::Loader loader{{ADAPTER_FOLDER}};
        Faults faults;
        BatteryAssembly& shed = assembly_.batteries.emplace_back();
        shed.name = "shed";
        shed.bound = Rig::make_bound();
        shed.adapter = loader.load("modbus").value();
        shed.source = shed.adapter->source(shed.bound->source(), faults);
        assembly_.bridge = Rig::settings(*shed.bound);
        if (!faults.empty())
            throw LoadError{faults};
    }

    static std::string seconds(std::int64_t us) {
        std::array<char, 40> text{};
        std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                      static_cast<long long>(us % 1'000'000));
        return text.data();
    }

    /// A line with all six registers.
    static std::string answer(std::int64_t us, const std::vector<int>& registers) {
        std::string line = "{\"t\":" + seconds(us) + ",\"battery\":\"shed\",\"address\":0,\"registers\":[";
        for (const int value : registers)
            line += (line.back() == '[' ? "" : ",") + std::to_string(value);
        return line + "]}";
    }

    /// `each`: as standard input is answered, line by line.
    [[nodiscard]] Replayed replay(const std::vector<std::string>& lines, bool each = false) const {
        Replayed result;
        CaptureHead today;
        today.program = "1.0.0";
        today.mappings["shed"] = "today";
        Replay replay{assembly_, today,
                      [&](TimePoint at, const CanFrame& frame) {
                          result.frames.push_back(to_text(LoggedFrame{at.time_since_epoch(), "can0", frame}));
                      },
                      [&](const std::string& note) { result.notes.push_back(note); }};
        for (const std::string& line : lines) {
            if (const auto fault = replay.take(line)) {
                result.fault = std::to_string(fault->column) + ": " + fault->message;
                return result;
            }
            if (each)
                replay.catch_up();
        }
        replay.catch_up();
        result.answers = replay.answers();
        return result;
    }

    [[nodiscard]] const Assembly& assembly() const { return assembly_; }

private:
    Assembly assembly_;
};

} // namespace retrocan::daemon
