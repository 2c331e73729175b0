// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/battery.h"
#include "core/can_frame.h"
#include "core/fault.h"
#include "mapping/setting.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mapping {

/// What a mapping was checked on, the best first.
enum class Level : std::uint8_t {
    device,   ///< a real battery, by the contributor
    capture,  ///< recorded answers of a real battery
    document, ///< the maker's document alone
    guess,
};
inline constexpr std::array<std::string_view, 4> level_words{"device", "capture", "document", "guess"};
std::string_view to_text(Level level);

/// What a mapping is good for.
enum class Use : std::uint8_t {
    control, ///< a managed battery
    monitor, ///< no 12, 24 or 48 V battery: decoded and shown, never sent
};

/// One [[test]]: what was recorded, and what must come of it.
struct TestVector {
    std::string name;
    std::string source; ///< where the recording comes from
    Place place;
    adapter::Settings settings;  ///< as an owner would write them
    adapter::Settings transport; ///< keys that this recording has other than the mapping, such as its unit id

    struct CaptureLine {
        std::string text;
        Place place;
    };
    struct ExpectedSignal {
        std::size_t signal; ///< index in a SignalSet
        std::string text;   ///< as signal_text() writes it
    };
    std::vector<CaptureLine> capture;
    std::vector<ExpectedSignal> signals;
    std::vector<std::size_t> absent;
    PerAlarm<bool> alarms{};   ///< exactly these must be active
    PerAlarm<bool> warnings{}; ///< exactly these must be active
    std::vector<CanFrame> frames;
    bool refused{}; ///< [identity] must say that this is another battery
};

struct Content;

/// One mapping file, parsed and checked. Immutable; may be used from any thread.
class Mapping {
public:
    explicit Mapping(std::unique_ptr<const Content> content);
    ~Mapping();

    [[nodiscard]] const std::string& file() const;
    [[nodiscard]] const std::string& vendor() const;
    [[nodiscard]] const std::string& model() const;
    [[nodiscard]] const std::string& title() const;
    [[nodiscard]] Level level() const;
    [[nodiscard]] Use use() const;
    [[nodiscard]] const std::vector<std::string>& sources() const;
    /// What the installer must know, and what is odd or unknown.
    [[nodiscard]] const std::vector<std::string>& wiring() const;
    [[nodiscard]] const std::vector<std::string>& quirks() const;
    /// The adapter that reads the points: the name of the file's one transport table ("modbus").
    [[nodiscard]] const std::string& adapter() const;
    /// What the owner may set under [battery.settings].
    [[nodiscard]] const std::vector<SettingSpec>& settings() const;
    [[nodiscard]] const std::vector<TestVector>& tests() const;

    /// What bind() works on.
    [[nodiscard]] const Content& content() const { return *content_; }

private:
    std::unique_ptr<const Content> content_;
};

/// Reads one mapping file and checks all that can be checked without a connection and without the owner's
/// settings. Null if there were faults: all of them are in `faults`. Throws nothing for what a file contains.
std::shared_ptr<const Mapping> load(const std::filesystem::path& path, Faults& faults);

/// The same from a text; `file` is how places name it.
std::shared_ptr<const Mapping> parse(std::string_view text, const std::string& file, Faults& faults);

} // namespace retrocan::mapping
