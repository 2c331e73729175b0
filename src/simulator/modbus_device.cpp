// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_device.h"

#include <algorithm>
#include <array>

#include <sys/socket.h>

namespace retrocan::simulator {

using Kind = ModbusFault::Kind;
using Bytes = std::vector<std::uint8_t>;

namespace {

modbus_t* new_context(Framing framing) {
    // Never connected: libmodbus is lent a socket for each answer.
    return framing == Framing::tcp ? modbus_new_tcp("127.0.0.1", 0) : modbus_new_rtu("none", 9600, 'N', 8, 1);
}

} // namespace

ModbusDevice::ModbusDevice(Framing framing, std::uint16_t address_step)
    : framing_{framing}
    , start_{BootClock::now()}
    , context_{new_context(framing), &modbus_free}
    , store_{address_step} {
    check_system(context_ != nullptr, "libmodbus");
    std::array<int, 2> ends{};
    check_system(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0,
                 "socketpair");
    answer_in_ = OpenFile{ends[0]};
    answer_out_ = OpenFile{ends[1]};
    modbus_set_socket(context_.get(), answer_in_.get());
}

void ModbusDevice::change(const std::function<void(RegisterStore&)>& change) {
    const std::lock_guard lock{mutex_};
    change(store_);
}

void ModbusDevice::before_answer(std::function<void()> make_values) {
    const std::lock_guard lock{mutex_};
    make_values_ = std::move(make_values);
}

void ModbusDevice::set_faults(const std::vector<ModbusFault>& faults) {
    const std::lock_guard lock{mutex_};
    faults_.clear();
    for (const ModbusFault& fault : faults)
        faults_.push_back({fault, 0});
}

void ModbusDevice::answer_as(std::uint8_t unit, std::uint8_t other) {
    const std::lock_guard lock{mutex_};
    answers_as_[unit] = other;
}

ModbusDevice::Counters ModbusDevice::counters() const {
    const std::lock_guard lock{mutex_};
    return counters_;
}

void ModbusDevice::count_connection() {
    const std::lock_guard lock{mutex_};
    ++counters_.connections;
}

bool ModbusDevice::refuses() const {
    const std::lock_guard lock{mutex_};
    const Duration now = BootClock::now() - start_;
    return std::ranges::any_of(faults_, [&](const Standing& standing) {
        return standing.fault.kind == Kind::refuse && now >= standing.fault.from &&
               now < standing.fault.until;
    });
}

bool ModbusDevice::has_timed_refusal() const {
    const std::lock_guard lock{mutex_};
    return std::ranges::any_of(faults_, [](const Standing& standing) {
        return standing.fault.kind == Kind::refuse &&
               (standing.fault.from > Duration{} || standing.fault.until < Duration::max());
    });
}

/// Those that hold for this request, in their order.
std::vector<ModbusFault> ModbusDevice::faults_for(const ModbusRequest& request) {
    const Duration now = BootClock::now() - start_;
    std::vector<ModbusFault> result;
    for (Standing& standing : faults_) {
        const ModbusFault& fault = standing.fault;
        if (!concerns(fault, request) || now < fault.from || now >= fault.until)
            continue;
        if (++standing.seen % std::max<std::uint64_t>(fault.every, 1) == 0)
            result.push_back(fault);
    }
    return result;
}

ModbusDevice::Reply ModbusDevice::answer(std::span<const std::uint8_t> frame) {
    const ModbusRequest request = ModbusRequest::of(frame, framing_);
    std::vector<ModbusFault> faults;
    std::function<void()> make_values;
    {
        const std::lock_guard lock{mutex_};
        ++counters_.requests;
        make_values = make_values_;
        faults = faults_for(request);
    }
    const auto has = [&](Kind kind) {
        return std::ranges::any_of(faults, [&](const ModbusFault& fault) { return fault.kind == kind; });
    };
    if (has(Kind::hang) || has(Kind::refuse))
        return {};
    if (make_values)
        make_values();
    Reply reply;
    std::optional<unsigned> exception;
    for (const ModbusFault& fault : faults) {
        if (fault.kind == Kind::late)
            reply.delay += fault.delay;
        if (fault.kind == Kind::exception)
            exception = fault.exception;
    }
    if (!exception)
        exception = exception_for(request);
    if (exception == MODBUS_EXCEPTION_GATEWAY_TARGET && framing_ == Framing::rtu)
        return {}; // nobody on the line has this unit id
    const Bytes answer = right_answer(frame, request, exception);
    reply.bytes = answer;
    for (const ModbusFault& fault : faults)
        reply.bytes = spoilt(std::move(reply.bytes), frame, previous_.empty() ? answer : previous_,
                             fault.kind, framing_);
    reply.close = has(Kind::close_after_answer) || has(Kind::close_half_way);
    previous_ = answer;
    return reply;
}

/// The right answer, or the right exception, as libmodbus builds it.
Bytes ModbusDevice::right_answer(std::span<const std::uint8_t> frame, const ModbusRequest& request,
                                 std::optional<unsigned> exception) {
    const auto size = static_cast<int>(frame.size());
    if (exception) {
        modbus_reply_exception(context_.get(), frame.data(), *exception);
    } else {
        const Mapping mapping = mapping_for(request);
        modbus_reply(context_.get(), frame.data(), size, mapping.get());
        if (request.writes()) {
            const std::lock_guard lock{mutex_};
            store_.set(request.unit, ModbusTable::holding, request.address,
                       {mapping->tab_registers, request.count});
            ++counters_.writes;
        }
    }
    Bytes answer(MODBUS_MAX_ADU_LENGTH);
    const ssize_t got = read(answer_out_.get(), answer.data(), answer.size());
    answer.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    const std::lock_guard lock{mutex_};
    ++(exception ? counters_.exceptions : counters_.answers);
    if (const auto other = answers_as_.find(request.unit); other != answers_as_.end() && !answer.empty()) {
        answer[bytes_before_function(framing_) - 1] = other->second;
        if (framing_ == Framing::rtu)
            mend_crc(answer);
    }
    return answer;
}

std::optional<unsigned> ModbusDevice::exception_for(const ModbusRequest& request) {
    const std::lock_guard lock{mutex_};
    if (!store_.has_unit(request.unit))
        return MODBUS_EXCEPTION_GATEWAY_TARGET;
    const auto table = request.table();
    if (!table)
        return MODBUS_EXCEPTION_ILLEGAL_FUNCTION;
    const bool bits = *table == ModbusTable::coil || *table == ModbusTable::discrete;
    if (request.count == 0 || request.count > (bits ? MODBUS_MAX_READ_BITS : MODBUS_MAX_READ_REGISTERS))
        return MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE;
    values_ = store_.read(request.unit, *table, request.address, request.count)
                  .value_or(std::vector<std::uint16_t>{});
    if (values_.empty())
        return MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS;
    return std::nullopt;
}

/// A libmodbus mapping of just what is asked for, from values_.
ModbusDevice::Mapping ModbusDevice::mapping_for(const ModbusRequest& request) const {
    const unsigned at = request.address;
    const unsigned n = request.count;
    const ModbusTable table = request.table().value_or(ModbusTable::holding);
    const auto here = [&](ModbusTable wanted) { return table == wanted ? n : 0U; };
    Mapping mapping{
        modbus_mapping_new_start_address(at, here(ModbusTable::coil), at, here(ModbusTable::discrete), at,
                                         here(ModbusTable::holding), at, here(ModbusTable::input)),
        &modbus_mapping_free};
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const std::uint16_t value = values_[i];
        if (table == ModbusTable::coil || table == ModbusTable::discrete)
            (table == ModbusTable::coil ? mapping->tab_bits : mapping->tab_input_bits)[i] =
                value == 0 ? 0 : 1;
        else
            (table == ModbusTable::holding ? mapping->tab_registers : mapping->tab_input_registers)[i] =
                value;
    }
    return mapping;
}

} // namespace retrocan::simulator
