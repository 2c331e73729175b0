// SPDX-License-Identifier: Apache-2.0
#include "support/process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <thread>
#include <unistd.h>

#include <sys/wait.h>
#include <system_error>

namespace retrocan::support {

using namespace std::chrono_literals;

std::string program() {
    const char* given = std::getenv("RETROCAN_BIN"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return given != nullptr ? given : RETROCAN_BUILT_PROGRAM;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "retrocan-test.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::system_error{errno, std::generic_category(), name};
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

std::string TemporaryFolder::file(const std::string& name, const std::string& text) const {
    std::ofstream{path_ / name} << text;
    return (path_ / name).string();
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

Process::Process(const std::vector<std::string>& arguments, const std::filesystem::path& output,
                 const std::filesystem::path& errors, const std::filesystem::path& input) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str())); // NOLINT: posix_spawn does not write to it
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int error = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        throw std::system_error{error, std::generic_category(), arguments.front()};
}

Process::~Process() {
    if (!status_) {
        signal(SIGKILL);
        wait(5s);
    }
}

void Process::signal(int number) const {
    kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    eventually(
        [this] {
            int status = 0;
            if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_)
                status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return status_.has_value();
        },
        limit);
    return status_;
}

Finished run_to_end(const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
    const TemporaryFolder folder;
    Process process{arguments, folder / "out", folder / "err"};
    const auto code = process.wait(limit);
    return {code.value_or(-1), contents(folder / "out"), contents(folder / "err")};
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end)
            return condition();
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

} // namespace retrocan::support
