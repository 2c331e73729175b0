// SPDX-License-Identifier: Apache-2.0
// A plugin of another contract. Making its adapter would end the test.
#include <cstdlib>

extern "C" __attribute__((visibility("default"))) const int retrocan_adapter_contract;
const int retrocan_adapter_contract = 1000;

extern "C" __attribute__((visibility("default"))) void* retrocan_adapter_create();
void* retrocan_adapter_create() {
    std::abort();
}
