// SPDX-License-Identifier: Apache-2.0
// encode() is the reverse of decode(). What decode() makes of registers is tested by itself, with captures.
#include "encode.h"
#include "modbus_adapter.h"
#include "model_walk.h"
#include "source.h"
#include "specs.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using adapter::Absence;
using adapter::RawValue;
using adapter::Reading;
using test::number;
using test::text;
using testing::ElementsAre;

using Values = std::map<std::size_t, RawValue>; ///< by slot

/// What a source makes of lines.
Values decoded(const adapter::Source& source, const std::vector<std::string>& lines) {
    Values values;
    for (const std::string& line : lines) {
        const auto answer = source.decode(line);
        EXPECT_TRUE(answer) << line << ": " << (answer ? "" : answer.error());
        if (!answer)
            continue;
        for (const Reading& reading : answer->readings) {
            const auto* value = std::get_if<RawValue>(&reading.content);
            EXPECT_NE(value, nullptr) << line;
            if (value != nullptr)
                values[reading.slot] = *value;
        }
    }
    return values;
}

std::unique_ptr<adapter::Source> source_of(adapter::SourceSpec spec) {
    Faults faults;
    spec.connection.path.clear(); // there is none
    auto source = ModbusAdapter{}.source(spec, faults);
    for (const std::string& fault : test::texts(faults))
        ADD_FAILURE() << fault;
    return source;
}

struct TypeCase {
    const char* word;
    Type type;
};
constexpr TypeCase types[] = {{"u2", Type::u2},       {"u4", Type::u4},       {"u8", Type::u8},
                              {"s8", Type::s8},       {"u16", Type::u16},     {"s16", Type::s16},
                              {"u32", Type::u32},     {"s32", Type::s32},     {"u64", Type::u64},
                              {"s64", Type::s64},     {"f32", Type::f32},     {"f64", Type::f64},
                              {"bcd16", Type::bcd16}, {"bcd32", Type::bcd32}, {"bcd64", Type::bcd64},
                              {"ascii", Type::ascii}, {"hex", Type::hex}};

TEST(Encode, EveryTypeAndOrderIsWhatDecodeReadsBack) {
    std::mt19937_64 random{44};
    for (const TypeCase& type : types)
        for (const bool low_word : {false, true})
            for (const bool low_byte : {false, true})
                for (int i = 0; i < 200; ++i) {
                    const std::size_t width = width_of(type.type) == 0 ? 4 : width_of(type.type);
                    Encoding encoding{type.type, low_word, low_byte, 0};
                    if (const unsigned part = part_bits(type.type); part != 0)
                        encoding.shift = static_cast<std::uint8_t>(random() % (16 / part) * part);
                    if (type.type == Type::s8 || type.type == Type::u8)
                        encoding.low_byte_first = false; // `first` says so
                    std::vector<std::uint16_t> registers(width);
                    for (std::uint16_t& word : registers) {
                        word = static_cast<std::uint16_t>(random());
                        if (type.type == Type::ascii)
                            word = static_cast<std::uint16_t>(0x2121 + word % 0x5D + word / 256 % 0x5D * 256);
                        if (std::uint64_t bcd = 0; type.word[0] == 'b') {
                            for (int digit = 0; digit < 4; ++digit)
                                bcd = bcd * 16 + random() % 10;
                            word = static_cast<std::uint16_t>(bcd);
                        }
                    }
                    const auto value = decode_value(encoding, registers);
                    const auto* raw = std::get_if<RawValue>(&value);
                    if (raw == nullptr)
                        continue; // NaN, or past 63 bits
                    const auto encoded = encode_value(encoding, width, *raw);
                    ASSERT_TRUE(encoded) << type.word;
                    ASSERT_EQ(encoded->registers.size(), width);
                    EXPECT_EQ(decode_value(encoding, encoded->registers), value) << type.word;
                    for (std::size_t k = 0; k < width; ++k) // no bit that is not its own
                        EXPECT_EQ(encoded->registers[k], registers[k] & encoded->mask) << type.word;
                }
}

TEST(Encode, WhatATypeCannotHoldHasNoRegisters) {
    const auto holds = [](Type type, RawValue value) {
        return encode_value({.type = type}, std::max<std::size_t>(width_of(type), 1), value).has_value();
    };
    EXPECT_TRUE(holds(Type::u16, RawValue{std::int64_t{65535}}));
    EXPECT_FALSE(holds(Type::u16, RawValue{std::int64_t{65536}}));
    EXPECT_FALSE(holds(Type::u16, RawValue{std::int64_t{-1}}));
    EXPECT_TRUE(holds(Type::s8, RawValue{std::int64_t{-128}}));
    EXPECT_FALSE(holds(Type::s8, RawValue{std::int64_t{-129}}));
    EXPECT_TRUE(holds(Type::bcd16, RawValue{std::int64_t{9999}}));
    EXPECT_FALSE(holds(Type::bcd16, RawValue{std::int64_t{10000}}));
    EXPECT_TRUE(holds(Type::s16, RawValue{-3.0}));
    EXPECT_FALSE(holds(Type::s16, RawValue{1.5}));
    EXPECT_FALSE(holds(Type::f32, RawValue{1e300}));
    EXPECT_FALSE(holds(Type::u16, RawValue{std::string{"1"}}));
    EXPECT_TRUE(holds(Type::ascii, RawValue{std::string{"ab"}}));
    EXPECT_FALSE(holds(Type::ascii, RawValue{std::string{"abc"}}));
    EXPECT_FALSE(holds(Type::ascii, RawValue{std::string{"\x07"}}));
    EXPECT_FALSE(holds(Type::hex, RawValue{std::string{"12G4"}}));
    EXPECT_FALSE(holds(Type::ascii, RawValue{std::int64_t{1}}));
}

TEST(Encode, RunsAreLinesAndHolesThatAReadMayGoOverAreZeros) {
    const auto source =
        source_of(test::spec({{"unit_id", number(3)}, {"longest_gap", number(2)}}, {},
                             {test::point("a", {{"at", number(10)}, {"type", text("u16")}}),
                              test::point("b", {{"at", number(13)}, {"type", text("u16")}}),
                              test::point("c", {{"at", number(20)}, {"type", text("s16")}}),
                              test::point("d", {{"at", number(21)}, {"type", text("u16")}}),
                              test::point("e", {{"at", number(22)}, {"type", text("u16")}})}));
    const std::vector<Reading> readings{{0, RawValue{std::int64_t{1}}},
                                        {1, RawValue{std::int64_t{2}}},
                                        {2, RawValue{std::int64_t{-1}}},
                                        {3, Absence::refused},
                                        {4, RawValue{std::int64_t{5}}}};
    EXPECT_THAT(source->encode(readings),
                ElementsAre(R"({"unit":3,"table":"holding","address":10,"registers":[1,0,0,2]})",
                            R"({"unit":3,"table":"holding","address":20,"registers":[65535]})",
                            R"({"unit":3,"table":"holding","address":22,"registers":[5]})"));
}

TEST(Encode, CoilsPartsStridesAndStepsOfAddressesAndUnits) {
    const auto source = source_of(test::spec(
        {{"address_step", number(2)}}, {},
        {test::point("bits", {{"at", number(7)}, {"table", text("coil")}}, 3),
         test::point("halves", {{"at", number(100)}, {"type", text("u8")}, {"first", text("high")}}, 4),
         test::point("apart", {{"at", number(200)}, {"type", text("u16")}, {"stride", number(2)}}, 2),
         test::point("units", {{"at", number(300)}, {"type", text("u16")}, {"unit_id_step", number(1)}},
                     2)}));
    std::vector<Reading> readings;
    for (std::size_t slot = 0; slot < 11; ++slot)
        readings.push_back({slot, RawValue{static_cast<std::int64_t>(slot < 3 ? slot % 2 : slot)}});
    EXPECT_THAT(
        source->encode(readings),
        ElementsAre(R"({"unit":1,"table":"holding","address":100,"registers":[772,1286]})", // 3 4, 5 6
                    R"({"unit":1,"table":"holding","address":200,"registers":[7]})",
                    R"({"unit":1,"table":"holding","address":204,"registers":[8]})",
                    R"({"unit":1,"table":"holding","address":300,"registers":[9]})",
                    R"({"unit":1,"table":"coil","address":7,"coils":[0,1,0]})",
                    R"({"unit":2,"table":"holding","address":300,"registers":[10]})"));
}

/// A random mapping's points, one behind the other, and readings of some of them.
class RandomBattery {
public:
    explicit RandomBattery(std::uint64_t seed) : random_{seed} {
        const std::int64_t step = below(3) == 0 ? 2 : 1;
        std::int64_t at = below(1000);
        std::int64_t coil = below(1000);
        for (int i = 0; i < 40; ++i) {
            test::Keys keys;
            const std::size_t count = static_cast<std::size_t>(1 + below(4));
            if (below(6) == 0) {
                keys = {{"at", number(coil)}, {"table", text("coil")}};
                coil += static_cast<std::int64_t>(count) + below(40);
            } else {
                at += add_register_point(keys, at, static_cast<std::int64_t>(count)) * step;
                at += below(12) * step;
            }
            points.push_back(test::point("p" + std::to_string(i), keys, count));
        }
        spec = test::spec({{"address_step", number(step)}, {"longest_gap", number(below(10))}}, {}, points);
    }

    [[nodiscard]] std::vector<Reading> readings(const std::vector<bool>& valued) {
        std::vector<Reading> result;
        for (std::size_t i = 0; i < spec.points.size(); ++i) {
            const auto& keys = spec.points[i].address.keys;
            const auto type = std::ranges::find(keys, "type", &adapter::Setting::key);
            const auto length = std::ranges::find(keys, "length", &adapter::Setting::key);
            const std::string word = type == keys.end() ? "bit" : std::get<std::string>(type->value);
            for (std::size_t k = 0; valued[i] && k < spec.points[i].count; ++k)
                result.push_back(
                    {spec.points[i].first_slot + k,
                     value(word, length == keys.end() ? 0 : std::get<std::int64_t>(length->value))});
        }
        return result;
    }
    [[nodiscard]] std::vector<bool> some() {
        std::vector<bool> valued(spec.points.size());
        for (std::size_t i = 0; i < valued.size(); ++i)
            valued[i] = below(4) != 0;
        return valued;
    }

    std::vector<adapter::PointSpec> points;
    adapter::SourceSpec spec;

private:
    std::int64_t below(std::uint64_t n) { return static_cast<std::int64_t>(random_() % n); }

    /// Returns the registers that the run takes.
    std::int64_t add_register_point(test::Keys& keys, std::int64_t at, std::int64_t count) {
        const TypeCase& type = types[below(std::size(types))];
        keys = {{"at", number(at)}, {"type", text(type.word)}};
        const auto part = static_cast<std::int64_t>(part_bits(type.type));
        std::int64_t width = static_cast<std::int64_t>(width_of(type.type));
        if (width == 0) {
            width = 1 + below(6);
            keys.emplace_back("length", number(width));
        }
        if (part != 0)
            keys.emplace_back("first", text(below(2) == 0 ? "high" : "low"));
        if (width > 1 && type.type != Type::ascii && type.type != Type::hex && below(2) == 0)
            keys.emplace_back("order", text("low word first"));
        if (part != 8 && below(2) == 0)
            keys.emplace_back("bytes", text("low byte first"));
        if (below(3) == 0) {
            const std::int64_t stride = width + below(3);
            keys.emplace_back("stride", number(stride));
            return count * stride;
        }
        return part == 0 ? count * width : (count * part + 15) / 16;
    }

    RawValue value(const std::string& type, std::int64_t length) {
        if (type == "bit")
            return RawValue{below(2)};
        if (type == "ascii")
            return RawValue{
                std::string(static_cast<std::size_t>(1 + below(2)), static_cast<char>('A' + below(26)))};
        if (type == "hex")
            return RawValue{
                std::string(static_cast<std::size_t>(4 * length), static_cast<char>('A' + below(6)))};
        if (type[0] == 'f')
            return RawValue{static_cast<double>(below(100000)) / 8};
        const bool has_sign = type[0] == 's';
        const std::int64_t size = type == "u2" ? 4 : type == "u4" ? 16 : 256;
        return RawValue{below(static_cast<std::uint64_t>(size)) - (has_sign ? 128 : 0)};
    }

    std::mt19937_64 random_;
};

TEST(Encode, IsTheReverseOfDecodeForAnyMapping) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        RandomBattery battery{seed};
        const auto source = source_of(battery.spec);
        ASSERT_TRUE(source) << seed;
        const std::vector<Reading> readings = battery.readings(battery.some());
        Values expected;
        for (const Reading& reading : readings)
            expected[reading.slot] = std::get<RawValue>(reading.content);
        EXPECT_EQ(decoded(*source, source->encode(readings)), expected) << seed;
    }
}

const test::Keys common{{"sunspec", number(1)}};
const test::Keys battery{{"sunspec", number(802)}};

adapter::SourceSpec sunspec(const test::Keys& keys) {
    auto serial = test::in_block(
        test::point("serial", {{"at", number(2)}, {"type", text("ascii")}, {"length", number(2)}}));
    auto soc = test::point("soc", {{"at", number(3)}, {"type", text("u16")}});
    auto other = test::point("other", {{"at", number(5)}, {"type", text("s16")}});
    soc.block = 1;
    other.block = 1;
    return test::spec(keys, {}, {serial, soc, other},
                      {test::block("common", common), test::block("battery", battery)});
}

const std::vector<Reading> of_models{{0, RawValue{std::string{"ABC"}}}, {1, RawValue{std::int64_t{79}}}};

TEST(Encode, ModelsThatAreFoundStandWhereTheyAre) {
    const auto source = source_of(sunspec({{"found", std::vector<std::int64_t>{1, 100, 802, 200}}}));
    EXPECT_THAT(source->encode(of_models),
                ElementsAre(R"({"unit":1,"table":"holding","address":102,"registers":[16706,17152]})",
                            R"({"unit":1,"table":"holding","address":203,"registers":[79]})"));
}

TEST(Encode, ModelsAreLaidOutAsAChainThatTheWalkFinds) {
    const auto source = source_of(sunspec({}));
    const auto lines = source->encode(of_models);
    ASSERT_THAT(lines, ElementsAre(R"({"unit":1,"table":"holding","address":40000,"registers":[)"
                                   R"(21365,28243,1,2,16706,17152,802,4,0,79,0,32768,65535,0]})"));

    // The walk of the link, over these registers.
    Request usual;
    usual.unit = 1;
    usual.model = 802;
    ModelWalk walk{usual, {1, 802}};
    const std::vector<std::uint16_t> device{21365, 28243, 1,  2, 16706, 17152, 802,
                                            4,     0,     79, 0, 32768, 65535, 0};
    for (int i = 0; i < 100 && !walk.ended(); ++i) {
        const Request request = walk.next();
        const std::size_t at = request.address - 40000U;
        if (request.address >= 40000 && at + 1 < device.size())
            walk.answered({1, Table::holding, request.address, {device[at], device[at + 1]}});
        else
            walk.refused(2);
    }
    EXPECT_TRUE(walk.is_sunspec());
    EXPECT_EQ(walk.models(), (Models{{1, {40002, 2}}, {802, {40006, 4}}}));

    // And read where it found them: the value that the device does not implement comes as such.
    const auto reading = source_of(sunspec({{"found", std::vector<std::int64_t>{1, 40002, 802, 40006}}}));
    EXPECT_EQ(decoded(*reading, lines), (Values{{0, RawValue{std::string{"ABC"}}},
                                                {1, RawValue{std::int64_t{79}}},
                                                {2, RawValue{std::int64_t{-32768}}}}));
}

TEST(Encode, AModelIsAsLongAsItsPointOfTheLengthSays) {
    auto length = test::in_block(test::point("length", {{"at", number(1)}, {"type", text("u16")}}));
    const auto source = source_of(test::spec({}, {}, {length}, {test::block("common", common)}));
    EXPECT_THAT(source->encode(std::vector<Reading>{{0, RawValue{std::int64_t{3}}}}),
                ElementsAre(R"({"unit":1,"table":"holding","address":40000,"registers":[)"
                            R"(21365,28243,1,3,0,0,0,65535,0]})"));
}

TEST(Encode, NothingOfADeviceWithoutReadings) {
    EXPECT_THAT(source_of(sunspec({}))->encode({}), ElementsAre());
}

} // namespace
} // namespace retrocan::modbus
