// SPDX-License-Identifier: Apache-2.0
#include "model_walk.h"

#include <algorithm>
#include <cassert>

namespace retrocan::modbus {

Request ModelWalk::next() const {
    assert(!ended_);
    Request request = usual_;
    request.table = Table::holding;
    request.model = {};
    request.address = at_.value_or(mark_addresses.at(mark_));
    request.count = 2;
    return request;
}

void ModelWalk::answered(const Block& block) {
    constexpr std::array<std::uint16_t, 2> suns{0x5375, 0x6E53};
    const std::uint16_t first = block.values.at(0);
    const std::uint16_t second = block.values.at(1);
    if (at_) {
        take_model(first, second);
    } else if (first == suns[0] && second == suns[1]) {
        is_sunspec_ = true;
        at_ = static_cast<std::uint16_t>(mark_addresses.at(mark_) + 2);
    } else {
        no_mark_here();
    }
}

void ModelWalk::take_model(std::uint16_t id, std::uint16_t length) {
    constexpr std::uint16_t end_mark = 0xFFFF;
    const std::int64_t next = std::int64_t{*at_} + 2 + length;
    if (id == end_mark || id == 0) { // 0 is no model: the chain is broken
        end();
        return;
    }
    found_.emplace(id, Model{*at_, length}); // of two of one kind the first counts
    const bool all =
        std::ranges::all_of(wanted_, [&](std::uint16_t model) { return found_.contains(model); });
    if (all || ++seen_ == most_models || next + 1 > last_address)
        end();
    else
        at_ = static_cast<std::uint16_t>(next);
}

bool ModelWalk::refused(std::uint8_t code) {
    constexpr std::uint8_t illegal_address = 2;
    constexpr std::uint8_t illegal_value = 3;
    if (code != illegal_address && code != illegal_value) {
        lost();
        return false;
    }
    if (at_)
        end(); // a chain without its end mark
    else
        no_mark_here();
    return true;
}

/// Some devices do not answer at all where they have no registers.
void ModelWalk::lost() {
    if (at_)
        return;
    without_mark_ = 0;
    mark_ = (mark_ + 1) % mark_addresses.size();
}

void ModelWalk::no_mark_here() {
    mark_ = (mark_ + 1) % mark_addresses.size();
    if (++without_mark_ == mark_addresses.size())
        end();
}

void ModelWalk::end() {
    ended_ = true;
    models_ = std::move(found_);
    found_.clear();
}

void ModelWalk::start_again() {
    if (known_)
        return;
    look_again();
    models_.clear();
}

void ModelWalk::look_again() {
    if (known_)
        return;
    without_mark_ = 0;
    at_ = {};
    seen_ = 0;
    is_sunspec_ = false;
    ended_ = false;
    found_.clear();
}

std::optional<Request> at_its_place(const Request& planned, const Models& models) {
    const auto model = models.find(planned.model.value_or(0));
    if (model == models.end())
        return std::nullopt;
    const auto [address, length] = model->second;
    const std::int64_t registers = std::min<std::int64_t>(length + 2, last_address + 1 - address);
    const std::int64_t count = std::min<std::int64_t>(planned.count, registers - planned.address);
    if (count <= 0)
        return std::nullopt;
    Request request = planned;
    request.address = static_cast<std::uint16_t>(address + planned.address);
    request.count = static_cast<std::uint16_t>(count);
    return request;
}

} // namespace retrocan::modbus
