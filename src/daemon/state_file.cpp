// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_file.h"

#include "daemon/write_all.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <system_error>

namespace retrocan::daemon {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{1} << 20;
constexpr std::chrono::minutes try_again{1};
constexpr mode_t readable = 0644;

std::string reason(int error) {
    return std::system_category().message(error);
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

Result<std::string, std::string> read_all(int fd) {
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() <= most_bytes) {
        const ssize_t n = ::read(fd, part.data(), part.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return Err{"cannot be read: " + reason(errno)};
        if (n == 0)
            return text;
        text.append(part.data(), static_cast<std::size_t>(n));
    }
    return Err{std::string{"is too long for a state"}};
}

/// What of the file cannot be used, and what was done about it.
std::string put_aside(const fs::path& file, const std::string& fault) {
    const std::string aside = file.string() + ".broken";
    std::error_code error;
    fs::rename(file, aside, error);
    return file.string() + ": " + fault + "; what was kept starts anew" +
           (error ? ", and the file cannot be renamed: " + error.message()
                  : ", and the file is kept as " + aside);
}

/// 0 or errno. Without it, a cut of power may bring the old file back, long after.
int sync_folder(const fs::path& folder) {
    const Descriptor fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (fd.get() < 0)
        return errno;
    return ::fsync(fd.get()) == 0 || errno == EINVAL ? 0 : errno; // EINVAL: it has no such thing
}

/// 0 or errno.
int write_new(const std::string& file, std::string_view text) {
    const Descriptor fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable)};
    if (fd.get() < 0)
        return errno;
    if (const int error = write_all(fd.get(), text); error != 0)
        return error;
    return ::fsync(fd.get()) == 0 ? 0 : errno;
}

} // namespace

LoadedState load_state(const fs::path& file) {
    const Descriptor fd{
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)}; // a FIFO does not hold it up
    if (fd.get() < 0) {
        const int error = errno;
        if (error == ENOENT || error == ENOTDIR)
            return {};
        return {{}, put_aside(file, "cannot be opened: " + reason(error))};
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return {{}, file.string() + ": is no regular file; what was kept starts anew"};
    const auto text = read_all(fd.get());
    if (!text)
        return {{}, put_aside(file, text.error())};
    auto state = parse_kept_state(*text);
    if (!state)
        return {{}, put_aside(file, state.error())};
    return {*std::move(state), {}};
}

std::optional<std::string> save_state(const fs::path& file, std::string_view text) {
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
    std::error_code ignored; // opening says it better
    fs::create_directories(folder, ignored);
    const std::string part = file.string() + ".part";
    int error = write_new(part, text);
    if (error == 0 && ::rename(part.c_str(), file.c_str()) != 0)
        error = errno;
    if (error != 0)
        ::unlink(part.c_str());
    else
        error = sync_folder(folder);
    if (error == 0)
        return std::nullopt;
    return file.string() + ": " + reason(error);
}

StateFile::StateFile(fs::path file)
    : file_{std::move(file)}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

StateFile::~StateFile() {
    thread_.request_stop();
    thread_.join();
}

void StateFile::put(std::string text) {
    {
        const std::lock_guard lock{mutex_};
        waiting_ = std::move(text);
    }
    wake_.notify_one();
}

void StateFile::run(const std::stop_token& stop) {
    std::optional<std::string> failed; // to be tried again, unless there is a newer one
    for (bool last = false; !last;) {
        std::optional<std::string> text;
        {
            std::unique_lock lock{mutex_};
            const auto arrived = [this] { return waiting_.has_value(); };
            if (failed)
                wake_.wait_for(lock, stop, try_again, arrived);
            else
                wake_.wait(lock, stop, arrived);
            last = stop.stop_requested();
            text = std::exchange(waiting_, std::nullopt);
        }
        if (!text)
            text = std::exchange(failed, std::nullopt);
        failed.reset();
        if (text && !write(*text))
            failed = std::move(text);
    }
}

bool StateFile::write(const std::string& text) {
    if (const auto fault = save_state(file_, text)) {
        if (!std::exchange(complained_, true))
            spdlog::error("{}; what is to be kept over a restart is not", *fault);
        return false;
    }
    if (std::exchange(complained_, false))
        spdlog::info("{}: is written again", file_.string());
    return true;
}

} // namespace retrocan::daemon
