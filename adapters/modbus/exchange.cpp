// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include "core/unit.h"

namespace retrocan::modbus {

Exchange in_time(Exchange exchange, Duration taken, Duration timeout) {
    if (std::holds_alternative<Broken>(exchange) || taken <= timeout + wake_up_slack)
        return exchange;
    return Broken{adapter::Absence::timeout,
                  "an answer of unknown age, found " + retrocan::to_text(taken) + " after the request",
                  false};
}

} // namespace retrocan::modbus
