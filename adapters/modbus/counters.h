// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace retrocan::modbus {

/// What was heard at an endpoint since the program began. All but `answers` was dropped, and nothing of it
/// became a value.
struct Counters {
    std::uint64_t answers{};    ///< that fitted their request, refusals too
    std::uint64_t stray{};      ///< bytes that belong to no frame
    std::uint64_t echo{};       ///< own requests that came back
    std::uint64_t other_unit{}; ///< whole frames of a unit that was not asked
    std::uint64_t late{};       ///< answers, or bytes, that came when no request was open any more
    std::uint64_t cut{};        ///< answers that began and did not end
    std::uint64_t crc{};        ///< answers with a wrong checksum
    std::uint64_t wrong{};      ///< whole frames of the right unit that do not fit the request

    void add(const Counters& more) {
        answers += more.answers;
        stray += more.stray;
        echo += more.echo;
        other_unit += more.other_unit;
        late += more.late;
        cut += more.cut;
        crc += more.crc;
        wrong += more.wrong;
    }

    friend bool operator==(const Counters&, const Counters&) = default;
};

} // namespace retrocan::modbus
