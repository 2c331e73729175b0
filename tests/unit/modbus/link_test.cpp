// SPDX-License-Identifier: Apache-2.0
// The whole adapter against a real server: what arrives in the sink under each fault, and after it.
#include "modbus_adapter.h"
#include "simulator/modbus_server.h"
#include "specs.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using adapter::Absence;
using adapter::Answer;
using adapter::Event;
using adapter::LinkNews;
using adapter::RawValue;
using simulator::ModbusFault;
using simulator::ModbusServer;
using simulator::ModbusTable;
using testing::HasSubstr;
using Kind = ModbusFault::Kind;

/// What has arrived; waits for conditions on it.
class Collector {
public:
    void take(Event event) {
        {
            const std::lock_guard lock{mutex_};
            if (auto* answer = std::get_if<Answer>(&event.content))
                take(event.battery, *answer);
            else
                news_[event.battery].push_back(std::get<LinkNews>(event.content));
        }
        arrived_.notify_all();
    }

    /// False if it has not come true within 20 s.
    bool wait_for(const std::function<bool(const Collector&)>& condition) {
        std::unique_lock lock{mutex_};
        return arrived_.wait_for(lock, 20s, [&] { return condition(*this); });
    }
    void forget() {
        const std::lock_guard lock{mutex_};
        values_.clear();
        absences_.clear();
    }

    // Only within a condition, or after the reader has ended.
    [[nodiscard]] std::size_t values(std::size_t battery, std::size_t slot) const {
        const auto it = values_.find({battery, slot});
        return it == values_.end() ? 0 : it->second.size();
    }
    [[nodiscard]] std::size_t absences(std::size_t battery, std::size_t slot, Absence reason) const {
        const auto it = absences_.find({battery, slot});
        return it == absences_.end() ? 0 : static_cast<std::size_t>(std::ranges::count(it->second, reason));
    }
    [[nodiscard]] std::vector<std::int64_t> all_values(std::size_t battery, std::size_t slot) const {
        const auto it = values_.find({battery, slot});
        return it == values_.end() ? std::vector<std::int64_t>{} : it->second;
    }
    [[nodiscard]] std::vector<LinkNews> news(std::size_t battery) const {
        const auto it = news_.find(battery);
        return it == news_.end() ? std::vector<LinkNews>{} : it->second;
    }
    [[nodiscard]] bool told(std::size_t battery, LinkNews::State state) const {
        return std::ranges::any_of(news(battery), [&](const LinkNews& n) { return n.state == state; });
    }
    /// The times of all answers, in order of arrival.
    [[nodiscard]] const std::vector<TimePoint>& times(std::size_t battery) { return times_[battery]; }

private:
    void take(std::size_t battery, const Answer& answer) {
        times_[battery].push_back(answer.at);
        for (const adapter::Reading& reading : answer.readings) {
            const auto key = std::pair{battery, reading.slot};
            if (const auto* reason = std::get_if<Absence>(&reading.content))
                absences_[key].push_back(*reason);
            else
                values_[key].push_back(std::get<std::int64_t>(std::get<RawValue>(reading.content)));
        }
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::int64_t>> values_;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Absence>> absences_;
    std::map<std::size_t, std::vector<LinkNews>> news_;
    std::map<std::size_t, std::vector<TimePoint>> times_;
};

/// Batteries on one server; unit u has 100 u + n at holding register n (n from 0 to 9) and at 20 + n.
class LinkTest : public testing::Test {
protected:
    LinkTest() {
        for (const std::uint8_t unit : {std::uint8_t{1}, std::uint8_t{2}}) {
            std::vector<std::uint16_t> values(10);
            std::iota(values.begin(), values.end(), static_cast<std::uint16_t>(100 * unit));
            server.set(unit, ModbusTable::holding, 0, values);
            server.set(unit, ModbusTable::holding, 20, values);
        }
    }

    /// Slot 0 is a register of the first read, slot 1 one of the second.
    void add(std::int64_t unit, Duration poll = 100ms, const char* timeout = "100 ms") {
        Faults faults;
        auto s = spec({},
                      {{"host", text("127.0.0.1")},
                       {"port", number(server.port())},
                       {"unit_id", number(unit)},
                       {"timeout", text(timeout)}},
                      {point("a", {{"at", number(3)}, {"type", text("u16")}}),
                       point("b", {{"at", number(25)}, {"type", text("u16")}})});
        s.poll = poll;
        sources.push_back(adapter.source(s, faults));
        ASSERT_THAT(texts(faults), testing::IsEmpty());
    }
    /// Whatever arrives can be recorded: the line of each answer makes the same readings.
    void check_traffic(const Event& event) {
        const auto* answer = std::get_if<Answer>(&event.content);
        if (answer == nullptr)
            return;
        const auto again = sources[event.battery]->decode(answer->traffic);
        ASSERT_TRUE(again) << answer->traffic << ": " << again.error();
        EXPECT_EQ(by_slot(again->readings), by_slot(answer->readings)) << answer->traffic;
    }
    void start() {
        std::vector<const adapter::Source*> all;
        for (const auto& source : sources)
            all.push_back(source.get());
        reader = adapter.start(all,
                               [this](Event event) {
                                   check_traffic(event);
                                   collector.take(std::move(event));
                               },
                               {.traffic = true});
    }
    bool reads(std::size_t battery, std::size_t count = 3) {
        return collector.wait_for([=](const Collector& c) {
            return c.values(battery, 0) >= count && c.values(battery, 1) >= count;
        });
    }
    void fault(Kind kind, std::optional<std::uint8_t> unit = {}) {
        server.set_fault({.kind = kind, .delay = 250ms, .unit = unit, .table = {}});
    }
    void expect_only_true_values() {
        for (std::size_t battery = 0; battery < sources.size(); ++battery) {
            const auto base = static_cast<std::int64_t>(100 * (battery + 1));
            EXPECT_THAT(collector.all_values(battery, 0), testing::Each(base + 3));
            EXPECT_THAT(collector.all_values(battery, 1), testing::Each(base + 5));
        }
    }

    ModbusServer server;
    ModbusAdapter adapter;
    Collector collector;
    std::vector<std::unique_ptr<adapter::Source>> sources;
    std::unique_ptr<adapter::Reader> reader; ///< last: ends first
};

TEST_F(LinkTest, ReadsABattery) {
    add(1);
    start();
    EXPECT_TRUE(reads(0));
    reader.reset();
    expect_only_true_values();
    const auto news = collector.news(0);
    ASSERT_EQ(news.size(), 2u);
    EXPECT_EQ(news[0].state, LinkNews::State::connected);
    EXPECT_EQ(news[1].state, LinkNews::State::answering);
    EXPECT_EQ(news[1].text, "127.0.0.1:" + std::to_string(server.port()) + " unit 1: answers");
    EXPECT_TRUE(std::ranges::is_sorted(collector.times(0)));
}

TEST_F(LinkTest, TwoBatteriesShareOneConnection) {
    add(1);
    add(2);
    start();
    EXPECT_TRUE(reads(0));
    EXPECT_TRUE(reads(1));
    reader.reset();
    expect_only_true_values();
    EXPECT_EQ(server.counters().connections, 1u);
}

/// Points one behind the other at holding registers 3, 5 and 25 of unit 1.
class LearningLink : public LinkTest {
protected:
    void add_points(bool required_first) {
        Faults faults;
        auto s = spec({{"longest_gap", number(20)}},
                      {{"host", text("127.0.0.1")}, {"port", number(server.port())}, {"unit_id", number(1)}},
                      {point("a", {{"at", number(3)}, {"type", text("u16")}}),
                       point("b", {{"at", number(25)}, {"type", text("u16")}}),
                       point("c", {{"at", number(5)}, {"type", text("u16")}})});
        s.poll = 20ms;
        s.points[0].required = required_first;
        sources.push_back(adapter.source(s, faults));
        ASSERT_THAT(texts(faults), testing::IsEmpty());
        EXPECT_THAT(sources[0]->plan(), testing::StartsWith("unit 1: holding 3..25, each poll"));
    }
    [[nodiscard]] std::vector<std::string> remarks() const {
        std::vector<std::string> result;
        for (const LinkNews& news : collector.news(0))
            if (const auto at = news.text.find("refuses"); at != std::string::npos)
                result.push_back(news.text.substr(at));
        return result;
    }
};

TEST_F(LearningLink, AReadOverAGapThatIsRefusedIsSplitWithoutLosingARound) {
    add_points(false);
    start();
    EXPECT_TRUE(
        collector.wait_for([](const Collector& c) { return c.values(0, 0) >= 3 && c.values(0, 1) >= 3; }));
    reader.reset();
    expect_only_true_values();
    EXPECT_EQ(collector.absences(0, 0, Absence::refused), 0u);
    EXPECT_THAT(remarks(), testing::ElementsAre(testing::StartsWith("refuses holding 3..25 in one read")));
    EXPECT_EQ(server.counters().exceptions, 1u) << "it is not asked again in that way";
}

TEST_F(LearningLink, ARegisterThatIsRefusedIsGivenUpAloneAndAbsentInEachRound) {
    server.add_block(1, ModbusTable::holding, 3, 5);
    server.add_block(1, ModbusTable::holding, 20, 24); // 25 is refused
    add_points(true);
    start();
    EXPECT_TRUE(collector.wait_for(
        [](const Collector& c) { return c.values(0, 0) >= 20 && c.absences(0, 1, Absence::refused) >= 15; }));
    reader.reset();
    EXPECT_THAT(remarks(),
                testing::ElementsAre(testing::StartsWith("refuses holding 3..25 in one read"),
                                     "refuses holding 25 (exception 2): its values are absent; tried "
                                     "again every 10 minutes"));
    EXPECT_EQ(server.counters().exceptions, 4u) << "once in one read, three times alone";
    EXPECT_EQ(collector.values(0, 1), 0u);
}

TEST_F(LearningLink, WhatTheBatteryCannotBeRunWithoutIsAskedForInEachRound) {
    server.add_block(1, ModbusTable::holding, 4, 25); // 3 is refused
    add_points(true);
    start();
    EXPECT_TRUE(
        collector.wait_for([](const Collector& c) { return c.absences(0, 0, Absence::refused) >= 10; }));
    server.add_block(1, ModbusTable::holding, 0, 3);
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.values(0, 0) >= 3; }));
}

TEST_F(LinkTest, HurryIsTakenFromAnyThread) {
    add(1, 10s);
    start();
    EXPECT_TRUE(reads(0, 2)); // begins in a hurry: within the 10 s of the poll period
    reader->hurry(0, false);
    reader->hurry(0, true);
    collector.forget();
    EXPECT_TRUE(reads(0, 3));
}

struct FaultCase {
    const char* name;
    Kind kind;
    std::optional<Absence> absence; ///< that slot 0 has while the fault lasts; none: values come all the same
};

class EachFault : public LinkTest, public testing::WithParamInterface<FaultCase> {};

TEST_P(EachFault, GivesNoWrongValueAndIsOverWhenItEnds) {
    add(1);
    start();
    ASSERT_TRUE(reads(0));
    fault(GetParam().kind);
    collector.forget();
    if (const auto reason = GetParam().absence) {
        EXPECT_TRUE(collector.wait_for([&](const Collector& c) { return c.absences(0, 0, *reason) >= 1; }));
        EXPECT_TRUE(collector.wait_for([&](const Collector& c) { return c.absences(0, 1, *reason) >= 1; }));
    } else {
        EXPECT_TRUE(reads(0));
    }
    fault(Kind::none);
    collector.forget();
    EXPECT_TRUE(reads(0));
    reader.reset();
    expect_only_true_values();
    const auto connections = server.counters().connections;
    if (GetParam().kind == Kind::exception) {
        EXPECT_EQ(connections, 1u); // all is in order with the link
    } else {
        EXPECT_GE(connections, 2u); // nothing that comes too late can be met again
    }
}

const FaultCase fault_cases[] = {
    {"hang", Kind::hang, Absence::timeout},
    {"late", Kind::late, Absence::timeout},
    {"exception", Kind::exception, Absence::refused},
    {"wrong_transaction", Kind::wrong_transaction, Absence::garbled},
    {"wrong_unit", Kind::wrong_unit, Absence::garbled},
    {"wrong_length", Kind::wrong_length, Absence::garbled},
    {"short_answer", Kind::short_answer, Absence::garbled},
    {"half_frame", Kind::half_frame, Absence::timeout},
    {"close_half_way", Kind::close_half_way, Absence::not_connected},
    {"close_after_answer", Kind::close_after_answer, std::nullopt},
    {"refuse", Kind::refuse, Absence::not_connected},
    {"previous_answer", Kind::previous_answer, Absence::timeout},
    {"twice", Kind::twice, std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(All, EachFault, testing::ValuesIn(fault_cases),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST_F(LinkTest, GarbageGivesNoValue) {
    add(1);
    start();
    ASSERT_TRUE(reads(0));
    fault(Kind::garbage);
    collector.forget();
    EXPECT_TRUE(collector.wait_for([](const Collector& c) {
        return c.absences(0, 0, Absence::garbled) + c.absences(0, 0, Absence::timeout) >= 2;
    }));
    fault(Kind::none);
    collector.forget();
    EXPECT_TRUE(reads(0));
    reader.reset();
    expect_only_true_values();
}

TEST_F(LinkTest, OneLostAnswerIsNoAbsence) {
    add(1, 100ms, "1 s");
    fault(Kind::hang);
    start();
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (server.counters().requests == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    fault(Kind::none); // long before the repetition, which comes a timeout and a back-off later
    EXPECT_TRUE(reads(0));
    reader.reset();
    expect_only_true_values();
    EXPECT_EQ(collector.absences(0, 0, Absence::timeout), 0u);
    EXPECT_EQ(server.counters().connections, 2u);
}

TEST_F(LinkTest, ARefusedBlockLeavesTheOtherAlone) {
    add(1);
    server.set_fault({.kind = Kind::exception, .unit = {}, .table = {}, .first = 20, .last = 30});
    start();
    EXPECT_TRUE(collector.wait_for(
        [](const Collector& c) { return c.values(0, 0) >= 3 && c.absences(0, 1, Absence::refused) >= 3; }));
    reader.reset();
    EXPECT_EQ(server.counters().connections, 1u);
    EXPECT_FALSE(collector.told(0, LinkNews::State::silent));
}

TEST_F(LinkTest, ADeadBatteryLeavesTheOtherAlone) {
    add(1);
    add(2);
    fault(Kind::hang, std::uint8_t{2});
    start();
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.told(1, LinkNews::State::silent); }));
    collector.forget();
    EXPECT_TRUE(reads(0, 10));
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.values(1, 0) == 0; }));
    fault(Kind::none);
    EXPECT_TRUE(reads(1));
    EXPECT_TRUE(collector.wait_for([](const Collector& c) {
        return !c.news(1).empty() && c.news(1).back().state == LinkNews::State::answering;
    }));
    reader.reset();
    expect_only_true_values();
}

TEST_F(LinkTest, AUnitThatTheGatewayDoesNotReachIsSilent) {
    add(3);
    start();
    EXPECT_TRUE(collector.wait_for([](const Collector& c) {
        return c.absences(0, 0, Absence::timeout) >= 1 && c.told(0, LinkNews::State::silent);
    }));
    reader.reset();
    EXPECT_EQ(server.counters().connections, 1u);
}

TEST_F(LinkTest, NewsComeOncePerChange) {
    add(1);
    fault(Kind::refuse);
    start();
    EXPECT_TRUE(
        collector.wait_for([](const Collector& c) { return c.absences(0, 0, Absence::not_connected) >= 5; }));
    fault(Kind::none);
    EXPECT_TRUE(reads(0));
    reader.reset();
    const auto news = collector.news(0);
    ASSERT_EQ(news.size(), 3u);
    EXPECT_EQ(news[0].state, LinkNews::State::lost);
    EXPECT_THAT(news[0].text, HasSubstr(": Connection refused"));
    EXPECT_EQ(news[1].state, LinkNews::State::connected);
    EXPECT_EQ(news[2].state, LinkNews::State::answering);
}

TEST_F(LinkTest, EndsWithinATimeoutWhateverTheServerDoes) {
    for (const Kind kind : {Kind::none, Kind::hang, Kind::refuse}) {
        sources.clear();
        fault(kind);
        add(1, 100ms, "1 s");
        start();
        const auto is_there = [kind](const Collector& c) {
            switch (kind) {
            case Kind::hang:
                return c.absences(0, 0, Absence::timeout) >= 1;
            case Kind::refuse:
                return c.absences(0, 0, Absence::not_connected) >= 1;
            default:
                return c.values(0, 0) >= 1;
            }
        };
        EXPECT_TRUE(collector.wait_for(is_there));
        const auto began = std::chrono::steady_clock::now();
        reader.reset();
        EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
        fault(Kind::none);
    }
}

/// Unit 71 is a SunSpec device with the chain of a hybrid inverter; its model 802 is full of 1000 + offset.
class SunSpecTest : public LinkTest {
protected:
    SunSpecTest() {
        const auto set = [&](std::uint16_t address, std::vector<std::uint16_t> values) {
            server.set(71, ModbusTable::holding, address, values);
        };
        set(40000, {0x5375, 0x6E53});
        set(40002, {1, 66});
        set(40070, {103, 50});
        set(40122, {113, 60});
        set(40184, {120, 26});
        set(40212, {123, 24});
        set(40238, {160, 68});
        std::vector<std::uint16_t> model(64);
        std::iota(model.begin(), model.end(), static_cast<std::uint16_t>(1000));
        model[0] = 802;
        model[1] = 62;
        set(40308, model);
        set(40372, {0xFFFF, 0});
    }
    /// Slots 0 and 1 are in the model, slot 2 is not.
    void add_model(std::int64_t model, const char* timeout = "1 s", const Keys& mapping = {}) {
        Faults faults;
        auto s = spec(mapping,
                      {{"host", text("127.0.0.1")},
                       {"port", number(server.port())},
                       {"unit_id", number(71)},
                       {"timeout", text(timeout)}},
                      {in_block(point("a", {{"at", number(12)}, {"type", text("u16")}})),
                       in_block(point("b", {{"at", number(63)}, {"type", text("u16")}}, 2)),
                       point("plain", {{"at", number(40003)}, {"type", text("u16")}})},
                      {block("battery", {{"sunspec", number(model)}})});
        s.poll = 100ms;
        sources.push_back(adapter.source(s, faults));
        ASSERT_THAT(texts(faults), testing::IsEmpty());
    }
};

TEST_F(SunSpecTest, ReadsAModelWhereItIs) {
    add_model(802);
    start();
    EXPECT_TRUE(reads(0));
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.values(0, 3) >= 1; }));
    EXPECT_EQ(sources[0]->where(0), "model 802 + 12");
    reader.reset();
    EXPECT_THAT(collector.all_values(0, 0), testing::Each(1012));
    EXPECT_THAT(collector.all_values(0, 1), testing::Each(1063));
    EXPECT_EQ(collector.values(0, 2), 0u); // behind the model's end: it is not asked for
    EXPECT_GE(collector.absences(0, 2, Absence::refused), 1u);
    EXPECT_THAT(collector.all_values(0, 3), testing::Each(66));
    EXPECT_EQ(collector.absences(0, 0, Absence::refused), 0u);
    EXPECT_EQ(server.counters().exceptions, 0u);
}

TEST_F(SunSpecTest, APointThatItsModelDoesNotReachHasNothingOfTheNextModel) {
    server.set(71, ModbusTable::holding, 40239, std::vector<std::uint16_t>{10}); // the length of model 160
    server.set(71, ModbusTable::holding, 40240, std::vector<std::uint16_t>(10, 5));
    server.set(71, ModbusTable::holding, 40250, std::vector<std::uint16_t>{802, 62});
    server.set(71, ModbusTable::holding, 40314, std::vector<std::uint16_t>{0xFFFF, 0});
    Faults faults;
    auto short_one = in_block(point("b", {{"at", number(10)}, {"type", text("u16")}}, 4)); // two are there
    auto next = in_block(point("a", {{"at", number(0)}, {"type", text("u16")}}));
    next.block = 1;
    auto s = spec({}, {{"host", text("127.0.0.1")}, {"port", number(server.port())}, {"unit_id", number(71)}},
                  {next, short_one},
                  {block("short", {{"sunspec", number(160)}}), block("next", {{"sunspec", number(802)}})});
    s.poll = 100ms;
    sources.push_back(adapter.source(s, faults));
    ASSERT_THAT(texts(faults), testing::IsEmpty());
    start();
    EXPECT_TRUE(collector.wait_for([](const Collector& c) {
        return c.values(0, 0) >= 3 && c.values(0, 2) >= 3 && c.absences(0, 3, Absence::refused) >= 3;
    }));
    reader.reset();
    EXPECT_EQ(collector.values(0, 3), 0u);
    EXPECT_EQ(collector.values(0, 4), 0u);
}

TEST_F(SunSpecTest, AModelThatIsNotThereIsRefusedAndSaidOnce) {
    add_model(803);
    start();
    EXPECT_TRUE(collector.wait_for(
        [](const Collector& c) { return c.absences(0, 0, Absence::refused) >= 5 && c.values(0, 3) >= 5; }));
    reader.reset();
    EXPECT_EQ(collector.values(0, 0), 0u);
    const auto news = collector.news(0);
    EXPECT_EQ(
        std::ranges::count_if(
            news, [](const LinkNews& n) { return n.text.ends_with("unit 71: it has no SunSpec model 803"); }),
        1);
    EXPECT_EQ(server.counters().exceptions, 0u);
}

TEST_F(SunSpecTest, ADeviceThatIsNoSunSpecDeviceIsRefusedAndSaidOnce) {
    server.set(71, ModbusTable::holding, 40000, std::vector<std::uint16_t>{0, 0});
    add_model(802);
    start();
    EXPECT_TRUE(collector.wait_for(
        [](const Collector& c) { return c.absences(0, 0, Absence::refused) >= 5 && c.values(0, 3) >= 5; }));
    reader.reset();
    const auto news = collector.news(0);
    EXPECT_EQ(std::ranges::count_if(news,
                                    [](const LinkNews& n) {
                                        return n.text.find(
                                                   "it is no SunSpec device: \"SunS\" is neither at 40000") !=
                                               std::string::npos;
                                    }),
              1);
}

TEST_F(SunSpecTest, WhereTheModelsWereFoundNothingIsLookedFor) {
    add_model(802, "1 s", {{"found", std::vector<std::int64_t>{802, 40308}}});
    server.set(71, ModbusTable::holding, 40000, std::vector<std::uint16_t>{0, 0});
    server.set(71, ModbusTable::holding, 40372, std::vector<std::uint16_t>{7});
    start();
    EXPECT_TRUE(reads(0));
    reader.reset();
    EXPECT_THAT(collector.all_values(0, 0), testing::Each(1012));
    EXPECT_THAT(collector.all_values(0, 2), testing::Each(7)); // the length of the model is not known
}

TEST_F(SunSpecTest, TheWalkOutlastsADeviceThatClosesAfterEachAnswer) {
    fault(Kind::close_after_answer);
    add_model(802);
    start();
    EXPECT_TRUE(reads(0, 2));
    reader.reset();
    EXPECT_THAT(collector.all_values(0, 0), testing::Each(1012));
}

TEST_F(SunSpecTest, AModelThatHasMovedIsFoundWhenTheDeviceIsBack) {
    add_model(802);
    start();
    ASSERT_TRUE(reads(0));
    fault(Kind::refuse);
    EXPECT_TRUE(
        collector.wait_for([](const Collector& c) { return c.absences(0, 0, Absence::not_connected) >= 2; }));
    server.set(71, ModbusTable::holding, 40238, std::vector<std::uint16_t>{802, 68});
    server.set(71, ModbusTable::holding, 40250, std::vector<std::uint16_t>{77});
    fault(Kind::none);
    EXPECT_TRUE(collector.wait_for([](const Collector& c) {
        const auto values = c.all_values(0, 0);
        return !values.empty() && values.back() == 77;
    }));
}

TEST_F(SunSpecTest, ADeadOneCostsTheOthersOneTimeoutEachTime) {
    add(1, 100ms, "1 s");
    add_model(802, "300 ms");
    fault(Kind::hang, std::uint8_t{71});
    start();
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.told(1, LinkNews::State::silent); }));
    EXPECT_TRUE(reads(0, 5));
    fault(Kind::none);
    EXPECT_TRUE(reads(1));
}

/// A battery with two writes: holding register 30 once, 31 and 32 each 200 ms.
class WriteTest : public LinkTest {
protected:
    WriteTest() {
        server.set(1, ModbusTable::holding, 30, std::vector<std::uint16_t>{0, 0, 0});
        Faults faults;
        auto s = spec(
            {}, {{"host", text("127.0.0.1")}, {"port", number(server.port())}, {"timeout", text("100 ms")}},
            {point("a", {{"at", number(3)}, {"type", text("u16")}}),
             point("b", {{"at", number(30)}, {"type", text("u16")}}, 3)});
        s.poll = 100ms;
        s.writes = {write("wake", {{"at", number(30)}, {"registers", std::vector<std::int64_t>{7}}}),
                    write("tick", {{"at", number(31)}, {"registers", std::vector<std::int64_t>{8, 65535}}},
                          adapter::Pace::slow, 200ms)};
        sources.push_back(adapter.source(s, faults));
        EXPECT_THAT(texts(faults), testing::IsEmpty());
    }
    std::vector<std::string> remarks() {
        std::vector<std::string> result;
        for (const LinkNews& news : collector.news(0))
            if (const auto at = news.text.find("write "); at != std::string::npos)
                result.push_back(news.text.substr(at));
        return result;
    }
};

TEST_F(WriteTest, WritesBeforeItReads) {
    start();
    EXPECT_TRUE(reads(0));
    EXPECT_TRUE(collector.wait_for([&](const Collector&) { return server.counters().writes >= 4; }));
    reader.reset();
    EXPECT_THAT(collector.all_values(0, 1), testing::Each(7)); // from the first read on
    EXPECT_THAT(collector.all_values(0, 2), testing::Each(8));
    EXPECT_THAT(collector.all_values(0, 3), testing::Each(65535));
    EXPECT_THAT(remarks(), testing::ElementsAre("write wake: done", "write tick: done"));
}

TEST_F(WriteTest, AWriteThatIsRefusedIsSaidOnceAndHoldsNothingUp) {
    server.set_fault({.kind = Kind::exception, .unit = {}, .table = {}, .first = 31, .last = 31});
    start();
    EXPECT_TRUE(reads(0, 10));
    reader.reset();
    EXPECT_EQ(server.counters().writes, 1u);
    EXPECT_THAT(remarks(), testing::ElementsAre("write wake: done", "write tick: refused with exception 2"));
}

TEST_F(WriteTest, AWriteThatIsNotAnsweredIsRepeatedAndSaidOnce) {
    server.set_fault({.kind = Kind::hang, .unit = {}, .table = {}, .first = 31, .last = 31});
    start();
    EXPECT_TRUE(reads(0, 10));
    server.set_fault({.kind = Kind::none, .unit = {}, .table = {}});
    EXPECT_TRUE(collector.wait_for([&](const Collector&) { return server.counters().writes >= 2; }));
    collector.forget();
    EXPECT_TRUE(reads(0, 2));
    reader.reset();
    EXPECT_FALSE(collector.told(0, LinkNews::State::silent));
    EXPECT_THAT(remarks(), testing::ElementsAre("write wake: done", "write tick: no answer within 0.1 s",
                                                "write tick: done"));
}

TEST_F(WriteTest, AOnceWriteThatIsRefusedFiveTimesIsGivenUpAndSaidSoOnce) {
    server.set_fault({.kind = Kind::exception, .unit = {}, .table = {}, .first = 30, .last = 30});
    start();
    EXPECT_TRUE(collector.wait_for([&](const Collector&) { return remarks().size() >= 3; }));
    reader.reset();
    EXPECT_THAT(remarks(), testing::ElementsAre(
                               "write wake: refused with exception 2", "write tick: done",
                               "write wake: given up after 5 tries, until the battery was away and is back"));
}

TEST_F(LinkTest, OnlyZerosAreNoAnswerIfTheMappingSaysSo) {
    server.set(1, ModbusTable::holding, 100, std::vector<std::uint16_t>(4));
    Faults faults;
    auto s = spec({{"all_zero", text("no answer")}},
                  {{"host", text("127.0.0.1")}, {"port", number(server.port())}},
                  {point("a", {{"at", number(100)}, {"type", text("u16")}}, 4)});
    s.poll = 100ms;
    sources.push_back(adapter.source(s, faults));
    start();
    EXPECT_TRUE(
        collector.wait_for([](const Collector& c) { return c.absences(0, 3, Absence::garbled) >= 2; }));
    server.set(1, ModbusTable::holding, 100, std::vector<std::uint16_t>{5});
    EXPECT_TRUE(collector.wait_for([](const Collector& c) { return c.values(0, 0) >= 2; }));
    reader.reset();
    EXPECT_THAT(collector.all_values(0, 0), testing::Each(5));
    EXPECT_EQ(server.counters().connections, 1u); // nothing is wrong with the link
}

TEST_F(LinkTest, WithoutAHostNothingIsRead) {
    Faults faults;
    auto s = spec({}, {}, {point("a", {{"at", number(3)}, {"type", text("u16")}})});
    s.connection = {};
    sources.push_back(adapter.source(s, faults));
    start();
    reader->hurry(0, false);
    reader.reset();
    EXPECT_TRUE(collector.times(0).empty());
}

} // namespace
} // namespace retrocan::modbus
