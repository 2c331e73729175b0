// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exchange.h"
#include "plan.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace retrocan::modbus {

/// Looks for the models of a SunSpec device: for the mark "SunS" at the addresses where it may be, then along
/// the chain of models behind it, each with its id and length, until the last wanted one is found or to the
/// end mark. So what a device does behind the models that are wanted is nothing to it. It knows neither clock
/// nor socket: whoever asks makes the request next() and tells what came of it.
class ModelWalk {
public:
    /// `usual`: a request for one of the models; the walk asks the same unit in the same manner.
    ModelWalk(const Request& usual, std::set<std::uint16_t> wanted)
        : usual_{usual}, wanted_{std::move(wanted)} {}
    /// There is nothing to look for.
    explicit ModelWalk(Models known)
        : known_{true}, is_sunspec_{true}, ended_{true}, models_{std::move(known)} {}

    [[nodiscard]] bool ended() const { return ended_; }
    /// Of a walk that has not ended. It asks for two registers.
    [[nodiscard]] Request next() const;

    // What became of next().
    void answered(const Block& block);
    /// False where the exception does not say that there are no registers (the device is busy, say): then it
    /// counts as lost.
    bool refused(std::uint8_t code);
    void lost();

    /// Those of the last walk that ended; empty before, and where the device is no SunSpec device.
    [[nodiscard]] const Models& models() const { return models_; }
    [[nodiscard]] bool is_sunspec() const { return is_sunspec_; }

    /// The device may have become another one: nothing is known of it.
    void start_again();
    /// It may have got more models: those that are known stay so until this walk has ended.
    void look_again();

private:
    static constexpr std::array<std::uint16_t, 3> mark_addresses{40000, 50000, 0};
    static constexpr std::size_t most_models = 64;

    void no_mark_here();
    void end();
    void take_model(std::uint16_t id, std::uint16_t length);

    bool known_{};
    Request usual_;
    std::set<std::uint16_t> wanted_;
    std::size_t mark_{};              ///< in mark_addresses
    std::size_t without_mark_{};      ///< addresses in a row that have no mark
    std::optional<std::uint16_t> at_; ///< the next id register; nothing: the mark is looked for
    std::size_t seen_{};              ///< models in the chain so far
    bool is_sunspec_{};
    bool ended_{};
    Models found_; ///< by this walk so far
    Models models_;
};

/// A request for registers of a model, where the model is: only so far as the model goes. Nothing if none of
/// it is there.
std::optional<Request> at_its_place(const Request& planned, const Models& models);

} // namespace retrocan::modbus
