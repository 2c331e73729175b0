// SPDX-License-Identifier: Apache-2.0
// A serial line with the byte times of its baud rate (a pseudo terminal): how busy it is kept, what reading
// it costs beside a bare libmodbus loop, and what a dead pack or lost answers on a shared line cost the
// others. Argument: seconds for each measurement (15).

#include "bare_loop.h"
#include "modbus_adapter.h"
#include "reading.h"
#include "simulator/modbus_server.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sys/wait.h>

namespace {

using namespace retrocan;
using namespace std::chrono_literals;
using simulator::ModbusFault;
using simulator::ModbusServer;
using simulator::ModbusTable;

constexpr std::size_t registers = 60;

/// Packs on a serial line, in a process of their own.
class Packs {
public:
    Packs(unsigned baud, std::size_t count, std::vector<ModbusFault> faults = {}) {
        int ends[2] = {-1, -1};
        if (pipe(ends) != 0)
            std::abort();
        child_ = fork();
        if (child_ == 0) {
            simulator::ServerOptions options{.where = simulator::ServerOptions::Pty{}};
            options.line.baud = baud;
            options.paced = true;
            ModbusServer server{options};
            std::vector<std::uint16_t> values(registers, 7);
            for (std::size_t unit = 1; unit <= count; ++unit)
                server.set(static_cast<std::uint8_t>(unit), ModbusTable::holding, 0, values);
            if (!faults.empty())
                server.set_faults(faults);
            const std::string name = server.name();
            if (write(ends[1], name.c_str(), name.size() + 1) < 0)
                std::abort();
            for (;;)
                pause();
        }
        char name[64] = {};
        if (read(ends[0], name, sizeof name) <= 0)
            std::abort();
        name_ = name;
        close(ends[0]);
        close(ends[1]);
    }
    ~Packs() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    Packs(const Packs&) = delete;
    Packs& operator=(const Packs&) = delete;
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    pid_t child_{};
    std::string name_;
};

struct Reading {
    std::vector<unsigned long> answers; ///< of each pack
    unsigned long wrong{};
    double processor_us{};
};

Reading read_packs(const Packs& packs, unsigned baud, std::size_t count, Duration poll,
                   std::chrono::seconds time) {
    modbus::ModbusAdapter adapter;
    std::vector<std::unique_ptr<adapter::Source>> sources;
    std::vector<const adapter::Source*> all;
    Faults faults;
    for (std::size_t unit = 1; unit <= count; ++unit) {
        const bench::Keys keys{{"serial", packs.name()},
                               {"baud", static_cast<std::int64_t>(baud)},
                               {"unit_id", static_cast<std::int64_t>(unit)}};
        sources.push_back(adapter.source(bench::battery_spec("b", keys, registers, poll), faults));
        if (!sources.back()) {
            std::printf("%s\n", to_text(faults.front()).c_str());
            std::exit(1);
        }
        all.push_back(sources.back().get());
    }
    std::vector<std::atomic<unsigned long>> counts(count);
    std::atomic<unsigned long> wrong{};
    const auto reader = adapter.start(all,
                                      [&](const adapter::Event& event) {
                                          const auto* answer = std::get_if<adapter::Answer>(&event.content);
                                          if (answer == nullptr)
                                              return;
                                          bool good = !answer->readings.empty();
                                          for (const adapter::Reading& reading : answer->readings) {
                                              const auto* raw =
                                                  std::get_if<adapter::RawValue>(&reading.content);
                                              good = good && raw != nullptr;
                                              if (raw != nullptr && std::get<std::int64_t>(*raw) != 7)
                                                  ++wrong;
                                          }
                                          counts[event.battery] += good ? 1 : 0;
                                      },
                                      {});
    for (std::size_t b = 0; b < count; ++b)
        reader->hurry(b, false);
    std::this_thread::sleep_for(12s); // a dead pack is known as such then
    const auto now = [&] {
        std::vector<unsigned long> values;
        for (const auto& one : counts)
            values.push_back(one.load());
        return values;
    };
    const auto before = now();
    const auto began = bench::processor_time();
    std::this_thread::sleep_for(time);
    Reading result{now(), wrong, (bench::processor_time() - began).count() * 1e6};
    for (std::size_t b = 0; b < count; ++b)
        result.answers[b] -= before[b];
    return result;
}

void how_busy(std::chrono::seconds time) {
    for (const unsigned baud : {9600U, 19200U, 38400U, 57600U, 115200U}) {
        const Packs packs{baud, 1};
        const Reading r = read_packs(packs, baud, 1, 10ms, time);
        const simulator::SerialLine line{baud};
        const std::chrono::duration<double> exchange =
            line.time_of(8 + 5 + 2 * registers) + 2 * line.silence();
        std::printf(
            "%6u baud: the line is busy %.1f %% of the time (%zu registers, polled without pause)\n", baud,
            100 * exchange.count() * static_cast<double>(r.answers[0]) / static_cast<double>(time.count()),
            registers);
    }
}

void what_it_costs(std::chrono::seconds time) {
    for (const unsigned baud : {9600U, 115200U}) {
        double by_hand = 0;
        {
            const Packs packs{baud, 1};
            volatile int stop = 0;
            bare_loop loop{packs.name().c_str(),
                           0,
                           static_cast<int>(baud),
                           static_cast<int>(registers),
                           1000,
                           &stop,
                           0,
                           0};
            std::thread thread{[&] { bare_loop_run(&loop); }};
            std::this_thread::sleep_for(2s);
            const auto began = bench::processor_time();
            const unsigned long before = loop.reads;
            std::this_thread::sleep_for(time);
            by_hand =
                (bench::processor_time() - began).count() * 1e6 / static_cast<double>(loop.reads - before);
            stop = 1;
            thread.join();
        }
        const Packs packs{baud, 1};
        const Reading r = read_packs(packs, baud, 1, 1s, time);
        const double by_us = r.processor_us / static_cast<double>(r.answers[0]);
        std::printf("%6u baud, polled each second: %.0f us of processor time a poll, %.2f times a bare "
                    "libmodbus loop\n",
                    baud, by_us, by_us / by_hand);
    }
}

/// The mean time between two answers of packs 1 to 4.
double period_of_others(const std::vector<ModbusFault>& faults, std::chrono::seconds time,
                        unsigned long& wrong) {
    constexpr std::size_t count = 5;
    const Packs packs{19200, count, faults};
    const Reading r = read_packs(packs, 19200, count, 10ms, time);
    wrong += r.wrong;
    unsigned long sum = 0;
    for (std::size_t b = 0; b < 4; ++b)
        sum += r.answers[b];
    return static_cast<double>(time.count()) * 4 / static_cast<double>(sum);
}

void shared_line(std::chrono::seconds time) {
    unsigned long wrong = 0;
    const double usual = period_of_others({}, time, wrong);
    const double one_dead =
        period_of_others({{.kind = ModbusFault::Kind::hang, .unit = 5, .table = {}}}, time, wrong);
    const double lossy =
        period_of_others({{.kind = ModbusFault::Kind::hang, .unit = {}, .table = {}, .every = 20},
                          {.kind = ModbusFault::Kind::wrong_crc, .unit = {}, .table = {}, .every = 20}},
                         time, wrong);
    std::printf("five packs on one line (19200 baud, polled without pause): each is read every %.0f ms\n",
                usual * 1e3);
    std::printf("  one unplugged: the others every %.2f times as long\n", one_dead / usual);
    std::printf("  5 %% of the answers lost, 5 %% broken: %.2f times as long; %lu wrong values\n",
                lossy / usual, wrong);
}

} // namespace

int main(int argc, char** argv) {
    const std::chrono::seconds time{argc > 1 ? std::strtol(argv[1], nullptr, 10) : 15};
    how_busy(time);
    what_it_costs(time);
    shared_line(time);
}
