// SPDX-License-Identifier: Apache-2.0
#include "can/claim.h"

#include <csignal>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace retrocan::can {
namespace {

using testing::HasSubstr;

/// No other test may have it at the same time.
std::string a_name(char which) {
    return which + std::to_string(::getpid());
}

/// A process that does something and then stays; told through a pipe when it has done it.
class Other {
public:
    template <class F>
    explicit Other(F does) {
        int ends[2]{};
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            const auto held = does();
            [[maybe_unused]] const auto told = ::write(ends[1], held ? "y" : "n", 1);
            ::pause();
        }
        char answer = ' ';
        EXPECT_EQ(::read(ends[0], &answer, 1), 1);
        EXPECT_EQ(answer, 'y');
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~Other() { kill(); }
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;
    void kill() {
        if (pid_ == 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_{};
};

TEST(Claim, IsRefusedWhileAnotherProcessHasItAndSaysWhich) {
    const std::string name = a_name('a');
    Other other{[&] { return Claim::take(name); }};
    const auto claim = Claim::take(name);
    ASSERT_FALSE(claim);
    EXPECT_TRUE(claim.error().held);
    EXPECT_EQ(claim.error().holder, other.pid());
    EXPECT_THAT(claim.error().text,
                HasSubstr(name + ": process " + std::to_string(other.pid()) + " sends on it already"));
    EXPECT_TRUE(Claim::take(a_name('b'))) << "another interface is free";
}

TEST(Claim, EndsWithItsProcessHoweverThatEnds) {
    const std::string name = a_name('c');
    Other other{[&] { return Claim::take(name); }};
    EXPECT_FALSE(Claim::take(name));
    other.kill();
    EXPECT_TRUE(Claim::take(name));
}

TEST(Claim, IsRefusedToASecondSystemOfThisProcess) {
    const std::string name = a_name('d');
    auto first = Claim::take(name);
    ASSERT_TRUE(first);
    const auto second = Claim::take(name);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().text, HasSubstr("another system of this process"));
}

TEST(Claim, IsGivenBackAtTheEndOfItsLifeAndMovesWithItsOwner) {
    const std::string name = a_name('e');
    {
        auto claim = Claim::take(name);
        ASSERT_TRUE(claim);
        const Claim owner{std::move(claim).value()};
        EXPECT_FALSE(Claim::take(name));
    }
    EXPECT_TRUE(Claim::take(name));
}

// A service that is started again and again asks as often; nobody answers it.
TEST(Claim, HolderIsKnownAfterManyHaveAsked) {
    const std::string name = a_name('f');
    Other other{[&] { return Claim::take(name); }};
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(Claim::take(name));
    EXPECT_EQ(Claim::take(name).error().holder, other.pid());
}

TEST(Claim, OfALongNameFits) {
    EXPECT_TRUE(Claim::take(std::string(300, 'x')));
}

} // namespace
} // namespace retrocan::can
