// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "source.h"

#include <cstddef>

namespace retrocan::mqtt {

namespace {

class NoReader : public adapter::Reader {
public:
    void hurry(std::size_t, bool) override {}
};

} // namespace

std::unique_ptr<adapter::Reader> start_reader(std::span<const MqttSource* const> sources, adapter::Sink sink,
                                              const adapter::StartOptions&) {
    for (std::size_t i = 0; i < sources.size(); ++i)
        sink({i, adapter::LinkNews{adapter::LinkNews::State::lost,
                                   sources[i]->options().broker() + ": connecting is not built yet"}});
    return std::make_unique<NoReader>();
}

} // namespace retrocan::mqtt
