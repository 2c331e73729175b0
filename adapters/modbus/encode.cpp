// SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include "plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace retrocan::modbus {

namespace {

using adapter::RawValue;
using adapter::Reading;

/// One register or coil of the device.
struct Cell {
    std::uint16_t value{};
    bool told{};          ///< a reading or the layout says what is in it
    std::int64_t reach{}; ///< registers without a meaning that a read may go over from here
};

/// Addresses that one read can run through: those of one unit and table, and of the same remainder where
/// registers are several addresses apart.
using Row = std::tuple<std::uint8_t, Table, std::int64_t, const Procedure*>;

class Device {
public:
    explicit Device(const Options& options) : options_{options} {}

    void set(const Element& element, std::int64_t address, const EncodedValue& value) {
        const std::int64_t scale = has_bits(element.table) ? 16 : 1;
        each_cell(element, address, [&](Cell& cell, std::size_t i) {
            cell.value =
                static_cast<std::uint16_t>((cell.value & ~value.mask) | (value.registers[i] & value.mask));
            cell.told = true;
            cell.reach = std::max(cell.reach, element.manner.longest_gap * scale);
        });
    }
    /// Something is there that no reading told: no block goes over it.
    void close(const Element& element, std::int64_t address) {
        each_cell(element, address, [](Cell&, std::size_t) {});
    }
    void set(std::uint8_t unit, std::int64_t address, std::uint16_t value) {
        Cell& cell = cell_at(unit, Table::holding, nullptr, address);
        cell.value = value;
        cell.told = true;
    }
    [[nodiscard]] bool has(std::uint8_t unit, std::int64_t address) {
        return cell_at(unit, Table::holding, nullptr, address).told;
    }

    [[nodiscard]] std::vector<Block> blocks() const {
        std::vector<Block> blocks;
        for (const auto& [row, cells] : rows_) {
            const std::int64_t step = step_of(std::get<1>(row), options_);
            const Cell* last = nullptr; // of the block at the end
            std::int64_t next = 0;      // the address behind it
            for (const auto& [address, cell] : cells) {
                if (!cell.told) {
                    last = nullptr;
                    continue;
                }
                const std::int64_t gap = (address - next) / step;
                if (last == nullptr || gap > std::max(last->reach, cell.reach))
                    blocks.push_back({std::get<0>(row),
                                      std::get<1>(row),
                                      static_cast<std::uint16_t>(address),
                                      {},
                                      std::get<3>(row)});
                else
                    blocks.back().values.insert(blocks.back().values.end(), static_cast<std::size_t>(gap), 0);
                blocks.back().values.push_back(cell.value);
                last = &cell;
                next = address + step;
            }
        }
        return blocks;
    }

private:
    Cell& cell_at(std::uint8_t unit, Table table, const Procedure* procedure, std::int64_t address) {
        return rows_[{unit, table, address % step_of(table, options_), procedure}][address];
    }
    template <class Visit>
    void each_cell(const Element& element, std::int64_t address, const Visit& visit) {
        const std::int64_t step = step_of(element.table, options_);
        for (std::size_t i = 0; i < element.width; ++i)
            visit(cell_at(element.unit, element.table, element.manner.procedure.get(),
                          address + static_cast<std::int64_t>(i) * step),
                  i);
    }

    const Options& options_;
    std::map<Row, std::map<std::int64_t, Cell>> rows_;
};

/// What a SunSpec device has in the registers of a value that it does not implement.
EncodedValue not_implemented(const Element& element) {
    EncodedValue result{std::vector<std::uint16_t>(element.width, 0xFFFF), 0xFFFF};
    switch (element.encoding.type) {
    case Type::s16:
    case Type::s32:
    case Type::s64:
        std::ranges::fill(result.registers, 0);
        result.registers.front() = 0x8000;
        break;
    case Type::f32:
    case Type::f64:
        result.registers.front() = 0x7FFF; // NaN
        break;
    case Type::ascii:
        std::ranges::fill(result.registers, 0);
        break;
    default:
        break;
    }
    return result;
}

constexpr std::int64_t chain_begins_at = 40000;
constexpr std::int64_t longest_model = 1000; ///< registers: longer ones would leave the addresses

/// Gives each model that has a value a place in the chain of its unit.
class Chain {
public:
    Chain(std::span<const Element> elements, const std::map<std::size_t, const RawValue*>& values) {
        std::map<std::uint8_t, std::map<std::uint16_t, std::int64_t>> lengths;
        std::set<std::pair<std::uint8_t, std::uint16_t>> valued;
        for (const Element& element : elements) {
            if (!element.model)
                continue;
            auto& length = lengths[element.unit][*element.model];
            const auto end = static_cast<std::int64_t>(element.address + element.width);
            length = std::max(length, end - header);
            const auto value = values.find(element.slot);
            if (value == values.end())
                continue;
            valued.emplace(element.unit, *element.model);
            // A point that reads the model's length has what its length is.
            const auto* told = std::get_if<std::int64_t>(value->second);
            if (element.address == 1 && element.width == 1 && told != nullptr && *told <= longest_model)
                length = std::max(length, *told);
        }
        for (const auto& [unit, models] : lengths) {
            std::int64_t at = chain_begins_at + header;
            for (const auto& [model, length] : models) {
                if (!valued.contains({unit, model}))
                    continue;
                places_[{unit, model}] = {at, length};
                at += header + length;
            }
            if (at != chain_begins_at + header)
                ends_[unit] = at;
        }
    }

    [[nodiscard]] std::optional<std::int64_t> address(const Element& element) const {
        const auto place = places_.find({element.unit, *element.model});
        return place == places_.end() ? std::nullopt : std::optional{place->second.address};
    }

    /// The mark, the ids and lengths, the end mark, and something in each register between.
    void write(Device& device) const {
        for (const auto& [unit, end] : ends_) {
            device.set(unit, chain_begins_at, 0x5375);     // "Su"
            device.set(unit, chain_begins_at + 1, 0x6E53); // "nS"
            for (std::int64_t at = chain_begins_at + header; at < end; ++at)
                if (!device.has(unit, at))
                    device.set(unit, at, 0);
            device.set(unit, end, 0xFFFF);
            device.set(unit, end + 1, 0);
        }
        for (const auto& [key, place] : places_) {
            device.set(key.first, place.address, key.second);
            device.set(key.first, place.address + 1, static_cast<std::uint16_t>(place.length));
        }
    }

private:
    static constexpr std::int64_t header = 2; ///< registers: id and length
    struct Place {
        std::int64_t address{};
        std::int64_t length{};
    };
    std::map<std::pair<std::uint8_t, std::uint16_t>, Place> places_; ///< by unit and model
    std::map<std::uint8_t, std::int64_t> ends_;
};

} // namespace

std::vector<Block> encode_blocks(std::span<const Element> elements, const Options& options,
                                 std::span<const Reading> readings) {
    std::map<std::size_t, const RawValue*> values; // the last one of a slot counts
    for (const Reading& reading : readings)
        if (const auto* value = std::get_if<RawValue>(&reading.content))
            values[reading.slot] = value;
        else
            values.erase(reading.slot);
    const bool laid_out = !options.found;
    const Chain chain{elements, values};
    Device device{options};
    for (const Element& element : elements) {
        std::int64_t address = element.address;
        if (element.model && laid_out) {
            const auto model = chain.address(element);
            if (!model)
                continue;
            address += *model;
        } else if (element.model) {
            const auto model = options.found->find(*element.model);
            if (model == options.found->end())
                continue;
            address += model->second.address;
        }
        const auto value = values.find(element.slot);
        const auto encoded = value == values.end()
                                 ? std::nullopt
                                 : encode_value(element.encoding, element.width, *value->second);
        if (encoded)
            device.set(element, address, *encoded);
        else if (element.model && laid_out)
            device.set(element, address, not_implemented(element));
        else
            device.close(element, address);
    }
    if (laid_out)
        chain.write(device);
    return device.blocks();
}

std::string to_line(const Block& block) {
    std::string line = "{\"unit\":" + std::to_string(block.unit) +
                       (block.procedure != nullptr ? ",\"payload\":\"" + block.procedure->name
                                                   : ",\"table\":\"" + std::string{to_text(block.table)}) +
                       "\",\"address\":" + std::to_string(block.address) +
                       (has_bits(block.table) ? ",\"coils\":[" : ",\"registers\":[");
    for (std::size_t i = 0; i < block.values.size(); ++i)
        line += (i == 0 ? "" : ",") + std::to_string(block.values[i]);
    return line + "]}";
}

} // namespace retrocan::modbus
