// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"

RETROCAN_ADAPTER(retrocan::modbus::ModbusAdapter)
