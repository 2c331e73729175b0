// SPDX-License-Identifier: Apache-2.0
// What is recorded of an answer or a failure makes the same readings again, for every mapping that ships.
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "modbus_adapter.h"
#include "source.h"
#include "specs.h"
#include "traffic.h"

#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using adapter::Absence;

std::unique_ptr<adapter::Source> source_of(std::vector<adapter::PointSpec> points,
                                           std::vector<adapter::BlockSpec> blocks = {}) {
    Faults faults;
    auto source =
        ModbusAdapter{}.source(spec({}, {{"host", text("a")}}, std::move(points), std::move(blocks)), faults);
    EXPECT_THAT(texts(faults), testing::IsEmpty());
    return source;
}

Request request(std::uint8_t unit, Table table, std::uint16_t address, std::uint16_t count) {
    Request request;
    request.unit = unit;
    request.table = table;
    request.address = address;
    request.count = count;
    return request;
}

TEST(Traffic, OfAnAnswerIsItsRegisters) {
    const Request planned = request(3, Table::holding, 4608, 3);
    EXPECT_EQ(answer_line({3, Table::holding, 4608, {3312, 0, 65535}}, planned, {}),
              R"({"unit":3,"table":"holding","address":4608,"registers":[3312,0,65535]})");
    EXPECT_EQ(answer_line({3, Table::discrete, 7, {1, 0}}, planned, {}),
              R"({"unit":3,"table":"discrete","address":7,"count":3,"pace":"live","coils":[1,0]})");
}

TEST(Traffic, OfASunSpecModelCountsFromItsId) {
    Request planned = request(1, Table::holding, 2, 61);
    planned.model = 802;
    planned.pace = adapter::Pace::once;
    EXPECT_EQ(answer_line({1, Table::holding, 40072, {7, 8}}, planned, {{802, {40070, 2}}}),
              R"({"unit":1,"table":"holding","model":802,"base":40070,"address":2,"count":61,)"
              R"("pace":"once","optional":false,"registers":[7,8]})");
}

TEST(Traffic, OfAFailureSaysForWhomItWasAsked) {
    const Request planned = request(1, Table::holding, 4608, 61);
    EXPECT_EQ(failure_line(planned, Absence::timeout),
              R"({"unit":1,"table":"holding","address":4608,"count":61,"pace":"live","error":"timeout"})");
    Request slow = request(1, Table::input, 1, 2);
    slow.pace = adapter::Pace::slow;
    slow.period = std::chrono::seconds{30};
    slow.optional = true;
    EXPECT_EQ(failure_line(slow, Absence::refused),
              R"({"unit":1,"table":"input","address":1,"count":2,"pace":"slow","period_us":30000000,)"
              R"("optional":true,"error":"refused"})");
    EXPECT_EQ(live_failure_line(Absence::not_connected), R"({"error":"not_connected","pace":"live"})");
}

TEST(Traffic, AFailureMarksOnlyThePointsThatWereAskedFor) {
    const auto live = point("a", {{"at", number(4608)}, {"type", text("u16")}});
    const auto slow = point("b", {{"at", number(4609)}, {"type", text("u16")}}, 1, adapter::Pace::slow,
                            std::chrono::seconds{30});
    const auto away = point("c", {{"at", number(9)}, {"type", text("u16")}});
    const auto source = source_of({live, slow, away});
    const auto read = [&](const char* line) { return by_slot(source->decode(line)->readings); };
    EXPECT_EQ(read(R"({"address":4608,"count":2,"pace":"live","error":"timeout"})"),
              (Contents{{0, Absence::timeout}}));
    EXPECT_EQ(read(R"({"address":4608,"count":2,"error":"timeout"})"),
              (Contents{{0, Absence::timeout}, {1, Absence::timeout}}));
    EXPECT_EQ(read(R"({"error":"not_connected","pace":"live"})"),
              (Contents{{0, Absence::not_connected}, {2, Absence::not_connected}}));
    EXPECT_EQ(read(R"({"error":"timeout"})").size(), 3U);
}

TEST(Traffic, WhatIsWrongInALineIsSaid) {
    const auto source = source_of({point("a", {{"at", number(1)}, {"type", text("u16")}})});
    const auto error = [&](const char* line) {
        const auto answer = source->decode(line);
        return answer ? "none" : answer.error();
    };
    EXPECT_EQ(error(R"({"error":"timeout","pace":"fast"})"), "pace: expected one of live, slow, once");
    EXPECT_EQ(error(R"({"error":"timeout","address":1})"), "count: missing");
    EXPECT_EQ(error(R"({"error":"timeout","address":1,"count":0})"),
              "count: expected whole numbers from 1 to 65536");
    EXPECT_EQ(error(R"({"model":0,"address":1,"registers":[1]})"),
              "model: expected whole numbers from 1 to 65535");
    EXPECT_EQ(error(R"({"model":1,"base":65535,"address":1,"registers":[1]})"),
              "base: expected whole numbers from 0 to 65534");
    EXPECT_EQ(error(R"({"model":1,"address":1,"coils":[1]})"),
              "model: SunSpec models are in the table holding");
    EXPECT_EQ(error(R"({"error":"timeout","optional":1})"), "optional: expected true or false");
}

// --- every mapping ---

std::vector<std::filesystem::path> mapping_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{RETROCAN_SOURCE_DIR "/mappings"})
        if (entry.path().extension() == ".toml") {
            Faults faults;
            const auto mapping = mapping::load(entry.path(), faults);
            if (mapping && mapping->adapter() == "modbus")
                files.push_back(entry.path());
        }
    std::ranges::sort(files);
    return files;
}

class RandomDevice {
public:
    explicit RandomDevice(std::uint32_t seed) : random_{seed} {}

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_); }

    /// Registers as devices have them: often zero, often marks of no value.
    Block block(const Request& request) {
        Block block{request.unit, request.table, request.address, {}, request.manner.procedure.get()};
        const bool all_zero = below(10) == 0;
        for (std::size_t i = 0; i < request.count; ++i) {
            const std::uint16_t values[] = {0, 0xFFFF, 0x7FFF, 0x4142,
                                            static_cast<std::uint16_t>(below(65536))};
            block.values.push_back(all_zero                  ? std::uint16_t{0}
                                   : has_bits(request.table) ? static_cast<std::uint16_t>(below(2))
                                                             : values[below(std::size(values))]);
        }
        return block;
    }
    /// Where the models of a device are, one shorter than the mapping thinks now and then.
    Models models(const ModbusSource& source) {
        Models models;
        std::uint16_t address = 40002;
        const ReadPlan plan = source.read_plan(wire_of(source.options()));
        for (const Request& request : plan.requests())
            if (request.model && !models.contains(*request.model)) {
                const auto length = static_cast<std::uint16_t>(1 + below(200));
                models[*request.model] = {address, length};
                address = static_cast<std::uint16_t>(address + length + 2);
            }
        return models;
    }

private:
    std::mt19937 random_;
};

/// One request of a live link, made with random luck.
void try_one(const ModbusSource& source, const Request& planned, RandomDevice& device) {
    const Absence reasons[] = {Absence::not_connected, Absence::timeout, Absence::refused, Absence::garbled};
    const Models models = planned.model ? device.models(source) : Models{};
    const auto request = planned.model ? at_its_place(planned, models) : std::optional{planned};
    std::vector<adapter::Reading> live;
    std::string line;
    if (!request || device.below(3) == 0) {
        const Absence reason = reasons[device.below(std::size(reasons))];
        live = ModbusSource::absent(planned, reason);
        line = failure_line(planned, reason);
    } else {
        const Block block = device.block(*request);
        live = source.answered(block, planned, models);
        line = answer_line(block, planned, models);
    }
    const auto replayed = source.decode(line);
    ASSERT_TRUE(replayed) << line << ": " << replayed.error();
    EXPECT_EQ(by_slot(replayed->readings), by_slot(live)) << source.plan() << "\n" << line;
}

TEST(Traffic, MakesTheSameReadingsAgainForEveryMapping) {
    RandomDevice device{20};
    std::size_t requests = 0;
    for (const auto& file : mapping_files()) {
        Faults faults;
        const auto mapping = mapping::load(file, faults);
        ASSERT_TRUE(mapping) << file;
        const adapter::Settings owner =
            mapping->tests().empty() ? adapter::Settings{} : mapping->tests().front().settings;
        const auto bound = mapping::bind(mapping, {"shed", owner, {}, std::chrono::seconds{1}, {}}, faults);
        ASSERT_TRUE(bound) << file;
        const auto made = ModbusAdapter{}.source(bound->source(), faults);
        ASSERT_TRUE(made) << file << ": " << texts(faults).front();
        const auto& source = dynamic_cast<const ModbusSource&>(*made);
        const ReadPlan plan = source.read_plan(wire_of(source.options()));
        for (const Request& planned : plan.requests())
            for (int i = 0; i < 20; ++i, ++requests)
                try_one(source, planned, device);
        const auto line = live_failure_line(Absence::not_connected);
        EXPECT_EQ(by_slot(source.decode(line)->readings),
                  by_slot(source.live_absent(Absence::not_connected)));
    }
    EXPECT_GT(requests, 1000U);
}

} // namespace
} // namespace retrocan::modbus
