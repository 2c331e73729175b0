// SPDX-License-Identifier: Apache-2.0
#include "support/broker.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace retrocan::support {

namespace {

using namespace std::chrono_literals;

const char* const mosquitto = "/usr/sbin/mosquitto";

sockaddr_in local(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    const bool good = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(socket);
    if (!good)
        throw std::runtime_error{"no free port"};
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = local(port);
    const bool good = connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(socket);
    return good;
}

void must(const std::vector<std::string>& arguments) {
    const Finished done = run_to_end(arguments);
    if (done.exit_code != 0)
        throw std::runtime_error{arguments.front() + ": " + done.errors};
}

} // namespace

Broker::Broker() : Broker{Options{}} {}

Broker::Broker(Options options) : options_{std::move(options)}, port_{free_port()} {
    if (options_.tls)
        make_certificates();
    std::string text = "listener " + std::to_string(port_) + " 127.0.0.1\npersistence false\nuser root\n";
    if (!options_.user.empty()) {
        must({"/usr/bin/mosquitto_passwd", "-c", "-b", file("passwords"), options_.user, options_.password});
        text += "password_file " + file("passwords") + "\n";
    }
    text += options_.anonymous ? "allow_anonymous true\n" : "allow_anonymous false\n";
    if (!options_.acl.empty())
        text += "acl_file " + folder_.file("acl", options_.acl) + "\n";
    if (options_.tls)
        text += "cafile " + file("ca.crt") + "\ncertfile " + file("server.crt") + "\nkeyfile " +
                file("server.key") + "\n";
    if (options_.client_certificates)
        text += "require_certificate true\n";
    folder_.file("conf", text + options_.extra);
    start();
}

Broker::~Broker() {
    if (process_)
        process_->signal(SIGCONT); // one that is frozen cannot be killed otherwise
}

void Broker::start() {
    process_.emplace(std::vector<std::string>{mosquitto, "-c", file("conf")}, folder_ / "out",
                     folder_ / "err");
    if (!eventually([&] { return listens(port_); }, 5s))
        throw std::runtime_error{"mosquitto does not start: " + log()};
}

void Broker::kill() {
    process_.reset();
}

void Broker::restart() {
    process_.reset();
    start();
}

void Broker::freeze() {
    process_->signal(SIGSTOP);
}

void Broker::thaw() {
    process_->signal(SIGCONT);
}

/// A CA, a server for 127.0.0.1, a client, and a CA that signed none of them.
void Broker::make_certificates() {
    const std::string openssl = "/usr/bin/openssl";
    for (const std::string ca : {"ca", "other-ca"})
        must({openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
              "-days", "2", "-subj", "/CN=" + ca, "-keyout", file(ca + ".key"), "-out", file(ca + ".crt")});
    for (const std::string name : {"server", "client"}) {
        must({openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
              "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".csr")});
        const std::string names = folder_.file(name + ".ext", "subjectAltName = IP:127.0.0.1\n");
        must({openssl, "x509", "-req", "-in", file(name + ".csr"), "-CA", file("ca.crt"), "-CAkey",
              file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", names, "-out",
              file(name + ".crt")});
    }
}

void publish(std::uint16_t port, const std::string& topic, const std::string& payload,
             const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p",
                                       std::to_string(port),     "-t", topic};
    if (payload.empty()) {
        arguments.emplace_back("-n");
    } else {
        arguments.emplace_back("-m");
        arguments.push_back(payload);
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    must(arguments);
}

Publisher::Publisher(std::uint16_t port, const std::string& topic) {
    const std::string pipe = (folder_ / "pipe").string();
    if (mkfifo(pipe.c_str(), 0600) != 0)
        throw std::runtime_error{"no pipe"};
    input_ = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    process_.emplace(std::vector<std::string>{"/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p",
                                              std::to_string(port), "-t", topic, "-l"},
                     folder_ / "out", folder_ / "err", pipe);
}

Publisher::~Publisher() {
    process_.reset();
    close(input_);
}

void Publisher::say(const std::string& payload) const {
    const std::string line = payload + "\n";
    [[maybe_unused]] const ssize_t written = write(input_, line.data(), line.size());
}

} // namespace retrocan::support
