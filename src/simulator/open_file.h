// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

#include <system_error>

namespace retrocan::simulator {

/// A file descriptor that is closed at the end.
class OpenFile {
public:
    explicit OpenFile(int fd = -1) : fd_{fd} {}
    OpenFile(OpenFile&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~OpenFile() {
        if (fd_ >= 0)
            close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

/// Throws what errno says unless `good`.
inline void check_system(bool good, const char* what) {
    if (!good)
        throw std::system_error{errno, std::system_category(), what};
}

} // namespace retrocan::simulator
