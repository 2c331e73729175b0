// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/bridge.h"

#include <array>
#include <bitset>
#include <chrono>
#include <deque>
#include <optional>
#include <type_traits>
#include <vector>

/// What kinds of members the state of a bridge is made of; for SnapshotWriter and SnapshotReader.
namespace retrocan::daemon::snapshot_traits {

/// A class that lists its members.
template <class T>
concept Listed = requires(T& value) {
    T::each_member(value, [](const char*, auto&) {});
};

/// Raised with every change of what is listed.
inline constexpr int version = 6;

/// The last value of an enumeration: what is above it is none.
template <class E>
constexpr E last = E::undefined;
template <>
inline constexpr mapping::Slot::Content last<mapping::Slot::Content> = mapping::Slot::Content::value;
template <>
inline constexpr Identity last<Identity> = Identity::differs;
template <>
inline constexpr policy::PackState last<policy::PackState> = policy::PackState::stale;
template <>
inline constexpr policy::FrozenWatch::Verdict last<policy::FrozenWatch::Verdict> =
    policy::FrozenWatch::Verdict::frozen;
template <>
inline constexpr policy::Charging last<policy::Charging> = policy::Charging::prohibited;
template <>
inline constexpr policy::Phase last<policy::Phase> = policy::Phase::floating;
template <>
inline constexpr victron::Mode last<victron::Mode> = victron::Mode::alarm;
template <>
inline constexpr victron::Pair last<victron::Pair> = victron::Pair::inactive;
template <>
inline constexpr Hearing last<Hearing> = Hearing::foreign;
template <>
inline constexpr GxState last<GxState> = GxState::lost;

template <class T>
inline constexpr bool is_quantity = false;
template <class Unit>
inline constexpr bool is_quantity<Quantity<Unit>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_aged = false;
template <class T>
inline constexpr bool is_aged<Aged<T>> = true;

template <class T>
inline constexpr bool is_bits = false;
template <std::size_t n>
inline constexpr bool is_bits<std::bitset<n>> = true;

/// Of any length, or of one that is fixed.
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_list<std::deque<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t n>
inline constexpr bool is_array<std::array<T, n>> = true;

} // namespace retrocan::daemon::snapshot_traits
