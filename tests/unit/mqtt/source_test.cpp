// SPDX-License-Identifier: Apache-2.0
#include "source.h"
#include "specs.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::chrono_literals;
using adapter::Absence;
using adapter::Pace;
using testing::ElementsAre;

adapter::SourceSpec rack() {
    return spec(
        {
            point("soc", {{"topic", text("jk/soc")}}),
            point("cell", {{"topic", text("jk/cell_*")}}, 2),
            once(
                point("name", {{"topic", text("jk/info")}, {"json", text("/name")}, {"type", text("text")}})),
            once(optional(point(
                "serial", {{"topic", text("jk/info")}, {"json", text("/serial")}, {"type", text("text")}}))),
            optional(
                point("cycles", {{"topic", text("jk/info")}, {"json", text("/cycles")}}, 1, Pace::slow, 25s)),
            optional(point("power", {{"topic", text("jk/power")}})),
        },
        {}, {write("alive", {{"topic", text("jk/ask")}, {"payload", text("")}}, Pace::slow, 30s)});
}

TEST(MqttSource, SubscribesEachTopicOnce) {
    const auto own = source(rack());
    EXPECT_THAT(own->topics(), ElementsAre("jk/cell_1", "jk/cell_2", "jk/info", "jk/power", "jk/soc"));
    EXPECT_THAT(own->once_topics(), ElementsAre("jk/info"));
    EXPECT_EQ(own->poll(), 5s);
    EXPECT_EQ(own->battery(), "shed");
}

TEST(MqttSource, SaysItsPlan) {
    EXPECT_EQ(source(rack())->plan(), "jk/cell_1: 1 value each 5 s\n"
                                      "jk/cell_2: 1 value each 5 s\n"
                                      "jk/info: 1 value each 25 s, 2 values once\n"
                                      "jk/power: 1 value each 5 s\n"
                                      "jk/soc: 1 value each 5 s\n"
                                      "publishes \"jk/ask\", every 30 s");
}

TEST(MqttSource, SaysWhereAPointIs) {
    const auto own = source(spec({
        point("a", {{"topic", text("jk/soc")}}),
        point("b", {{"topic", text("jk/cell_*/state")}}, 16),
        point("c", {{"topic", text("bms")}, {"json", text("/Cells/Cell_*/Reading")}}, 3),
        point("d", {{"topic", text("bms")}, {"json", text("/soc")}}),
        point("e", {{"topic", text("bms")}, {"json", text("")}, {"type", text("length")}}),
        point("f", {{"topic", text("N/JsonData")}, {"json_in", text("/value")}, {"json", text("/Soc")}}),
        point("g", {{"topic", text("ctrl")}, {"field", text("pe")}}),
        point("h", {{"topic", text("d/sys")},
                    {"json", text("/System/5")},
                    {"guard", text("/Vers")},
                    {"guard_value", text("1")}}),
        point("i", {{"topic", text("415a")}, {"json", text("/nodes/*/V")}, {"numbered_by", text("ID")}}, 2),
    }));
    EXPECT_EQ(own->where(0), "jk/soc");
    EXPECT_EQ(own->where(1), "jk/cell_1/state .. jk/cell_16/state");
    EXPECT_EQ(own->where(2), "bms, json /Cells/Cell_1/Reading .. /Cells/Cell_3/Reading");
    EXPECT_EQ(own->where(3), "bms, json /soc");
    EXPECT_EQ(own->where(4), "bms, json");
    EXPECT_EQ(own->where(5), "N/JsonData, the text at json /value, json /Soc");
    EXPECT_EQ(own->where(6), "ctrl, field pe");
    EXPECT_EQ(own->where(7), "d/sys, json /System/5 where /Vers is 1");
    EXPECT_EQ(own->where(8), "415a, json /nodes/(ID 1)/V .. /nodes/(ID 2)/V");
}

TEST(MqttSource, KnowsWhatMayNeverCome) {
    const auto own = source(rack());
    const Content timeout{Absence::timeout};
    EXPECT_EQ(by_slot(own->optional_unanswered()), (Contents{{4, timeout}, {5, timeout}}));
    EXPECT_EQ(own->all(Absence::not_connected).size(), 7U);
}

TEST(MqttSource, KnowsWhatIsPublished) {
    const auto own = source(rack());
    ASSERT_EQ(own->publishes().size(), 1U);
    EXPECT_EQ(own->publishes().front().topic, "jk/ask");
    EXPECT_EQ(own->publishes().front().period, 30s);
}

} // namespace
} // namespace retrocan::mqtt
