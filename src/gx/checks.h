// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/ledger.h"
#include "gx/receiver.h"

#include <memory>

namespace retrocan::gx {

/// A frame that has come, with all that was heard up to it and with it.
struct Scene {
    const CanFrame& frame;
    TimePoint at{};
    const Receiver& receiver;
};

/// The end of the traffic, or of what there is of it so far.
struct End {
    TimePoint begin{}; ///< when the first frame came
    TimePoint at{};
    const Receiver& receiver;
    bool live{}; ///< on a bus, with ourselves as the GX; else a log

    /// What has not come by now will not come, but for names: some batteries send them once a minute.
    [[nodiscard]] bool complete() const { return at - begin >= std::chrono::seconds{10}; }
    [[nodiscard]] bool names_complete() const { return at - begin >= std::chrono::seconds{60}; }
};

/// Holds some of the rules against the traffic. Error frames are not shown to it.
class Check {
public:
    virtual ~Check() = default;
    virtual void hear(const Scene& scene, Ledger& ledger) = 0;
    /// What only the end shows. Asked at any time, and again later.
    virtual void end(const End& /*end*/, Ledger& /*ledger*/) const {}
};

std::unique_ptr<Check> make_identifier_check();
std::unique_ptr<Check> make_time_check();
std::unique_ptr<Check> make_limit_check();
std::unique_ptr<Check> make_measurement_check();
std::unique_ptr<Check> make_alarm_check();
std::unique_ptr<Check> make_text_check();
std::unique_ptr<Check> make_detail_check();

} // namespace retrocan::gx
