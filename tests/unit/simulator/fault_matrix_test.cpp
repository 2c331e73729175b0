// SPDX-License-Identifier: Apache-2.0
// Each fault of the wire on each transport, read by the adapter: whatever the device does, no value comes
// through that it does not have, and all is well again afterwards.
#include "simulator/served_rig.h"
#include "support/process.h"

#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;

struct FaultCase {
    const char* text;
    bool values; ///< right values come through in spite of it
};
// `previous`: what is asked again after it gets its own answer, as it was.
constexpr FaultCase faults[] = {{"late:300ms", false},
                                {"silent", false},
                                {"exception:4", false},
                                {"wrong-unit", false},
                                {"cut", false},
                                {"crc", false},
                                {"garbage", false},
                                {"short", false},
                                {"stray", true},
                                {"echo", true},
                                {"twice", true},
                                {"previous", true},
                                {"wrong-length", false},
                                {"close", true},
                                {"cut-and-close", false},
                                {"refuse", false},
                                {"wrong-transaction", false},
                                {"cut every 2", true}};

class FaultMatrix : public testing::TestWithParam<std::tuple<int, FaultCase>> {};

ServerOptions wire(int number) {
    return number == 0 ? test::over_tcp() : number == 1 ? test::over_tcp(Framing::rtu) : test::over_pty();
}

TEST_P(FaultMatrix, NoWrongValueComesThrough) {
    const auto& [number, fault_case] = GetParam();
    const ServerOptions options = wire(number);
    const auto fault = parse_fault(fault_case.text, {}, number == 0 ? Framing::tcp : Framing::rtu);
    if (!fault)
        return; // there is no such thing on this wire: FaultText tests that it says so
    test::ServedRig rig{RETROCAN_SOURCE_DIR "/mappings/seplos/v3.toml", options, "200 ms"};
    const mapping::RawValues& right = rig.battery->base().raws;

    std::mutex mutex;
    std::string wrong;
    std::size_t values = 0;
    std::size_t absences = 0;
    const std::vector<const adapter::Source*> sources{rig.source.get()};
    const auto sink = [&](const adapter::Event& event) {
        const auto* answer = std::get_if<adapter::Answer>(&event.content);
        if (answer == nullptr)
            return;
        const std::lock_guard lock{mutex};
        for (const adapter::Reading& reading : answer->readings) {
            const auto* value = std::get_if<adapter::RawValue>(&reading.content);
            ++(value == nullptr ? absences : values);
            if (value != nullptr && right.at(reading.slot) != *value)
                wrong += std::to_string(reading.slot) + " ";
        }
    };
    const auto count = [&](const std::size_t& of) {
        const std::lock_guard lock{mutex};
        return of;
    };
    const auto reader = rig.adapter->start(sources, sink, {});
    ASSERT_TRUE(support::eventually([&] { return count(values) > 100; }, 10s));
    rig.server.set_fault(std::get<ModbusFault>(*fault));
    const std::uint64_t before = rig.server.counters().requests;
    const std::size_t absent_before = count(absences);
    support::eventually([&] { return rig.server.counters().requests >= before + 6; }, 3s);
    if (!fault_case.values) {
        EXPECT_TRUE(support::eventually([&] { return count(absences) > absent_before; }, 3s));
    }
    rig.server.set_fault({});
    const std::size_t good = count(values);
    EXPECT_TRUE(support::eventually([&] { return count(values) > good + 100; }, 20s)) << "not well again";
    const std::lock_guard lock{mutex};
    EXPECT_EQ(wrong, "") << "slots with values that the battery does not have";
}

std::string name_of(const testing::TestParamInfo<std::tuple<int, FaultCase>>& info) {
    constexpr const char* wires[] = {"Tcp", "RtuOverTcp", "Pty"};
    std::string name = std::string{wires[std::get<0>(info.param)]} + "_" + std::get<1>(info.param).text;
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0)
            c = '_';
    return name;
}
INSTANTIATE_TEST_SUITE_P(Wires, FaultMatrix,
                         testing::Combine(testing::Values(0, 1, 2), testing::ValuesIn(faults)), name_of);

} // namespace
} // namespace retrocan::simulator
