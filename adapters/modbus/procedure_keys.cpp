// SPDX-License-Identifier: Apache-2.0
#include "procedure_keys.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace retrocan::modbus {

namespace {

using adapter::SettingsReader;

constexpr std::array<std::string_view, 3> kinds{"range", "trigger", "fifo"};

std::int64_t needed(SettingsReader& read, std::string_view key, std::int64_t low, std::int64_t high) {
    const auto value = read.integer(key, low, high);
    if (!value && !read.has(key))
        read.fault(key, "missing; this procedure needs it");
    return value.value_or(low);
}

std::uint16_t address(SettingsReader& read, std::string_view key) {
    return static_cast<std::uint16_t>(needed(read, key, 0, last_address));
}

void read_range(SettingsReader& read, Procedure& procedure) {
    procedure.function = static_cast<std::uint8_t>(needed(read, "function", 1, 127));
    constexpr std::array<int, 8> standard{1, 2, 3, 4, 5, 6, 15, 16};
    if (std::ranges::find(standard, procedure.function) != standard.end() && read.has("function"))
        read.fault("function", "a function of the standard has no such request; got " +
                                   std::to_string(procedure.function));
    procedure.first = address(read, "first");
    procedure.last = address(read, "last");
    if (procedure.last < procedure.first)
        read.fault("last", "is before `first`");
}

void read_trigger(SettingsReader& read, Procedure& procedure) {
    const auto begins = read.integers("begins", 0, 255);
    if (begins && begins->size() >= 2)
        procedure.begins.assign(begins->begin(), begins->end());
    else if (begins || !read.has("begins"))
        read.fault("begins", "expected the first bytes of the frame, two at least, as in [0x55, 0xAA]");
    procedure.size = static_cast<std::size_t>(needed(read, "size", 8, 1024));
}

void read_fifo(SettingsReader& read, Procedure& procedure) {
    procedure.poll_at = address(read, "poll_at");
    procedure.until = address(read, "until");
    procedure.read_at = address(read, "read_at");
    procedure.count = static_cast<std::uint16_t>(needed(read, "piece", 2, most_registers));
    procedure.pieces = static_cast<std::uint16_t>(needed(read, "pieces", 1, 32));
}

void read_its_write(SettingsReader& read, Procedure& procedure, std::span<const Write> writes,
                    bool all_writes) {
    procedure.write = read.text("write").value_or("");
    if (procedure.write.empty()) {
        read.fault("write", "missing; expected the name of one of the mapping's [writes]");
        return;
    }
    const auto write = std::ranges::find(writes, procedure.write, &Write::name);
    if (write == writes.end()) {
        if (all_writes)
            read.fault("write", "there is no line \"" + procedure.write + "\" in [writes]");
        return;
    }
    procedure.allowed = true;
    procedure.write_at = write->address;
    procedure.registers = write->registers;
}

} // namespace

std::shared_ptr<const Procedure> read_procedure(SettingsReader& read, const std::string& block,
                                                std::span<const Write> writes, bool all_writes) {
    const auto kind = read.one_of("procedure", kinds);
    if (!kind)
        return nullptr;
    auto procedure = std::make_shared<Procedure>();
    procedure->name = block;
    procedure->kind = static_cast<Procedure::Kind>(*kind);
    switch (procedure->kind) {
    case Procedure::Kind::range:
        read_range(read, *procedure);
        return procedure;
    case Procedure::Kind::trigger:
        read_trigger(read, *procedure);
        break;
    case Procedure::Kind::fifo:
        read_fifo(read, *procedure);
        break;
    }
    read_its_write(read, *procedure, writes, all_writes);
    return procedure;
}

} // namespace retrocan::modbus
