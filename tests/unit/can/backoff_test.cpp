// SPDX-License-Identifier: Apache-2.0
#include "can/backoff.h"

#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{100s};

TEST(Backoff, DoublesUpToItsLongest) {
    Backoff rest;
    EXPECT_FALSE(rest.rests(t0)) << "nothing has failed";
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        rest.failed(t0);
        EXPECT_TRUE(rest.rests(t0 + expected - 1us));
        EXPECT_FALSE(rest.rests(t0 + expected));
    }
    rest.worked();
    EXPECT_FALSE(rest.rests(t0));
    rest.failed(t0);
    EXPECT_FALSE(rest.rests(t0 + 1s)) << "from the beginning";
}

TEST(Backoff, ASignOfLifeShortensItToTheFirst) {
    Backoff rest;
    rest.failed(t0);
    rest.failed(t0);
    rest.hopeful();
    EXPECT_TRUE(rest.rests(t0 + 1s - 1us));
    EXPECT_FALSE(rest.rests(t0 + 1s));
    rest.failed(t0);
    EXPECT_TRUE(rest.rests(t0 + 4s - 1us)) << "but nothing has worked yet";
}

} // namespace
} // namespace retrocan::can
