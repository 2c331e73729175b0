// SPDX-License-Identifier: Apache-2.0
// Registers that no standard read gives: what goes over the line for them, their keys, and who may write.
#include "fake_line.h"
#include "fifo.h"
#include "modbus_adapter.h"
#include "question.h"
#include "rtu.h"
#include "specs.h"

#include <chrono>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using namespace test;
using adapter::Absence;
using adapter::Pace;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Bytes with_crc(Bytes frame) {
    add_crc(frame);
    return frame;
}

class ProcedureTest : public testing::Test {
protected:
    Exchange read(Procedure procedure, std::uint8_t unit = 1, std::uint16_t count = 2) {
        kept = std::make_shared<Procedure>(std::move(procedure));
        Request request;
        request.unit = unit;
        request.table = Table::payload;
        request.count = count;
        request.manner.procedure = kept;
        return connection.read(request, 500ms);
    }
    void answers(const Bytes& bytes) {
        line.device = [this, bytes](const Bytes&, TimePoint end) { line.put(end + 5ms, bytes); };
    }
    std::shared_ptr<const Procedure> kept;
    const Wire wire = wire_of(SerialPort{});
    FakeLine line{wire.byte_time};
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();
    RtuConnection connection{std::make_unique<FakeStream>(line), wire, 50ms, counters};
};

Procedure range() {
    Procedure procedure;
    procedure.name = "status";
    procedure.function = 0x78;
    procedure.first = 0x1000;
    procedure.last = 0x10A0;
    return procedure;
}

TEST_F(ProcedureTest, ARangeIsAskedForByFirstAndLastAddress) {
    answers(with_crc({1, 0x78, 0x10, 0x00, 0x10, 0xA0, 0x00, 0x04, 0x14, 0xC2, 0x00, 0x07}));
    const Exchange exchange = read(range());
    // The request of the recordings.
    EXPECT_THAT(line.sent.front().second,
                ElementsAre(0x01, 0x78, 0x10, 0x00, 0x10, 0xA0, 0x00, 0x00, 0x7F, 0xB2));
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    EXPECT_EQ(std::get<Block>(exchange), (Block{1, Table::payload, 0, {0x14C2, 7}, kept.get()}));
    EXPECT_EQ(counters->answers, 1u);
}

TEST_F(ProcedureTest, NoBitOfARangeMayDiffer) {
    const Bytes right = with_crc({1, 0x78, 0x10, 0x00, 0x10, 0xA0, 0x00, 0x04, 0x14, 0xC2, 0x00, 0x07});
    for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
        Bytes spoilt = right;
        spoilt[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        answers(spoilt);
        EXPECT_TRUE(std::holds_alternative<Broken>(read(range()))) << bit;
        line.now += 2s;
    }
    answers(with_crc({1, 0x78, 0x10, 0x00, 0x10, 0xA1, 0x00, 0x04, 0x14, 0xC2, 0x00, 0x07}));
    EXPECT_TRUE(std::holds_alternative<Broken>(read(range()))); // another range
}

Procedure trigger() {
    Procedure procedure;
    procedure.name = "about";
    procedure.kind = Procedure::Kind::trigger;
    procedure.allowed = true;
    procedure.write_at = 0x1620;
    procedure.registers = {0};
    procedure.begins = {0x55, 0xAA, 0xEB, 0x90, 2};
    procedure.size = 10;
    return procedure;
}
// A short frame of the same make, with the sum of its bytes.
const Bytes frame{0x55, 0xAA, 0xEB, 0x90, 0x02, 0x00, 0xDD, 0x0C, 0x00, 0x65};
const Bytes acknowledged{0x03, 0x10, 0x16, 0x20, 0x00, 0x01, 0x05, 0xA9}; // recorded

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST_F(ProcedureTest, ATriggeredFrameIsFollowedByItsAcknowledgement) {
    for (const Bytes& between : {Bytes{}, Bytes{0x00}}) {
        answers(frame + between + acknowledged);
        const Exchange exchange = read(trigger(), 3);
        // The request of the recordings.
        EXPECT_THAT(line.sent.back().second,
                    ElementsAre(0x03, 0x10, 0x16, 0x20, 0x00, 0x01, 0x02, 0x00, 0x00, 0xCF, 0x91));
        ASSERT_TRUE(std::holds_alternative<Block>(exchange));
        EXPECT_THAT(std::get<Block>(exchange).values, ElementsAre(0x55AA, 0xEB90, 0x0200, 0xDD0C, 0x0065));
    }
    Bytes other{acknowledged.begin(), acknowledged.end() - 2};
    other[0] = 4;
    for (const Bytes& told : {frame, frame + with_crc(other), acknowledged, acknowledged + frame}) {
        answers(told);
        EXPECT_TRUE(std::holds_alternative<Broken>(read(trigger(), 3)));
        line.now += 2s;
    }
    answers(with_crc({3, 0x90, 4}));
    EXPECT_TRUE(std::holds_alternative<Refusal>(read(trigger(), 3)));
}

/// A device whose pieces are ready after some questions.
class Tower : public Connection {
public:
    Exchange read(const Request& request, Duration) override {
        asked.push_back(request.address);
        Block block{1, Table::holding, request.address, std::vector<std::uint16_t>(request.count)};
        if (request.address == 0x0551) {
            block.values[0] = polls++ < busy ? 0x8800 : 0x8801;
        } else {
            std::iota(block.values.begin() + 1, block.values.end(), next);
            block.values[0] = 128;
            next = static_cast<std::uint16_t>(next + request.count - 1);
        }
        return block;
    }
    Exchange write(const Write& write, Duration) override {
        asked.push_back(write.address);
        return refuses ? Exchange{Refusal{4}} : Exchange{Written{}};
    }
    [[nodiscard]] bool quiet() const override { return true; }
    [[nodiscard]] std::optional<Duration> last_turnaround() const override { return {}; }

    int busy{1};
    bool refuses{};
    int polls{};
    std::uint16_t next{};
    std::vector<std::uint16_t> asked;
};

Request fifo() {
    auto procedure = std::make_shared<Procedure>();
    procedure->kind = Procedure::Kind::fifo;
    procedure->name = "detail";
    procedure->allowed = true;
    procedure->write_at = 0x0550;
    procedure->registers = {1, 0x8100};
    procedure->poll_at = 0x0551;
    procedure->until = 0x8801;
    procedure->read_at = 0x0558;
    procedure->count = 65;
    procedure->pieces = 5;
    Request request;
    request.unit = 1;
    request.table = Table::payload;
    request.manner.procedure = procedure;
    return request;
}

TEST(Fifo, PutsThePiecesTogetherWithoutTheirLengths) {
    Tower tower;
    const Exchange exchange = read_fifo(tower, fifo(), 500ms);
    EXPECT_THAT(tower.asked, ElementsAre(0x0550, 0x0551, 0x0551, 0x0558, 0x0558, 0x0558, 0x0558, 0x0558));
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    std::vector<std::uint16_t> expected(320);
    std::iota(expected.begin(), expected.end(), std::uint16_t{0});
    EXPECT_EQ(std::get<Block>(exchange).values, expected);
    EXPECT_EQ(std::get<Block>(exchange).table, Table::payload);
}

TEST(Fifo, FailsAsItsQuestionsDo) {
    Tower tower;
    tower.refuses = true; // while it is busy
    EXPECT_TRUE(std::holds_alternative<Refusal>(read_fifo(tower, fifo(), 500ms)));
    tower.refuses = false;
    tower.busy = 1000;
    const Exchange late = read_fifo(tower, fifo(), 500ms);
    ASSERT_TRUE(std::holds_alternative<Broken>(late));
    EXPECT_EQ(std::get<Broken>(late).reason, Absence::timeout);
}

// Their questions as a serial line carries them (recorded).
TEST(Fifo, AsksAsInTheRecordings) {
    Write write;
    write.unit = 1;
    write.address = 0x0550;
    write.registers = {1, 0x8100};
    EXPECT_THAT(write_question(write).bytes,
                ElementsAre(0x01, 0x10, 0x05, 0x50, 0x00, 0x02, 0x04, 0x00, 0x01, 0x81, 0x00, 0xF8, 0x53));
    Request read;
    read.unit = 1;
    read.address = 0x0558;
    read.count = 65;
    EXPECT_THAT(read_question(read).bytes, ElementsAre(0x01, 0x03, 0x05, 0x58, 0x00, 0x41, 0x04, 0xE5));
}

adapter::PointSpec optional_point(std::int64_t at) {
    adapter::PointSpec x =
        in_block(point("x", {{"at", number(at)}, {"type", text("u16")}}, 1, Pace::slow, 30s));
    x.optional = true;
    return x;
}
const Keys range_keys{
    {"procedure", text("range")}, {"function", number(0x78)}, {"first", number(1)}, {"last", number(9)}};
const Keys trigger_keys{{"procedure", text("trigger")},
                        {"write", text("ask")},
                        {"begins", std::vector<std::int64_t>{0x55, 0xAA}},
                        {"size", number(300)}};
const Keys serial{{"serial", text("/dev/ttyS9")}};

std::vector<std::string> faults_of(const Keys& keys, const Keys& connection = serial, bool needed = false) {
    Faults faults;
    auto x = needed ? in_block(point("x", {{"at", number(3)}, {"type", text("u16")}})) : optional_point(3);
    auto s = spec({}, connection, {x}, {block("b", keys)});
    s.writes = {write("ask", {{"at", number(0x1620)}, {"registers", std::vector<std::int64_t>{0}}})};
    ModbusAdapter{}.source(s, faults);
    return texts(faults);
}

TEST(ProcedureKeys, SayWhatIsWrong) {
    EXPECT_THAT(faults_of(range_keys), IsEmpty());
    EXPECT_THAT(faults_of(trigger_keys), IsEmpty());
    EXPECT_THAT(faults_of({{"procedure", text("range")},
                           {"function", number(3)},
                           {"first", number(9)},
                           {"last", number(1)}}),
                ElementsAre(HasSubstr("blocks.b.function: a function of the standard has no such request"),
                            HasSubstr("blocks.b.last: is before `first`")));
    EXPECT_THAT(faults_of({{"procedure", text("fifo")}, {"write", text("ask")}, {"poll_at", number(1)}}),
                ElementsAre(HasSubstr("blocks.b.until: missing"), HasSubstr("blocks.b.read_at: missing"),
                            HasSubstr("blocks.b.piece: missing"), HasSubstr("blocks.b.pieces: missing")));
    EXPECT_THAT(
        faults_of(trigger_keys, serial, true),
        ElementsAre(HasSubstr("points.x: its block is read by a write, which the owner may not allow")));
    EXPECT_THAT(faults_of(range_keys, {{"host", text("a")}}),
                ElementsAre(HasSubstr("blocks.b.procedure: not over Modbus TCP: expected a serial port")));
    Keys table = range_keys;
    table.emplace_back("table", text("input"));
    EXPECT_THAT(faults_of(table), ElementsAre(HasSubstr("blocks.b.table: a procedure gives all registers")));
    Keys unknown = range_keys;
    unknown.emplace_back("size", number(3));
    EXPECT_THAT(faults_of(unknown), ElementsAre(HasSubstr("blocks.b.size: unknown key")));
}

std::string plan_of(const Keys& keys, std::vector<adapter::PointSpec> points, bool allowed) {
    Faults faults;
    auto s = spec({}, serial, std::move(points), {block("b", keys)});
    if (allowed)
        s.writes = {write("ask", {{"at", number(0x1620)}, {"registers", std::vector<std::int64_t>{0}}})};
    const auto source = ModbusAdapter{}.source(s, faults);
    EXPECT_THAT(texts(faults), IsEmpty());
    return source ? source->plan() : "";
}

TEST(ProcedurePlan, APayloadIsOneRequestHoweverFarItsPointsAreApart) {
    const std::string plan =
        plan_of(range_keys, {optional_point(0), optional_point(20), optional_point(100)}, false);
    EXPECT_THAT(plan, HasSubstr("unit 1: payload b, every 30 s, optional"));
    EXPECT_EQ(std::ranges::count(plan, '\n'), 0) << plan;
}

TEST(ProcedurePlan, NothingIsWrittenThatTheOwnerDoesNotAllow) {
    EXPECT_EQ(plan_of(trigger_keys, {optional_point(3)}, false), "");
    const std::string plan = plan_of(trigger_keys, {optional_point(3)}, true);
    EXPECT_THAT(plan, HasSubstr("unit 1: payload b, every 30 s, optional"));
    EXPECT_EQ(std::ranges::count(plan, '\n'), 0) << plan; // the write is a part of it, and not made by itself
}

} // namespace
} // namespace retrocan::modbus
