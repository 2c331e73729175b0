// SPDX-License-Identifier: Apache-2.0
#include "fifo.h"

#include <chrono>
#include <thread>

namespace retrocan::modbus {

namespace {

/// Of one question after the other, on a connection that may be held back for a late answer.
Request plain(const Request& request, std::uint16_t address, std::uint16_t count) {
    Request result = request;
    result.manner.procedure = nullptr;
    result.table = Table::holding;
    result.address = address;
    result.count = count;
    return result;
}

} // namespace

Exchange read_fifo(Connection& connection, const Request& request, Duration timeout) {
    using namespace std::chrono_literals;
    const Procedure& procedure = *request.manner.procedure;
    Write write;
    write.unit = request.unit;
    write.answer_unit = request.answer_unit;
    write.address = procedure.write_at;
    write.registers = procedure.registers;
    if (Exchange written = connection.write(write, timeout); !std::holds_alternative<Written>(written))
        return written;

    const Request poll = plain(request, procedure.poll_at, 1);
    const TimePoint end = BootClock::now() + longest_preparation;
    for (;;) {
        Exchange state = connection.read(poll, timeout);
        const auto* block = std::get_if<Block>(&state);
        if (block == nullptr)
            return state;
        if (block->values.front() == procedure.until)
            break;
        if (BootClock::now() >= end)
            return Broken{adapter::Absence::timeout, "the pieces were not ready within 2 s", false, true};
        std::this_thread::sleep_for(150ms);
    }

    Block all{request.unit, Table::payload, 0, {}, request.manner.procedure.get()};
    const Request piece = plain(request, procedure.read_at, procedure.count);
    for (int i = 0; i < procedure.pieces; ++i) {
        Exchange answer = connection.read(piece, timeout);
        const auto* block = std::get_if<Block>(&answer);
        if (block == nullptr)
            return answer;
        all.values.insert(all.values.end(), block->values.begin() + 1, block->values.end());
    }
    return all;
}

} // namespace retrocan::modbus
