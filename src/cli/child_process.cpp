// SPDX-License-Identifier: Apache-2.0
#include "cli/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <unistd.h>

#include <sys/wait.h>
#include <system_error>

namespace retrocan::cli {

namespace {

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error{error, std::generic_category(), what};
}

} // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "retrocan.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        fail(errno, name);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, std::filesystem::path output,
                           std::filesystem::path errors)
    : output_{std::move(output)}, errors_{std::move(errors)} {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str())); // NOLINT: posix_spawn does not write to it
    argv.push_back(nullptr);
    std::array<int, 2> input{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0)
        fail(errno, arguments.front());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    for (const auto& [fd, file] : {std::pair{STDOUT_FILENO, &output_}, {STDERR_FILENO, &errors_}})
        posix_spawn_file_actions_addopen(&actions, fd, file->c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    // Ctrl-C is for us alone: we end our children ourselves.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int error = posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    input_ = input[1];
    if (error != 0) {
        ::close(input_);
        fail(error, arguments.front());
    }
}

ChildProcess::~ChildProcess() {
    if (!ended()) {
        signal(SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(input_);
}

void ChildProcess::say(const std::string& line) const {
    const std::string text = line + "\n";
    [[maybe_unused]] const ssize_t size = ::write(input_, text.data(), text.size());
}

void ChildProcess::signal(int number) const {
    if (!ended_)
        ::kill(pid_, number);
}

bool ChildProcess::ended() {
    int status = 0;
    ended_ = ended_ || ::waitpid(pid_, &status, WNOHANG) == pid_;
    return ended_;
}

std::string ChildProcess::output() const {
    return contents(output_);
}

std::string ChildProcess::errors() const {
    return contents(errors_);
}

std::string own_program() {
    return std::filesystem::read_symlink("/proc/self/exe").string();
}

} // namespace retrocan::cli
