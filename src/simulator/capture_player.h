// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/result.h"
#include "core/time.h"
#include "mapping/inverse.h"

#include <cstddef>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::simulator {

/// What a battery told in a capture, in the capture's own time, over and over.
class CapturePlayer {
public:
    /// `decoder` reads its lines. Lines without `t` come as soon as those before them. The error names the
    /// file and line that cannot be read, or says that nothing of this battery is in it.
    static Result<CapturePlayer, std::string> read(std::istream& lines, const std::string& file,
                                                   const adapter::Source& decoder, std::size_t slots,
                                                   bool once);

    struct Now {
        mapping::RawValues raws; ///< by slot, so far
        bool silent{};           ///< the capture says that it did not answer
        bool ended{};            ///< with `once`: all has been told
    };
    /// Time since the start; it never goes back.
    const Now& at(Duration time);

    /// From the first line to the last.
    [[nodiscard]] Duration length() const { return length_; }

private:
    struct Line {
        Duration at{}; ///< since the first one
        std::vector<adapter::Reading> readings;
    };
    void take(const Line& line);

    std::vector<Line> lines_;
    Duration length_{};
    bool once_{};
    std::size_t next_{};
    Duration begin_{}; ///< of this time round
    Now now_;
};

} // namespace retrocan::simulator
