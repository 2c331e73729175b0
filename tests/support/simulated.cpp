// SPDX-License-Identifier: Apache-2.0
#include "support/simulated.h"

#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

#include <sys/stat.h>

namespace retrocan::support {

using namespace std::chrono_literals;

Simulated::Simulated(const std::vector<std::string>& arguments) {
    const std::string fifo = (folder_ / "in").string();
    if (mkfifo(fifo.c_str(), 0600) != 0)
        throw std::runtime_error{"mkfifo " + fifo};
    input_ = open(fifo.c_str(), O_RDWR | O_CLOEXEC); // both ways, so that nobody waits for the other
    std::vector<std::string> all{program(), "simulate"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    process_.emplace(all, folder_ / "out", folder_ / "err", fifo);
    eventually(
        [this] {
            const std::string out = contents(folder_ / "out");
            where_ = out.substr(0, out.find('\n'));
            const bool said = log().find("lines on standard input") != std::string::npos;
            return (!where_.empty() && said) || process_->wait(0ms).has_value();
        },
        20s);
    if (where_.empty()) {
        const std::string errors = log();
        process_.reset();
        close(input_);
        throw std::runtime_error{"simulate: " + errors};
    }
}

Simulated::~Simulated() {
    process_.reset();
    close(input_);
}

std::uint16_t Simulated::port() const {
    return static_cast<std::uint16_t>(std::stoi(where_.substr(where_.rfind(':') + 1)));
}

void Simulated::say(const std::string& line) {
    const std::size_t before = log().size();
    const std::string text = line + "\n";
    if (write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error{"cannot write to the simulator"};
    eventually([&] { return log().size() > before || process_->wait(0ms).has_value(); }, 5s);
}

} // namespace retrocan::support
