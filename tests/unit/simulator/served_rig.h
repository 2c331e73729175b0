// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/loader.h"
#include "mapping/mapping.h"
#include "mapping/vector.h"
#include "simulator/publish.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace retrocan::simulator::test {

/// The battery of a mapping as its test has it, behind a server, and the source that reads it there.
class ServedRig {
public:
    ServedRig(const std::filesystem::path& file, const ServerOptions& options,
              const std::string& timeout = "500 ms")
        : server{options} {
        using namespace std::chrono_literals;
        Faults faults;
        const auto mapping = checked(mapping::load(file, faults), faults);
        adapter = *loader_.load(mapping->adapter());
        auto base = mapping_base(mapping, *adapter, {"settings", {}, {}}, {}, faults);
        if (!base)
            throw std::runtime_error{to_text(faults.front())};
        const bool frozen = true;
        battery.emplace(std::move(*base), frozen, 16, 10min);
        imitate(*battery, server);
        publish(*battery, {}, server);

        adapter::Settings connection{"battery.modbus", {"c.toml", 1, 1}, {}};
        const auto add = [&](const char* key, decltype(adapter::Setting::value) value) {
            connection.keys.push_back({key, std::move(value), {"c.toml", 1, 1}});
        };
        if (const auto* tcp = std::get_if<ServerOptions::Tcp>(&options.where)) {
            add("host", std::string{"127.0.0.1"});
            add("port", std::int64_t{server.port()});
            add("framing", std::string{tcp->framing == Framing::tcp ? "tcp" : "rtu"});
        } else {
            add("serial", server.name());
            add("baud", std::int64_t{options.line.baud});
        }
        add("timeout", timeout);
        bound = checked(
            mapping::bind(mapping, {"shed", battery->base().owner, connection, 1s, 5s, {}, {}}, faults),
            faults);
        source =
            checked(adapter->source(mapping::recorded_source(*bound, battery->base().keys), faults), faults);
    }

    ModbusServer server;
    std::shared_ptr<adapter::Adapter> adapter;
    std::optional<MappedBattery> battery;
    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> source;

private:
    template <class T>
    static T checked(T thing, const Faults& faults) {
        if (!thing)
            throw std::runtime_error{faults.empty() ? "no reason" : to_text(faults.front())};
        return thing;
    }
    adapter::Loader loader_{{ADAPTER_FOLDER}};
};

inline ServerOptions over_tcp(Framing framing = Framing::tcp) {
    return {.where = ServerOptions::Tcp{.framing = framing}};
}
inline ServerOptions over_pty() {
    ServerOptions options{.where = ServerOptions::Pty{}};
    options.line.baud = 115200;
    options.paced = true;
    return options;
}

} // namespace retrocan::simulator::test
