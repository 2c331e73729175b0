// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"

namespace retrocan::mqtt {

/// Batteries that publish to an MQTT broker. Those with equal connections share one.
class MqttAdapter : public adapter::Adapter {
public:
    std::unique_ptr<adapter::Source> source(const adapter::SourceSpec& spec, Faults& faults) const override;
    void check_together(std::span<const adapter::Source* const> sources, Faults& faults,
                        Faults& warnings) const override;
    std::unique_ptr<adapter::Reader> start(std::span<const adapter::Source* const> sources,
                                           adapter::Sink sink, const adapter::StartOptions& options) override;
};

} // namespace retrocan::mqtt
