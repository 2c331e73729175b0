// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace retrocan::cli {

/// Lines of cells under heads, in columns that are as wide as they have to be. Texts are UTF-8.
class Table {
public:
    explicit Table(std::vector<std::string> heads);

    /// As many cells as heads, or fewer.
    void add(std::vector<std::string> cells);
    /// A line below the last row, indented, that belongs to no column.
    void note(const std::string& line);
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    [[nodiscard]] std::string text() const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::vector<std::string> notes;
    };
    std::vector<std::string> heads_;
    std::vector<Row> rows_;
};

} // namespace retrocan::cli
