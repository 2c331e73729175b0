// SPDX-License-Identifier: Apache-2.0
// Many Modbus TCP batteries polled each second by one process, beside a bare libmodbus loop in C that makes
// the same reads: processor time a poll, missed seconds, wrong values, heap for each battery. One core each
// for the devices and for who reads them. Arguments: batteries (1000), seconds (10).

#include "bare_loop.h"
#include "fleet_server.h"
#include "modbus_adapter.h"
#include "reading.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sys/wait.h>

namespace {

using namespace retrocan;
using namespace std::chrono_literals;

constexpr std::size_t registers = 60;

void stay_on_core(std::size_t core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

/// Each device has an address of its own, or they would share a link.
std::string address(std::size_t battery) {
    return "127.1." + std::to_string(battery / 250) + "." + std::to_string(battery % 250 + 1);
}

/// What one way of reading came to.
struct Outcome {
    double processor_us_a_poll{};
    unsigned long polls{};
    unsigned long missed{}; ///< seconds of a battery without a poll
    unsigned long wrong{};
    double heap_bytes_a_battery{};
};

Outcome bare(std::uint16_t port, std::size_t batteries, std::chrono::seconds time) {
    volatile int stop = 0;
    std::vector<std::string> hosts;
    for (std::size_t b = 0; b < batteries; ++b)
        hosts.push_back(address(b));
    std::vector<bare_loop> loops;
    for (const std::string& host : hosts)
        loops.push_back({host.c_str(), port, 0, static_cast<int>(registers), 1000, &stop, 0, 0});
    std::vector<pthread_t> threads(batteries);
    for (std::size_t b = 0; b < batteries; ++b) {
        pthread_create(&threads[b], nullptr, bare_loop_run, &loops[b]);
        std::this_thread::sleep_for(800ms / batteries);
    }
    std::this_thread::sleep_for(2s);
    const auto reads = [&] {
        unsigned long sum = 0;
        for (const bare_loop& loop : loops)
            sum += loop.reads;
        return sum;
    };
    const unsigned long before = reads();
    const auto began = bench::processor_time();
    std::this_thread::sleep_for(time);
    const double spent = (bench::processor_time() - began).count();
    const unsigned long polls = reads() - before;
    stop = 1;
    for (const pthread_t thread : threads)
        pthread_join(thread, nullptr);
    const unsigned long expected = batteries * static_cast<unsigned long>(time.count());
    return {spent * 1e6 / static_cast<double>(polls), polls, expected > polls ? expected - polls : 0, 0, 0};
}

Outcome ours(std::uint16_t port, std::size_t batteries, std::chrono::seconds time) {
    modbus::ModbusAdapter adapter;
    const std::size_t heap_before = mallinfo2().uordblks;
    std::vector<std::unique_ptr<adapter::Source>> sources;
    std::vector<const adapter::Source*> all;
    Faults faults;
    for (std::size_t b = 0; b < batteries; ++b) {
        const bench::Keys keys{{"host", address(b)}, {"port", std::int64_t{port}}};
        sources.push_back(adapter.source(bench::battery_spec("b", keys, registers, 1s), faults));
        all.push_back(sources.back().get());
    }
    struct Count {
        std::atomic<unsigned long> polls;
        std::atomic<unsigned long> wrong;
        std::atomic<std::int64_t> last;
        std::atomic<unsigned long> missed;
    };
    std::vector<Count> counts(batteries);
    const auto reader = adapter.start(
        all,
        [&](const adapter::Event& event) {
            const auto* answer = std::get_if<adapter::Answer>(&event.content);
            if (answer == nullptr)
                return;
            Count& count = counts[event.battery];
            bool good = answer->readings.size() == registers;
            for (const adapter::Reading& reading : answer->readings) {
                const auto* raw = std::get_if<adapter::RawValue>(&reading.content);
                good = good && raw != nullptr;
                if (raw != nullptr &&
                    std::get<std::int64_t>(*raw) != static_cast<std::int64_t>(reading.slot * 3 + 7))
                    ++count.wrong;
            }
            if (!good)
                return;
            ++count.polls;
            const std::int64_t at = answer->at.time_since_epoch().count();
            if (const std::int64_t last = count.last.exchange(at); last != 0 && at - last > 1'100'000)
                ++count.missed;
        },
        {});
    for (std::size_t b = 0; b < batteries; ++b)
        reader->hurry(b, false);
    std::this_thread::sleep_for(3s);
    const double heap =
        static_cast<double>(mallinfo2().uordblks - heap_before) / static_cast<double>(batteries);
    const auto sum = [&](auto member) {
        unsigned long total = 0;
        for (const Count& count : counts)
            total += (count.*member).load();
        return total;
    };
    const unsigned long before = sum(&Count::polls);
    const unsigned long missed_before = sum(&Count::missed);
    const auto began = bench::processor_time();
    std::this_thread::sleep_for(time);
    const double spent = (bench::processor_time() - began).count();
    const unsigned long polls = sum(&Count::polls) - before;
    return {spent * 1e6 / static_cast<double>(polls), polls, sum(&Count::missed) - missed_before,
            sum(&Count::wrong), heap};
}

void print(const char* who, const Outcome& r) {
    std::printf("%-18s %7.1f us of processor time a poll, %lu polls, %lu seconds missed, %lu wrong values",
                who, r.processor_us_a_poll, r.polls, r.missed, r.wrong);
    if (r.heap_bytes_a_battery > 0)
        std::printf(", %.0f bytes of heap a battery", r.heap_bytes_a_battery);
    std::printf("\n");
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t batteries = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const std::chrono::seconds time{argc > 2 ? std::strtol(argv[2], nullptr, 10) : 10};
    bench::FleetServer server;
    const pid_t devices = fork();
    if (devices == 0) {
        stay_on_core(1);
        server.serve(20ms);
    }
    stay_on_core(0);
    std::printf("%zu Modbus TCP batteries of %zu registers, each polled once a second, answers after 20 ms\n",
                batteries, registers);
    Outcome by_hand = bare(server.port(), batteries, time);
    Outcome by_us = ours(server.port(), batteries, time);
    print("libmodbus loop", by_hand);
    print("this adapter", by_us);
    std::printf("processor time: %.2f times that of the loop\n",
                by_us.processor_us_a_poll / by_hand.processor_us_a_poll);
    kill(devices, SIGKILL);
    waitpid(devices, nullptr, 0);
}
