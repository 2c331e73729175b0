// SPDX-License-Identifier: Apache-2.0
#include "mqtt_adapter.h"

RETROCAN_ADAPTER(retrocan::mqtt::MqttAdapter)
