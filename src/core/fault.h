// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan {

/// Where something stands in a file; line and column count from 1, 0 means "the file as a whole".
struct Place {
    std::string file;
    std::uint32_t line{};
    std::uint32_t column{};

    friend bool operator==(const Place&, const Place&) = default;
};

/// "file:line:column", as compilers print it, so that editors can jump there.
std::string to_text(const Place& place);

/// One thing that is wrong in a file a person wrote. `message` says the key, what was expected, what was
/// found and what to do: "points.voltage.type: expected one of u16, s16, u32; got \"u61\" (did you mean
/// \"u16\"?)".
struct Fault {
    Place place;
    std::string message;
};

/// "file:line:column: message"
std::string to_text(const Fault& fault);

/// All faults found so far: a loader reports every one of them at once.
using Faults = std::vector<Fault>;

/// Thrown by loaders after everything was checked; `main` catches it once and exits with 2.
class LoadError : public std::runtime_error {
public:
    /// `faults` is not empty.
    explicit LoadError(Faults faults);
    [[nodiscard]] const Faults& faults() const noexcept { return faults_; }

private:
    Faults faults_;
};

/// The word of `known` that a person most likely meant by `word`; empty when none is near enough.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// " (did you mean \"u16\"?)", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

} // namespace retrocan
