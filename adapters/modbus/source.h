// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "capture.h"
#include "plan.h"
#include "read_plan.h"
#include "write.h"

#include <span>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// The points of one battery, as registers and requests. Immutable.
class ModbusSource : public adapter::Source {
public:
    /// `elements`: those of each point, one after the other.
    ModbusSource(const adapter::SourceSpec& spec, const Options& options, std::vector<Element> elements,
                 std::vector<Write> writes);

    [[nodiscard]] Result<adapter::Answer, std::string> decode(std::string_view capture_line) const override;
    /// The longest of those that the live points have.
    [[nodiscard]] Duration timeout() const override;
    [[nodiscard]] std::string plan() const override;
    [[nodiscard]] std::string where(std::size_t point) const override;
    /// A line for each run of registers or coils: see encode.h.
    [[nodiscard]] std::vector<std::string> encode(std::span<const adapter::Reading> readings) const override;

    /// The readings of every point that lies wholly in a block. `models`: of the device that answered.
    [[nodiscard]] std::vector<adapter::Reading> readings(const Block& block, const Models& models) const;
    /// The readings of a good answer to a request: those in the block, and `refused` for what it was planned
    /// for and does not reach, as the model ends before.
    [[nodiscard]] std::vector<adapter::Reading> answered(const Block& block, const Request& planned,
                                                         const Models& models) const;
    /// The readings of a request that failed.
    [[nodiscard]] static std::vector<adapter::Reading> absent(const Request& request,
                                                              adapter::Absence reason);
    /// The readings of the live points while they cannot be asked for.
    [[nodiscard]] std::vector<adapter::Reading> live_absent(adapter::Absence reason) const;

    /// "192.168.1.50:502", which tells links apart; "[::1]:502" for an address of IPv6; "/dev/ttyUSB0" for a
    /// serial port, whatever name the configuration has for it.
    [[nodiscard]] std::string link() const;

    [[nodiscard]] const std::string& battery() const { return battery_; }
    [[nodiscard]] const Place& place() const { return place_; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Duration poll() const { return poll_; }
    [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }
    /// The plan before the device has taught anything. It refers to this source.
    [[nodiscard]] ReadPlan read_plan(const Wire& wire) const { return {elements_, options_, wire}; }
    [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }

private:
    [[nodiscard]] std::vector<adapter::Reading> readings_of(const Told& told) const;
    [[nodiscard]] std::vector<adapter::Reading> absent_in(const Block& place,
                                                          const std::optional<InModel>& in,
                                                          const Purpose& purpose,
                                                          adapter::Absence reason) const;
    /// The elements that lie wholly in a block, each with its first value there.
    template <class Take>
    void each_within(const Block& block, const Models& models, const Take& take) const;

    std::string battery_;
    Place place_; ///< of its connection
    Duration poll_;
    Options options_;
    std::vector<Element> elements_;
    std::vector<std::string> places_; ///< of each point, for people
    std::vector<Write> writes_;
};

} // namespace retrocan::modbus
