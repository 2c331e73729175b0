// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <optional>
#include <string>

#include <sys/types.h>

namespace retrocan::can {

/// The right to be the battery on an interface: one process at a time has it, since two would tell a GX two
/// different things. It is a socket without a file in the network namespace, to which the interface belongs
/// too, so it ends with the process however that ends. Monitors and a played GX need none.
class Claim {
public:
    struct Refusal {
        bool held{}; ///< another one has it; else it cannot be asked for here, and nothing is known
        std::optional<pid_t> holder{}; ///< if it can be seen from here: it may be in another container
        std::string text;              ///< a sentence for the user
    };
    /// The interface need not be there.
    static Result<Claim, Refusal> take(const std::string& interface);

    ~Claim();
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&& other) noexcept;

private:
    explicit Claim(int fd) : fd_{fd} {}
    int fd_;
};

} // namespace retrocan::can
