// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/modbus_fault.h"
#include "simulator/modbus_frame.h"
#include "simulator/open_file.h"
#include "simulator/register_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <modbus.h>

namespace retrocan::simulator {

/// What is asked and answered, whatever wire it came over: registers by unit, and the faults of the moment.
/// libmodbus builds the answers. answer() is of one thread; all else of any.
class ModbusDevice {
public:
    struct Counters {
        std::uint64_t connections{};
        std::uint64_t requests{};
        std::uint64_t answers{}; ///< without exceptions
        std::uint64_t exceptions{};
        std::uint64_t writes{}; ///< that were carried out
    };
    /// What goes onto the wire.
    struct Reply {
        std::vector<std::uint8_t> bytes; ///< none: silence
        Duration delay{};                ///< before them, beside the usual
        bool close{};                    ///< then the connection ends
    };

    ModbusDevice(Framing framing, std::uint16_t address_step);

    void change(const std::function<void(RegisterStore&)>& change);
    void before_answer(std::function<void()> make_values);
    void set_faults(const std::vector<ModbusFault>& faults);
    /// The answers to `unit` come in the name of another one.
    void answer_as(std::uint8_t unit, std::uint8_t other);

    [[nodiscard]] Counters counters() const;
    void count_connection();
    /// It takes no connections now.
    [[nodiscard]] bool refuses() const;
    /// It may begin or cease to refuse connections without being told.
    [[nodiscard]] bool has_timed_refusal() const;

    /// The reply to a whole frame.
    Reply answer(std::span<const std::uint8_t> frame);

private:
    using Context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;
    using Mapping = std::unique_ptr<modbus_mapping_t, decltype(&modbus_mapping_free)>;
    struct Standing {
        ModbusFault fault;
        std::uint64_t seen{}; ///< requests that it concerned
    };

    std::vector<ModbusFault> faults_for(const ModbusRequest& request);
    std::vector<std::uint8_t> right_answer(std::span<const std::uint8_t> frame, const ModbusRequest& request,
                                           std::optional<unsigned> exception);
    std::optional<unsigned> exception_for(const ModbusRequest& request);
    [[nodiscard]] Mapping mapping_for(const ModbusRequest& request) const;

    const Framing framing_;
    const TimePoint start_;
    Context context_;
    OpenFile answer_in_; ///< libmodbus writes to a socket only: one end of a pair is lent to it
    OpenFile answer_out_;
    std::vector<std::uint16_t> values_; ///< of the request at hand
    std::vector<std::uint8_t> previous_;

    mutable std::mutex mutex_;
    RegisterStore store_;
    std::function<void()> make_values_;
    std::vector<Standing> faults_;
    std::map<std::uint8_t, std::uint8_t> answers_as_;
    Counters counters_;
};

} // namespace retrocan::simulator
