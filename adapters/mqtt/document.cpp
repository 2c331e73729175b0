// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include "value.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace retrocan::mqtt {

namespace {

/// Makes nodes of what the parser finds.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return add({}); }
    bool boolean(bool value) override { return add({Node::Kind::boolean, value ? "true" : "false"}); }
    bool number_integer(std::int64_t value) override {
        return add({Node::Kind::number, std::to_string(value)});
    }
    bool number_unsigned(std::uint64_t value) override {
        return add({Node::Kind::number, std::to_string(value)});
    }
    bool number_float(double, const std::string& text) override { return add({Node::Kind::number, text}); }
    bool string(std::string& text) override { return add({Node::Kind::text, std::move(text)}); }
    bool binary(nlohmann::json::binary_t&) override { return false; } // not in a text
    bool start_object(std::size_t) override { return open({Node::Kind::object}); }
    bool start_array(std::size_t) override { return open({Node::Kind::array}); }
    bool key(std::string& name) override {
        open_.back()->names.push_back(std::move(name));
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while .. - .."
        const std::string_view what = error.what();
        const std::size_t begin = what.find("while parsing");
        const std::size_t reason = what.find(" - ", begin == std::string_view::npos ? what.size() : begin);
        objection_ = "not valid JSON at byte " + std::to_string(position) + ": " +
                     (reason == std::string_view::npos ? "a number that is too large"
                                                       : readable(what.substr(reason + 3)));
        return false;
    }

    [[nodiscard]] std::string objection() const { return objection_; }
    [[nodiscard]] Node document() && { return std::move(document_); }

private:
    /// As the log can show it: some of what stood there may be bytes of any kind.
    static std::string readable(std::string_view text) {
        std::string result;
        for (const char c : text.substr(0, text.find("; last read")))
            result += c >= ' ' && c <= '~' ? c : '?';
        return result;
    }

    Node* place(Node node) {
        if (open_.empty()) {
            document_ = std::move(node);
            return &document_;
        }
        return &open_.back()->elements.emplace_back(std::move(node));
    }
    bool add(Node node) {
        place(std::move(node));
        return true;
    }
    /// What is open stays where it is: only the innermost array or object grows.
    bool open(Node node) {
        if (open_.size() == deepest_document) {
            objection_ =
                "more than " + std::to_string(deepest_document) + " arrays and objects in one another";
            return false;
        }
        open_.push_back(place(std::move(node)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    Node document_;
    std::vector<Node*> open_;
    std::string objection_;
};

/// The length of the UTF-8 sequence at the beginning; 0 if there is none. No overlong forms, no surrogates.
std::size_t sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size)
        return 0;
    for (std::size_t i = 1; i < size; ++i)
        if (byte(i) < 0x80 || byte(i) > 0xBF)
            return 0;
    const unsigned char second = byte(1);
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return bad ? 0 : size;
}

} // namespace

const Node* Node::member(std::string_view name) const {
    for (std::size_t i = names.size(); i-- > 0;)
        if (names[i] == name)
            return &elements[i];
    return nullptr;
}

const Node* Node::element(std::size_t index) const {
    return kind == Kind::array && index < elements.size() ? &elements[index] : nullptr;
}

std::size_t valid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t size = sequence(text.substr(at));
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

Result<Node, std::string> parse_document(std::string_view text) {
    const std::string_view document = trimmed(text);
    if (document.empty())
        return Err{std::string{"not valid JSON: it is empty"}};
    // The parser takes a NUL for the end.
    if (const std::size_t nul = document.find('\0'); nul != std::string_view::npos)
        return Err{"not valid JSON at byte " + std::to_string(nul + 1) + ": a NUL"};
    Builder builder;
    if (!nlohmann::json::sax_parse(document, &builder))
        return Err{builder.objection()};
    return std::move(builder).document();
}

} // namespace retrocan::mqtt
