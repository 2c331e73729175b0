// SPDX-License-Identifier: Apache-2.0
// What one battery, polled each second with its full frame set, costs on this machine, and how evenly 0x351
// goes out while the battery answers 400 ms late.
#include "e2e/rig.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace retrocan;
using namespace std::chrono_literals;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// User and system time of a process, in seconds.
double processor_time(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 2)};
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// "VmRSS:    7012 kB" of /proc/PID/status and smaps_rollup.
std::string memory(pid_t pid, const std::string& file, const std::string& key) {
    std::ifstream stream{"/proc/" + std::to_string(pid) + "/" + file};
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(key))
            return line.substr(line.find_first_not_of(": \t", key.size()));
    return "?";
}

void footprint(std::chrono::seconds time) {
    e2e::Options options;
    options.stale_after = "5 s";
    e2e::Rig rig{options};
    if (!rig.sends_within(20s)) {
        std::printf("the daemon does not send:\n%s", rig.log().c_str());
        return;
    }
    const double before = processor_time(rig.daemon->pid());
    std::this_thread::sleep_for(time);
    const double used = processor_time(rig.daemon->pid()) - before;
    const pid_t pid = rig.daemon->pid();
    std::printf("processor time         %.3f %% of a core (%.2f s in %lld s)\n",
                100 * used / std::chrono::duration<double>(time).count(), used,
                static_cast<long long>(time.count()));
    std::printf("resident memory        %s, of it private %s\n", memory(pid, "status", "VmRSS").c_str(),
                memory(pid, "smaps_rollup", "Private_Dirty").c_str());
}

void period_under_late_answers(std::chrono::seconds time) {
    e2e::Options options;
    options.timeout = "2 s";
    options.stale_after = "10 s";
    e2e::Rig rig{options};
    rig.server.set_fault({.kind = simulator::ModbusFault::Kind::late, .delay = 400ms});
    if (!rig.sends_within(30s))
        return;
    std::this_thread::sleep_for(time);
    const auto limits = support::only(rig.bus->frames(), 0x351);
    std::vector<double> off;
    for (std::size_t i = 1; i < limits.size(); ++i)
        off.push_back(std::abs(Milliseconds{limits[i].at - limits[i - 1].at - 1s}.count()));
    if (off.empty())
        return;
    std::sort(off.begin(), off.end());
    std::printf("0x351 off its period   median %.2f ms, 99 of 100 within %.2f ms, worst %.2f ms (%zu gaps, "
                "answers 400 ms "
                "late)\n",
                off[off.size() / 2], off[off.size() * 99 / 100], off.back(), off.size());
}

} // namespace

int main(int argc, char** argv) {
    const std::chrono::seconds time{argc > 1 ? std::stoi(argv[1]) : 30};
    footprint(time);
    period_under_late_answers(time);
}
