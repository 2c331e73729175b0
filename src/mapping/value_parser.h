// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/expression.h"
#include "mapping/toml_reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mapping {

/// An amount of a signal, and which element won if `id` says how to write that.
struct ParsedAmount {
    ValuePtr value;
    ValuePtr id; ///< a text; null: none
};

/// Reads the values of [signals], [alarms] and [warnings]: a text, or a table that says how it is made. Each
/// function adds its faults and then gives a null value.
class ValueParser {
public:
    ValueParser(Scope& scope, Faults& faults) : expressions_{scope, faults}, scope_{scope}, faults_{faults} {}

    /// `with_id`: the signal has an id beside it, so that `id` may be written.
    ParsedAmount amount(const toml_file::Node& node, const std::string& path, Dimension wanted,
                        bool with_id = false);
    ValuePtr condition(const toml_file::Node& node, const std::string& path);
    ValuePtr text(const toml_file::Node& node, const std::string& path);
    ValuePtr firmware(const toml_file::Node& node, const std::string& path);

    /// For texts that are no value of their own.
    ExpressionParser& expressions() { return expressions_; }

private:
    /// `wanted`: nothing if any dimension will do.
    ParsedAmount reduction(toml_file::TableReader& read, Reduction::Kind kind, std::string_view key,
                           std::optional<Dimension> wanted, bool with_id);
    std::optional<std::vector<Run>> runs(toml_file::TableReader& read, std::string_view key,
                                         std::optional<Dimension> wanted);
    std::vector<std::string> id_texts(toml_file::TableReader& read, const std::vector<Run>& runs);
    ValuePtr first(toml_file::TableReader& read, Dimension wanted);
    ValuePtr like(toml_file::TableReader& read);
    ValuePtr changed(toml_file::TableReader& read);
    ValuePtr choice(toml_file::TableReader& read, Dimension wanted);
    ValuePtr group(toml_file::TableReader& read, Group::Kind kind, std::string_view key);
    ValuePtr member(const toml_file::Node& node, const std::string& path, Group::Kind kind);
    void expected(const toml_file::Node& node, const std::string& path, const std::string& what);

    ExpressionParser expressions_;
    Scope& scope_;
    Faults& faults_;
};

} // namespace retrocan::mapping
