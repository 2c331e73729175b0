// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace retrocan {

/// Wraps an error on its way into a Result: `return Err{LinkError::timeout};`
template <class E>
struct Err {
    E error;
};
template <class E>
Err(E) -> Err<E>;

/// A value, or why there is none. The member names are those of std::expected (C++23), which may
/// replace it one day. Asking for what is not there is a mistake of the caller's, and asserted.
template <class T, class E>
class [[nodiscard]] Result {
public:
    Result(T value) : content_{std::in_place_index<0>, std::move(value)} {}
    Result(Err<E> error) : content_{std::in_place_index<1>, std::move(error.error)} {}

    [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] const T& value() const& { return *get<0>(); }
    [[nodiscard]] T&& value() && { return std::move(*get<0>()); }
    [[nodiscard]] const E& error() const { return *get<1>(); }

    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return get<0>(); }

private:
    template <std::size_t I>
    [[nodiscard]] auto* get() const {
        auto* p = std::get_if<I>(&content_);
        assert(p != nullptr);
        return p;
    }
    template <std::size_t I>
    [[nodiscard]] auto* get() {
        auto* p = std::get_if<I>(&content_);
        assert(p != nullptr);
        return p;
    }

    std::variant<T, E> content_;
};

} // namespace retrocan
