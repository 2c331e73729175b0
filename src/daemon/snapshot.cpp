// SPDX-License-Identifier: Apache-2.0
#include "daemon/snapshot.h"

#include "daemon/snapshot_reader.h"
#include "daemon/snapshot_writer.h"

namespace retrocan::daemon {

std::string snapshot(const Bridge& bridge) {
    SnapshotWriter writer;
    writer.write(bridge);
    return "{\"version\":" + std::to_string(snapshot_traits::version) +
           ",\"bridge\":" + std::move(writer).end() + "}";
}

std::optional<std::string> restore(Bridge& bridge, std::string_view snapshot) {
    const auto json = SnapshotReader::Json::parse(snapshot, nullptr, false);
    if (!json.is_object() || !json.contains("version") || !json.contains("bridge"))
        return "snapshot: expected its version and the bridge";
    if (json.at("version") != snapshot_traits::version)
        return "snapshot: this program reads version " + std::to_string(snapshot_traits::version) +
               "; replay the capture with the version that recorded it";
    try {
        SnapshotReader::read(bridge, json.at("bridge"));
    } catch (const SnapshotFault& fault) {
        return "snapshot: " + fault.what;
    }
    return std::nullopt;
}

} // namespace retrocan::daemon
