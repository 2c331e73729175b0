// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "broker_link.h"

#include <memory>
#include <span>

namespace retrocan::mqtt {

class MqttSource;

/// Connects to the brokers of these batteries and hands over what they tell; the contract is that of
/// Adapter::start(). Batteries with equal options share a connection.
std::unique_ptr<adapter::Reader> start_reader(std::span<const MqttSource* const> sources,
                                              const adapter::Sink& sink, const adapter::StartOptions& options,
                                              const Timing& timing = {});

} // namespace retrocan::mqtt
