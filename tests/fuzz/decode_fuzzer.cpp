// SPDX-License-Identifier: Apache-2.0
// Lines as a capture, through the adapter and the decoder of two batteries: the largest mapping that ships,
// and one with every type and every word that a decoder meets.
#include "core/battery.h"
#include "core/unit.h"
#include "demand.h"
#include "mapping/bound.h"
#include "mapping/decoder.h"
#include "mapping/mapping.h"
#include "modbus_adapter.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace retrocan;
using namespace std::chrono_literals;
using fuzz::demand;

/// A mapping ready to decode. Immutable, so one serves all inputs.
struct Battery {
    explicit Battery(const std::string& file) {
        Faults faults;
        if (const auto mapping = mapping::load(std::string{RETROCAN_SOURCE_DIR} + file, faults))
            bound = mapping::bind(mapping, {"fuzz", {}, {}, 1s, 5s, {}, {}}, faults);
        if (bound)
            source = modbus::ModbusAdapter{}.source(bound->source(), faults);
        for (const Fault& fault : faults)
            std::fprintf(stderr, "%s\n", to_text(fault).c_str());
        demand(source != nullptr, "the mapping of the fuzzer loads");
    }

    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> source;
};

void show_all(const mapping::Decoder& decoder, const mapping::Bound& bound) {
    for (std::size_t signal = 0; signal < plain_signals; ++signal) {
        const auto text = signal_text(decoder.update().state, signal);
        demand(!text || bound.provided()[signal], "a signal without a source has no value");
    }
    for (std::size_t slot = 0; slot < bound.slots().size(); ++slot)
        static_cast<void>(decoder.text(slot));
}

void decode(const Battery& battery, std::string_view text) {
    mapping::Decoder decoder{*battery.bound};
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto answer = battery.source->decode(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!answer) {
            demand(!answer.error().empty(), "a line that is refused has a reason");
            continue;
        }
        for (const adapter::Reading& reading : answer->readings)
            demand(reading.slot < battery.bound->slots().size(), "a reading belongs to a slot");
        const Update& update = decoder.take(*answer);
        demand(update.missed.none() || update.round_complete, "signals are missed by a complete round only");
    }
    show_all(decoder, *battery.bound);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Battery large{"/mappings/seplos/v3.toml"};
    static const Battery various{"/tests/fuzz/every_type.toml"};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    decode(large, text);
    decode(various, text);
    return 0;
}
