// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/bank.h"
#include "core/battery.h"

#include <memory>
#include <string>
#include <vector>

namespace retrocan::bank {

inline constexpr TimePoint t0{std::chrono::hours{1}};

/// A running battery of 100 Ah at rest; live values good for 5 s.
struct TestPack {
    Member member;
    std::unique_ptr<policy::Limits> limits = std::make_unique<policy::Limits>();

    TestPack(std::string_view name, TimePoint at) {
        using namespace literals;
        limits->cvl = {56'800_mV, {"battery", "the battery asks for 56.8 V", "cvl"}};
        limits->ccl = {50_A, {"battery", "the battery asks for 50 A", "ccl"}};
        limits->dcl = {80_A, {"battery", "the battery asks for 80 A", "dcl"}};
        limits->discharge_voltage = 46_V;
        limits->complete = true;
        member.name = name;
        member.reason = "3 good rounds";
        member.capacity = 100_Ah;
        run(at);
        tell(at);
    }
    void tell(TimePoint at) {
        using namespace literals;
        const TimePoint until = at + std::chrono::seconds{5};
        BatteryState& s = member.values;
        s.voltage = {{s.voltage ? s.voltage->value : 52'800_mV, at, until}};
        s.current = {{s.current ? s.current->value : 0_A, at, until}};
        s.temperature = {{s.temperature ? s.temperature->value : 20_degC, at, until}};
        s.soc = {{s.soc ? s.soc->value : 80_pct, at, until}};
        if (member.state == policy::PackState::running)
            member.alive_until = until;
    }
    void run(TimePoint at) {
        member.state = policy::PackState::running;
        member.limits = limits.get();
        member.alive_until = at + std::chrono::seconds{5};
    }
    /// As a pack does it: nothing of the time before is left.
    void lose(std::string_view why = "no good round for 5 s",
              policy::PackState to = policy::PackState::stale) {
        member.state = to;
        member.reason = why;
        member.limits = nullptr;
        member.values = {};
    }
    void current(Current amount) { member.values.current->value = amount; }
    void voltage(Voltage amount) { member.values.voltage->value = amount; }
};

/// Batteries "attic", "barn", "cellar", "shed", and a bank of them.
struct TestBank {
    std::vector<TestPack> packs;
    Bank bank;
    TimePoint now = t0;

    TestBank(std::size_t number, const BankSettings& settings) : bank{settings, number} {
        static constexpr std::string_view names[] = {"attic", "barn", "cellar", "shed"};
        for (std::size_t i = 0; i < number; ++i)
            packs.emplace_back(names[i], t0);
    }
    /// Those that run tell everything anew, and the bank looks.
    View look() {
        std::vector<Member> members;
        for (TestPack& pack : packs) {
            if (pack.member.state == policy::PackState::running)
                pack.tell(now);
            members.push_back(pack.member);
        }
        return bank.look(members, now);
    }
    View look_after(Duration time) {
        now += time;
        return look();
    }
    TestPack& operator[](std::size_t i) { return packs[i]; }
};

inline BankSettings degrade() {
    using namespace literals;
    BankSettings settings;
    settings.on_lost = OnLost::degrade;
    settings.grace = std::chrono::seconds{30};
    return settings;
}

inline std::string all_of(const std::vector<std::string>& objections) {
    std::string text;
    for (const std::string& objection : objections)
        text += objection + '\n';
    return text;
}

} // namespace retrocan::bank
