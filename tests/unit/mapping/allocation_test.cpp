// SPDX-License-Identifier: Apache-2.0
// A program of its own, as it replaces the global operator new.
#include "bench/hundred_points.h"
#include "mapping/decoder.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

std::size_t allocations = 0;

void* counted_allocation(std::size_t size) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}

} // namespace

// All forms, as those that are left out would be the address sanitizer's.
void* operator new(std::size_t size) {
    if (void* memory = counted_allocation(size))
        return memory;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted_allocation(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted_allocation(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace retrocan::mapping {

using namespace std::chrono_literals;

std::size_t allocations_of_take(Decoder& decoder, const adapter::Answer& answer) {
    const std::size_t before = allocations;
    decoder.take(answer);
    return allocations - before;
}

TEST(Allocation, IsCounted) {
    const std::size_t before = allocations;
    const std::vector<std::string> texts{std::string(100, 'x')};
    EXPECT_GE(allocations - before, 2U);
}

TEST(Allocation, APollOfAHundredPointsDecodesWithoutAny) {
    const bench::HundredPoints battery;
    Decoder decoder{*battery.bound};
    TimePoint now{100s};
    decoder.take(battery.poll(now)); // memory for texts and calculators
    for (int poll = 0; poll < 3; ++poll) {
        now += 1s;
        EXPECT_EQ(allocations_of_take(decoder, battery.poll(now)), 0U);
        EXPECT_TRUE(decoder.update().round_complete);
    }
    ASSERT_EQ(decoder.update().state.cell_voltage_max_id->value, "cell 15");
}

TEST(Allocation, NeitherDoOtherValuesNorFailures) {
    const bench::HundredPoints battery;
    bench::HundredPoints other;
    Decoder decoder{*battery.bound};
    TimePoint now{100s};
    decoder.take(battery.poll(now));
    for (std::uint16_t& value : other.registers.values)
        value = static_cast<std::uint16_t>(value ^ 0x0155);
    for (std::uint16_t& value : other.coils.values)
        value = 1;
    adapter::Answer failed = battery.poll(now + 2s);
    for (adapter::Reading& reading : failed.readings)
        reading.content = adapter::Absence::timeout;
    EXPECT_EQ(allocations_of_take(decoder, other.poll(now + 1s)), 0U);
    EXPECT_EQ(allocations_of_take(decoder, failed), 0U);
    EXPECT_EQ(allocations_of_take(decoder, battery.poll(now + 3s)), 0U);
}

} // namespace retrocan::mapping
