// SPDX-License-Identifier: Apache-2.0
#include "mapping/schema_parts.h"

namespace retrocan::mapping::schema_parts {

namespace {

constexpr std::int64_t last_address = 65535;

Json table() {
    return words({"holding", "input", "coil", "discrete"}, "which of the four tables (function 3, 4, 1, 2)");
}

Json order() {
    return words({"high word first", "low word first"}, "order of the registers of one value");
}

Json bytes() {
    return words({"high byte first", "low byte first"}, "order of the bytes of a register");
}

/// Where something is: also a sum with settings, at = "38 + {cells}".
Json place(const std::string& help) {
    return any_of({integer(0, last_address, help),
                   pattern("^([0-9]+|\\{[a-z0-9_]+\\})( *\\+ *([0-9]+|\\{[a-z0-9_]+\\}))*$",
                           "a sum of numbers and settings of the owner")},
                  help);
}

/// What the mapping's table and its blocks have in common.
Json manner() {
    return {{"unit_id", number(0, 255, "unit id that the requests carry")},
            {"table", table()},
            {"timeout", duration("for a whole answer, \"50 ms\" to \"10 s\"")},
            {"pause", duration("silence between requests, \"0 ms\" to \"10 s\"")},
            {"longest_read", number(1, 125, "registers of one request; 16 coils count as one")},
            {"longest_gap", number(0, 124, "registers that nobody needs, read along to save a request")},
            {"all_zero", words({"values", "no answer"}, "what an answer of only zeros is")},
            {"order", order()},
            {"bytes", bytes()}};
}

} // namespace

Json modbus_table() {
    Json keys = manner();
    keys["answer_unit_id"] = number(0, 255, "unit id that the answers carry instead of the request's");
    keys["address_step"] =
        number(1, 16, "addresses from one register to the next; 2 where a device counts bytes");
    keys["addresses_from"] = number(0, 1, "1 where the document counts the first address as 1");
    keys["wait_after_connect"] = duration("silence on a link that was just connected, \"0 s\" to \"10 s\"");
    keys["unreadable"] =
        integers("registers that no read may go over, in pairs of a first and a last address");
    keys["found"] = integers("for recordings: where SunSpec models are, in pairs of model id and address");
    keys["answer_length"] =
        words({"bytes", "words"}, "what an answer counts: bytes, or registers, in two bytes");
    keys["framing"] =
        words({"tcp", "rtu"}, "frames in a TCP connection: Modbus TCP, or serial ones with their CRC");
    keys["serial_baud"] = number(300, 4'000'000, "of the serial line; 9600 if left out");
    keys["serial_parity"] = words({"none", "even", "odd"}, "of the serial line");
    keys["serial_stop_bits"] = number(1, 2, "of the serial line");
    return keys;
}

Json modbus_block() {
    Json keys = manner();
    keys["at"] = number(0, last_address, "added to the `at` of the block's points");
    keys["procedure"] = words({"range", "trigger", "fifo"}, "how the registers are had that no read gives");
    keys["function"] = number(1, 127, "of a range: the maker's function");
    keys["first"] = number(0, last_address, "of a range");
    keys["last"] = number(0, last_address, "of a range");
    keys["write"] = text("of trigger and fifo: the line of [writes] that is a part of it");
    keys["begins"] = integers("of a trigger: the first bytes of the frame that answers it");
    keys["size"] = number(8, 1024, "of a trigger: bytes of that frame, with the sum at its end");
    keys["poll_at"] = number(0, last_address, "of a fifo: the register to wait for");
    keys["until"] = number(0, 65535, "of a fifo: what that register reads then");
    keys["read_at"] = number(0, last_address, "of a fifo: the address that is read again and again");
    keys["piece"] = number(2, 125, "of a fifo: registers of a piece; the first is its length");
    keys["pieces"] = number(1, 32, "of a fifo");
    keys["sunspec"] = number(1, 65534, "a SunSpec model id: `at` counts from that model's id register");
    return keys;
}

Json modbus_point() {
    return {{"at", place("address of the first register or coil")},
            {"type", words({"u2", "u4", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64",
                            "bcd16", "bcd32", "bcd64", "ascii", "hex"},
                           "what the registers hold; none for coils and discrete inputs")},
            {"length", number(1, 125, "registers of a text")},
            {"first", words({"high", "low"}, "the part of a register that comes first (u2, u4, u8, s8)")},
            {"order", order()},
            {"bytes", bytes()},
            {"stride", number(1, last_address, "registers from one element of a run to the next")},
            {"unit_id_step", number(1, 255, "unit ids from one element of a run to the next")},
            {"table", table()},
            {"unit_id", number(0, 255, "unit id of this point, if it has another")}};
}

Json modbus_write() {
    return {{"at", number(0, last_address, "address of the first register")},
            {"registers", integers("what is written, 1 to 123 numbers")},
            {"unit_id", number(1, 255, "unit id that is written to, if it is another")},
            {"function", described({{"enum", {6, 16}}}, "6: one register; 16: any number of them")}};
}

} // namespace retrocan::mapping::schema_parts
