// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/fault.h"
#include "mapping/bound.h"
#include "mapping/decoder.h"

#include <istream>
#include <map>
#include <optional>
#include <string>

namespace retrocan::cli {

/// What a battery said, recorded or just now, read through a mapping: what was in it, and what came of it.
class Dump {
public:
    /// Both outlive it. `place` is where messages look for points: "in the dump", "read".
    Dump(const mapping::Bound& bound, const adapter::Source& source, std::string place);

    /// Reads capture lines; empty ones and those that begin with # are skipped. What cannot be understood is
    /// a fault with file and line. A line that names none of the mapping's points is a note.
    void read(std::istream& lines, const std::string& file, Faults& faults, Faults& notes);

    /// What an adapter has read.
    void take(const adapter::Answer& answer);

    [[nodiscard]] const mapping::Bound& bound() const { return bound_; }
    [[nodiscard]] const adapter::Source& source() const { return source_; }
    [[nodiscard]] const std::string& place() const { return place_; }
    /// What was read last of a slot; null if nothing was.
    [[nodiscard]] const adapter::Reading* reading(std::size_t slot) const;
    /// The value of a slot for people; empty if it has none.
    [[nodiscard]] std::string value(std::size_t slot) const { return decoder_.text(slot); }
    [[nodiscard]] const Update& update() const { return decoder_.update(); }
    [[nodiscard]] bool empty() const { return readings_.empty(); }

    [[nodiscard]] bool has_value(std::size_t signal) const;
    /// Why a signal has no value; empty if it has one.
    [[nodiscard]] std::string why_absent(std::size_t signal) const;

private:
    const mapping::Bound& bound_;
    const adapter::Source& source_;
    std::string place_;
    mapping::Decoder decoder_;
    std::map<std::size_t, adapter::Reading> readings_; ///< by slot
};

/// A raw value or an absence, for people: "5312", "refused".
std::string raw_text(const adapter::Reading& reading);

} // namespace retrocan::cli
