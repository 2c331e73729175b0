// SPDX-License-Identifier: Apache-2.0
#include "core/fault.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace retrocan {

namespace {

std::string all_lines(const Faults& faults) {
    std::string text;
    for (const Fault& fault : faults)
        text += (text.empty() ? "" : "\n") + to_text(fault);
    return text;
}

/// Edits (insert, delete, replace, exchange of neighbours) that turn `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

} // namespace

std::string to_text(const Place& place) {
    if (place.line == 0)
        return place.file;
    return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_text(const Fault& fault) {
    const std::string place = to_text(fault.place);
    return place.empty() ? fault.message : place + ": " + fault.message;
}

LoadError::LoadError(Faults faults) : std::runtime_error{all_lines(faults)}, faults_{std::move(faults)} {
    assert(!faults_.empty());
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t d = distance(word, candidate);
        if (d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view guess = nearest(word, known);
    return guess.empty() ? std::string{} : " (did you mean \"" + std::string{guess} + "\"?)";
}

} // namespace retrocan
