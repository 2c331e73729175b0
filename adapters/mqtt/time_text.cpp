// SPDX-License-Identifier: Apache-2.0
#include "time_text.h"

#include "value.h"

#include <chrono>
#include <cmath>

namespace retrocan::mqtt {

namespace {

using namespace std::chrono;

// A number is in seconds, milliseconds or microseconds by its size: up to the year 5138, and no time is
// later.
constexpr std::int64_t last_second = 100'000'000'000;
constexpr std::int64_t last_millisecond = last_second * 1000;

/// Reads a text from its beginning to its end.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_{text} {}

    /// A number of exactly so many digits, from `low` to `high`.
    std::optional<int> number(std::size_t digits, int low, int high) {
        if (rest_.size() < digits)
            return std::nullopt;
        int value = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9')
                return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value >= low && value <= high ? std::optional{value} : std::nullopt;
    }
    bool skip(std::string_view one_of) {
        if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos)
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// The first three digits of those that follow, as a number.
    std::optional<int> thousandths() {
        std::size_t digits = 0;
        int value = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            if (digits < 3)
                value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (digits == 0)
            return std::nullopt;
        for (; digits < 3; ++digits)
            value *= 10;
        return value;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }

private:
    std::string_view rest_;
};

/// "+02:00", "-0530", "+01", "Z"; nothing is UTC. The outer is nothing if it is none of these.
std::optional<minutes> offset(Scanner& scan) {
    if (scan.at_end() || scan.skip("Zz"))
        return minutes{};
    const bool west = scan.next() == '-';
    if (!scan.skip("+-"))
        return std::nullopt;
    const auto hour = scan.number(2, 0, 23);
    scan.skip(":");
    const auto minute = scan.at_end() ? std::optional{0} : scan.number(2, 0, 59);
    if (!hour || !minute)
        return std::nullopt;
    const minutes east = hours{*hour} + minutes{*minute};
    return west ? -east : east;
}

std::optional<std::int64_t> iso_8601(std::string_view text) {
    Scanner scan{text};
    const auto y = scan.number(4, 1970, 9999);
    if (!y || !scan.skip("-"))
        return std::nullopt;
    const auto m = scan.number(2, 1, 12);
    if (!m || !scan.skip("-"))
        return std::nullopt;
    const auto d = scan.number(2, 1, 31);
    if (!d || !scan.skip("Tt "))
        return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    const auto hour = scan.number(2, 0, 23);
    if (!date.ok() || !hour || !scan.skip(":"))
        return std::nullopt;
    const auto minute = scan.number(2, 0, 59);
    if (!minute)
        return std::nullopt;
    std::optional<int> second{0};
    std::optional<int> thousandths{0};
    if (scan.skip(":")) {
        second = scan.number(2, 0, 60); // a leap second
        if (scan.skip(".,"))
            thousandths = scan.thousandths();
    }
    scan.skip(" ");
    const auto zone = offset(scan);
    if (!second || !thousandths || !zone || !scan.at_end())
        return std::nullopt;
    const auto time = sys_days{date}.time_since_epoch() + hours{*hour} + minutes{*minute} + seconds{*second} +
                      std::chrono::milliseconds{*thousandths} - *zone;
    const std::int64_t result = duration_cast<std::chrono::milliseconds>(time).count();
    return result >= 0 && result <= last_millisecond ? std::optional{result} : std::nullopt;
}

std::optional<std::int64_t> since_1970(const Decimal& number) {
    constexpr double last_microsecond = 1e17;
    const double value = std::visit([](auto n) { return static_cast<double>(n); }, number);
    if (!(value >= 0 && value <= last_microsecond))
        return std::nullopt;
    if (value <= static_cast<double>(last_second))
        return std::llround(value * 1000);
    return std::llround(value <= static_cast<double>(last_millisecond) ? value : value / 1000);
}

} // namespace

std::optional<std::int64_t> milliseconds(std::string_view text) {
    if (const auto number = decimal(text))
        return since_1970(*number);
    return iso_8601(text);
}

} // namespace retrocan::mqtt
