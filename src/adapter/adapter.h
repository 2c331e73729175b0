// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "adapter/spec.h"
#include "core/fault.h"
#include "core/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The public contract of adapter plugins. An adapter owns addressing and types of one transport and knows no
/// battery. It is a shared object, found by its name in a plugin folder; adapters/README.md tells how to
/// write one.
namespace retrocan::adapter {

/// Raised with every change of these headers that a plugin built before would not survive.
inline constexpr int contract_version = 4;

/// The points of one battery, checked and bound to a transport. Immutable; may be used from any thread.
class Source {
public:
    virtual ~Source() = default;

    /// Decodes one line of a capture (a JSON object with the raw traffic of one request, or what people paste
    /// from a tool of this transport: see adapters/README.md) as if it had just been read: the readings of
    /// every point that lies wholly in it, stamped with the line's `t` (0 if there is none). A line that is
    /// none of this battery's or names no point gives no readings. The error says what is wrong with the
    /// line. A pure function: no connection is made.
    [[nodiscard]] virtual Result<Answer, std::string> decode(std::string_view capture_line) const = 0;

    /// How long an answer is waited for before it counts as lost.
    [[nodiscard]] virtual Duration timeout() const = 0;

    /// How the points are read, for people: one line a request ("holding 4608..4623, each poll").
    [[nodiscard]] virtual std::string plan() const = 0;

    /// Where a point is (by its index in the SourceSpec), for people: "holding 4608..4623 (0x1200..0x120F)".
    [[nodiscard]] virtual std::string where(std::size_t point) const = 0;

    /// The reverse of decode(): lines of a capture from which it makes these readings, for simulators and
    /// tests. Readings without a value are left out. No lines where the adapter cannot say.
    [[nodiscard]] virtual std::vector<std::string> encode(std::span<const Reading> readings) const {
        static_cast<void>(readings);
        return {};
    }
};

/// What a connection tells about itself: one for each change, never one for each poll.
struct LinkNews {
    enum class State : std::uint8_t { connected, lost, silent, answering } state;
    std::string text; ///< with device and address: "192.168.1.50:502 unit 3: connection refused"
};

/// What reaches the core: `battery` is the index in the span given to start().
struct Event {
    std::size_t battery{};
    std::variant<Answer, LinkNews> content;
};

/// Called from an adapter's thread. It hands the event over and returns at once; the adapter never waits for
/// what becomes of it.
using Sink = std::function<void(Event)>;

/// Batteries that are being read. Destroying it stops and joins its threads; no event comes afterwards. That
/// takes one timeout of its links at most, unless a thread is just looking up a host name: then as long as
/// the system's resolver takes, which is many seconds where no name server answers.
class Reader {
public:
    virtual ~Reader() = default;

    /// From now on read this battery as closely as its mapping allows (`hurry`), or at its poll period. Every
    /// battery begins in a hurry. Changing to `hurry` also reads every slow and once point again. Returns at
    /// once; any thread.
    virtual void hurry(std::size_t battery, bool hurry) = 0;
};

struct StartOptions {
    bool traffic{}; ///< answers carry their traffic, for recordings
};

class Adapter {
public:
    virtual ~Adapter() = default;

    /// Checks the points and the connection of one battery. Never connects. Every fault is added to `faults`
    /// with its place; without faults the result is not null.
    virtual std::unique_ptr<Source> source(const SourceSpec& spec, Faults& faults) const = 0;

    /// What only shows with all batteries of this adapter together, such as two of them at one address.
    /// Warnings are what runs, but should be known.
    virtual void check_together(std::span<const Source* const> sources, Faults& faults,
                                Faults& warnings) const = 0;

    /// Starts to read; returns at once. The sources outlive the reader. Throws nothing: what cannot be
    /// reached is an event, and is tried again.
    virtual std::unique_ptr<Reader> start(std::span<const Source* const> sources, Sink sink,
                                          const StartOptions& options) = 0;
};

} // namespace retrocan::adapter

/// The one symbol of a plugin: defines what the loader looks for. Use it once, outside any namespace:
///
///     RETROCAN_ADAPTER(ModbusAdapter)
#define RETROCAN_ADAPTER(CLASS)                                                                              \
    extern "C" __attribute__((visibility("default"))) const int retrocan_adapter_contract;                   \
    extern "C" __attribute__((visibility("default"))) const int retrocan_adapter_contract =                  \
        ::retrocan::adapter::contract_version;                                                               \
    extern "C" __attribute__((visibility("default"))) ::retrocan::adapter::Adapter*                          \
    retrocan_adapter_create() {                                                                              \
        return new CLASS; /* NOLINT(bugprone-macro-parentheses): a type */                                   \
    }
