// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"

#include <memory>
#include <span>

namespace retrocan::mqtt {

class MqttSource;

/// Connects to the brokers of these batteries and hands over what they tell; the contract is that of
/// Adapter::start().
std::unique_ptr<adapter::Reader> start_reader(std::span<const MqttSource* const> sources, adapter::Sink sink,
                                              const adapter::StartOptions& options);

} // namespace retrocan::mqtt
