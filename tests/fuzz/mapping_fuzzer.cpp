// SPDX-License-Identifier: Apache-2.0
// Bytes as a mapping file. What loads is bound, planned and tested as the program does it: whatever a mapping
// says, it must be refused with a place or work.
#include "adapter/spec.h"
#include "demand.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "mapping/vector.h"
#include "modbus_adapter.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace {

using namespace retrocan;
using namespace std::chrono_literals;
using fuzz::demand;

void check_places(const Faults& faults) {
    for (const Fault& fault : faults)
        demand(!to_text(fault).empty() && !fault.message.empty(), "a fault says what it is");
}

void use(const std::shared_ptr<const mapping::Mapping>& mapping) {
    const modbus::ModbusAdapter adapter;
    Faults faults;
    const auto bound = mapping::bind(mapping, {"fuzz", {}, {}, 1s, 5s, {}, {}}, faults);
    demand(bound || !faults.empty(), "what cannot be bound has a fault");
    if (bound) {
        const auto source = adapter.source(bound->source(), faults);
        demand(source || !faults.empty(), "what cannot be read has a fault");
        if (source) {
            demand(source->timeout() > 0s, "an answer is waited for");
            demand(!source->plan().empty() || bound->source().points.empty(), "points are read somehow");
            for (std::size_t i = 0; i < bound->source().points.size(); ++i)
                demand(!source->where(i).empty(), "a point is somewhere");
        }
    }
    check_places(faults);
    for (const mapping::TestVector& test : mapping->tests())
        mapping::run_test(mapping, test, adapter, {});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Faults faults;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto mapping = mapping::parse(text, "fuzz.toml", faults);
    demand((mapping == nullptr) == !faults.empty(), "a mapping either loads or has faults");
    check_places(faults);
    if (mapping)
        use(mapping);
    return 0;
}
