// SPDX-License-Identifier: Apache-2.0
// The smallest adapter there can be: every point has the value that its address says.
#include "adapter/adapter.h"

namespace {

using namespace retrocan;
using namespace retrocan::adapter;

class FixedSource : public Source {
public:
    explicit FixedSource(std::vector<Reading> readings) : readings_{std::move(readings)} {}

    Result<Answer, std::string> decode(std::string_view) const override { return Answer{{}, readings_}; }
    Duration timeout() const override { return {}; }
    std::string plan() const override { return "nothing is read"; }
    std::string where(std::size_t /*point*/) const override { return "nowhere"; }

private:
    std::vector<Reading> readings_;
};

class FixedReader : public Reader {
    void hurry(std::size_t, bool) override {}
};

class FixedAdapter : public Adapter {
    std::unique_ptr<Source> source(const SourceSpec& spec, Faults& faults) const override {
        std::vector<Reading> readings;
        for (const PointSpec& point : spec.points) {
            SettingsReader read{point.address, faults};
            const std::int64_t value = read.integer("value", 0, 9).value_or(0);
            read.finish();
            readings.push_back({point.first_slot, RawValue{value}});
        }
        return std::make_unique<FixedSource>(std::move(readings));
    }
    void check_together(std::span<const Source* const>, Faults&, Faults&) const override {}
    std::unique_ptr<Reader> start(std::span<const Source* const> sources, Sink sink,
                                  const StartOptions&) override {
        for (std::size_t i = 0; i < sources.size(); ++i)
            sink({i, sources[i]->decode("").value()});
        return std::make_unique<FixedReader>();
    }
};

} // namespace

RETROCAN_ADAPTER(FixedAdapter)
