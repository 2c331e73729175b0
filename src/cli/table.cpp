// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <cassert>

namespace retrocan::cli {

namespace {

constexpr std::size_t gap = 2;

/// Characters of a UTF-8 text: all bytes but those that continue one.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

Table::Table(std::vector<std::string> heads) : heads_{std::move(heads)} {}

void Table::add(std::vector<std::string> cells) {
    assert(cells.size() <= heads_.size());
    rows_.push_back({std::move(cells), {}});
}

void Table::note(const std::string& line) {
    assert(!rows_.empty());
    rows_.back().notes.push_back(line);
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const std::string& head : heads_)
        widths.push_back(width(head));
    for (const Row& row : rows_)
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            widths[i] = std::max(widths[i], width(row.cells[i]));

    std::string text;
    const auto line = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            text += cells[i] + std::string(widths[i] - width(cells[i]) + gap, ' ');
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    };
    line(heads_);
    for (const Row& row : rows_) {
        line(row.cells);
        for (const std::string& note : row.notes)
            text += "    " + note + '\n';
    }
    return text;
}

} // namespace retrocan::cli
