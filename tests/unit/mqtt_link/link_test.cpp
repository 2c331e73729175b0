// SPDX-License-Identifier: Apache-2.0
// The connection to a real broker: what reaches the core, and what is said, whatever becomes of it. Times are
// shortened; messages come from clients that are none of ours.
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "mqtt_adapter.h"
#include "reader.h"
#include "source.h"
#include "support/broker.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace std::chrono_literals;
using adapter::LinkNews;
using support::Broker;
using support::eventually;
using testing::HasSubstr;

const char* const text = R"(
mapping = 1
vendor = "Acme"
model = "MQTT"
title = "Acme"
level = "capture"
sources = ["none"]
publishes = "1 s"
[mqtt]
[points]
voltage = { topic = "a/voltage", unit = "V" }
current = { topic = "a/current", unit = "A" }
soc     = { topic = "a/soc", unit = "%" }
status  = { topic = "a/status", type = "boolean", every = "once" }
serial  = { topic = "a/serial", type = "text", every = "once", optional = true }
[availability]
status = "status"
[signals]
voltage = "voltage"
current = "current"
soc     = "soc"
serial  = "serial"
[writes]
tick = { topic = "a/keepalive", payload = "x", every = "1 s", help = "keeps it talking" }
[[test]]
name = "n"
source = "s"
capture = ["a/soc 50"]
signals = { soc = "50 %" }
)";

Timing quick() {
    return {
        .backoff = {.shortest = 100ms, .longest = 400ms, .settled = 10s}, .unheard = 500ms, .keep_alive = 1s};
}

using Keys = std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, bool>>>;

/// One battery that is read from a broker, and all that was told of it.
class Read {
public:
    Read(std::uint16_t port, const Keys& keys, const Timing& timing = quick(), bool write = false) {
        adapter::Settings connection{"battery.mqtt", {"test.toml", 1, 1}, {}};
        const auto put = [&](const std::string& key, const auto& value) {
            std::erase_if(connection.keys, [&](const adapter::Setting& one) { return one.key == key; });
            connection.keys.push_back({key, value, {"test.toml", 1, 1}});
        };
        put("host", std::string{"127.0.0.1"});
        put("port", std::int64_t{port});
        put("timeout", std::string{"2 s"});
        for (const auto& [key, value] : keys)
            std::visit([&](const auto& one) { put(key, one); }, value);
        Faults faults;
        mapping::Binding binding{.battery = "shed", .owner_settings = {}, .connection = connection};
        if (write)
            binding.writes.push_back({"tick", {}});
        bound_ = mapping::bind(mapping::parse(text, "m.toml", faults), binding, faults);
        for (const Fault& fault : faults)
            ADD_FAILURE() << to_text(fault);
        source_ = adapter_.source(bound_->source(), faults);
        for (const Fault& fault : faults)
            ADD_FAILURE() << to_text(fault);
        const auto* source = static_cast<const MqttSource*>(source_.get());
        reader = start_reader(
            std::span{&source, 1}, [this](const adapter::Event& event) { take(event); }, {.traffic = true},
            timing);
    }
    ~Read() { reader.reset(); }
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;

    [[nodiscard]] std::vector<adapter::Answer> answers() const {
        const std::lock_guard lock{mutex_};
        return answers_;
    }
    [[nodiscard]] std::string news() const {
        const std::lock_guard lock{mutex_};
        return news_;
    }
    [[nodiscard]] bool said(const std::string& part, std::chrono::milliseconds limit = 5s) const {
        return eventually([&] { return news().find(part) != std::string::npos; }, limit);
    }
    /// How many answers came of a topic's payload.
    [[nodiscard]] std::size_t count(const std::string& payload, bool retained) const {
        std::size_t n = 0;
        for (const adapter::Answer& answer : answers())
            n += answer.retained == retained &&
                 answer.traffic.find("\"payload\":\"" + payload + "\"") != std::string::npos;
        return n;
    }
    [[nodiscard]] bool hears(const std::string& payload, bool retained = false,
                             std::chrono::milliseconds limit = 5s) const {
        return eventually([&] { return count(payload, retained) > 0; }, limit);
    }
    [[nodiscard]] bool told_disconnected() const {
        for (const adapter::Answer& answer : answers())
            if (answer.traffic.find("not_connected") != std::string::npos)
                return true;
        return false;
    }

    std::unique_ptr<adapter::Reader> reader;

private:
    void take(const adapter::Event& event) {
        const std::lock_guard lock{mutex_};
        if (const auto* answer = std::get_if<adapter::Answer>(&event.content))
            answers_.push_back(*answer);
        else
            news_ += std::get<LinkNews>(event.content).text + "\n";
    }

    MqttAdapter adapter_;
    std::unique_ptr<mapping::Bound> bound_;
    std::unique_ptr<adapter::Source> source_;
    mutable std::mutex mutex_;
    std::vector<adapter::Answer> answers_;
    std::string news_;
};

TEST(Link, HearsWhatIsPublishedAndWhatTheBrokerHadKept) {
    const Broker broker;
    support::publish(broker.port(), "a/status", "online", {"-r"});
    support::publish(broker.port(), "a/voltage", "51.0", {"-r"});
    const Read read{broker.port(), {}};
    EXPECT_TRUE(read.said("connected as client id retrocan-")) << read.news();
    EXPECT_TRUE(read.hears("online", true));
    EXPECT_TRUE(read.hears("51.0", true)) << "marked: nobody knows how old it is";
    support::publish(broker.port(), "a/voltage", "53.12");
    EXPECT_TRUE(read.hears("53.12"));
    support::publish(broker.port(), "a/voltage", "53.13", {"-r"});
    EXPECT_TRUE(read.hears("53.13")) << "kept for others, but live for us";
}

TEST(Link, SpeaksMqtt5) {
    const Broker broker;
    const Read read{broker.port(), {{"version", std::string{"5"}}}};
    ASSERT_TRUE(read.said("connected as client id")) << read.news();
    support::publish(broker.port(), "a/soc", "50");
    EXPECT_TRUE(read.hears("50"));
}

TEST(Link, PasswordComesFromAFileAndIsNeverSaid) {
    const Broker broker{{.anonymous = false, .user = "bat", .password = "s3cret"}};
    const support::TemporaryFolder folder;
    const Keys good{{"user", std::string{"bat"}}, {"password_file", folder.file("p", "s3cret\n")}};
    const Read read{broker.port(), good};
    EXPECT_TRUE(read.said("connected as")) << read.news();
    const Keys bad{{"user", std::string{"bat"}}, {"password_file", folder.file("q", "wr0ng\n")}};
    const Read refused{broker.port(), bad};
    EXPECT_TRUE(refused.said("refuses the user or the password")) << refused.news();
    EXPECT_THAT(refused.news(), testing::Not(HasSubstr("wr0ng")));
    EXPECT_TRUE(refused.told_disconnected());
}

TEST(Link, ARefusedTopicIsSaidAndTheOthersWork) {
    const Broker broker{{.extra = "",
                         .acl = "topic readwrite a/voltage\ntopic readwrite a/current\n"
                                "topic readwrite a/status\ntopic readwrite a/serial\n"}};
    const Read read{broker.port(), {{"version", std::string{"5"}}}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    support::publish(broker.port(), "a/voltage", "53.12");
    EXPECT_TRUE(read.hears("53.12"));
    EXPECT_TRUE(read.said("nothing ever came on topic")) << read.news();
    EXPECT_THAT(read.news(), HasSubstr("a/soc"));
}

TEST(Link, ComesBackWhenTheBrokerWasKilled) {
    Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    broker.kill();
    EXPECT_TRUE(read.said("connection is lost")) << read.news();
    EXPECT_TRUE(eventually([&] { return read.told_disconnected(); }, 5s));
    broker.restart();
    EXPECT_TRUE(eventually(
        [&] {
            support::publish(broker.port(), "a/soc", "51");
            return read.count("51", false) > 0;
        },
        10s))
        << read.news();
}

TEST(Link, NoticesABrokerThatIsCutOff) {
    Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    broker.freeze();
    EXPECT_TRUE(read.said("connection is lost", 8s)) << read.news();
    broker.thaw();
}

TEST(Link, Invariant5_EndsThoughTheBrokerHangs) {
    Broker broker;
    auto read = std::make_unique<Read>(broker.port(), Keys{});
    ASSERT_TRUE(read->said("connected as")) << read->news();
    broker.freeze();
    const TimePoint begun = BootClock::now();
    read.reset();
    EXPECT_LE(BootClock::now() - begun, 4s);
    // And while it connects to one that takes the connection and says nothing.
    read = std::make_unique<Read>(broker.port(), Keys{});
    const TimePoint again = BootClock::now();
    read.reset();
    EXPECT_LE(BootClock::now() - again, 4s);
    broker.thaw();
}

TEST(Link, WhatWasKeptForAnOlderSessionIsNotDelivered) {
    const Broker broker;
    // An earlier client with our id had a session that the broker keeps, with QoS 1.
    const auto done =
        support::run_to_end({"/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()),
                             "-i", "mine", "-c", "-q", "1", "-t", "a/#", "-E"});
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    support::publish(broker.port(), "a/voltage", "11.1", {"-q", "1"});
    const Read read{broker.port(), {{"client_id", std::string{"mine"}}}};
    ASSERT_TRUE(read.said("connected as client id mine")) << read.news();
    support::publish(broker.port(), "a/voltage", "53.12");
    ASSERT_TRUE(read.hears("53.12"));
    EXPECT_EQ(read.count("11.1", false) + read.count("11.1", true), 0U);
}

TEST(Link, APayloadOfTenMegabytesIsRejectedAndTheConnectionStays) {
    const Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    const support::TemporaryFolder folder;
    const auto done =
        support::run_to_end({"/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()),
                             "-t", "a/soc", "-f", folder.file("big", std::string(10'000'000, '7'))});
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_TRUE(read.said("topic a/soc: payload rejected")) << read.news();
    support::publish(broker.port(), "a/soc", "52");
    EXPECT_TRUE(read.hears("52"));
    EXPECT_LE(read.news().size(), 2000U);
}

TEST(Link, RubbishIsSaidOnceNotEachTime) {
    const Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    const support::Publisher publisher{broker.port(), "a/serial"};
    for (int i = 0; i < 20; ++i)
        publisher.say("\xFF\xFE");
    support::publish(broker.port(), "a/soc", "52");
    ASSERT_TRUE(read.hears("52"));
    std::size_t said = 0;
    for (std::size_t at = read.news().find("rejected"); at != std::string::npos;
         at = read.news().find("rejected", at + 1))
        ++said;
    EXPECT_LE(said, 1U);
}

TEST(Link, ANewBeginningTellsOnceTopicsAgain) {
    const Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    support::publish(broker.port(), "a/status", "online");
    ASSERT_TRUE(read.hears("online"));
    read.reader->hurry(0, true);
    EXPECT_TRUE(eventually([&] { return read.count("online", false) == 2; }, 2s));
}

TEST(Link, WhatAnEarlierConnectionToldIsNotToldAgain) {
    Broker broker;
    const Read read{broker.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    support::publish(broker.port(), "a/status", "online");
    ASSERT_TRUE(read.hears("online"));
    broker.kill();
    ASSERT_TRUE(read.said("connection is lost")) << read.news();
    ASSERT_TRUE(eventually([&] { return read.told_disconnected(); }, 5s));
    read.reader->hurry(0, true);
    EXPECT_EQ(read.count("online", false), 1U);
}

TEST(Link, TwoClientsWithOneIdAreTold) {
    const Broker broker;
    const Keys same{{"client_id", std::string{"same"}}};
    const Read one{broker.port(), same};
    ASSERT_TRUE(one.said("connected as")) << one.news();
    const Read other{broker.port(), same};
    EXPECT_TRUE(one.said("another client with the id", 10s)) << one.news();
    const Broker newer;
    const Keys same_5{{"client_id", std::string{"same"}}, {"version", std::string{"5"}}};
    const Read first{newer.port(), same_5};
    ASSERT_TRUE(first.said("connected as")) << first.news();
    const Read second{newer.port(), same_5};
    EXPECT_TRUE(first.said("another client with the id", 10s)) << first.news();
}

TEST(Link, WritesOnlyWhatTheOwnerAllowed) {
    const Broker broker;
    const support::TemporaryFolder folder;
    const support::Process watcher{
        {"/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-v", "-t", "#"},
        folder / "out",
        folder / "err"};
    {
        const Read read{broker.port(), {}};
        ASSERT_TRUE(read.said("nothing ever came on topic")) << read.news();
    }
    const auto seen = [&] { return support::contents(folder / "out"); };
    EXPECT_EQ(seen(), "");
    const Read read{broker.port(), {}, quick(), true};
    EXPECT_TRUE(
        eventually([&] { return seen().find("a/keepalive x\na/keepalive x\n") != std::string::npos; }, 5s))
        << seen();
}

TEST(Link, Tls) {
    const Broker broker{{.tls = true}};
    const auto connects = [&](Keys keys, const std::string& words) {
        keys.emplace_back("tls", true);
        const Read read{broker.port(), keys};
        EXPECT_TRUE(read.said(words)) << read.news();
    };
    connects({{"ca", broker.file("ca.crt")}}, "connected as");
    connects({{"ca", broker.file("other-ca.crt")}}, "a certificate which the ca does not vouch for");
    connects({{"insecure", true}}, "INSECURE");
    connects({{"insecure", true}}, "connected as");
}

TEST(Link, TlsChecksTheNameOfTheServer) {
    const Broker broker{{.tls = true}}; // its certificate is for 127.0.0.1 only
    const Read read{broker.port(),
                    {{"tls", true}, {"ca", broker.file("ca.crt")}, {"host", std::string{"localhost"}}}};
    EXPECT_TRUE(read.said("cannot connect")) << read.news();
}

TEST(Link, TlsWithAClientCertificate) {
    const Broker broker{{.tls = true, .client_certificates = true}};
    const Read without{broker.port(), {{"tls", true}, {"ca", broker.file("ca.crt")}}};
    EXPECT_TRUE(without.said("cannot connect")) << without.news();
    const Read with{broker.port(),
                    {{"tls", true},
                     {"ca", broker.file("ca.crt")},
                     {"certificate", broker.file("client.crt")},
                     {"key", broker.file("client.key")}}};
    EXPECT_TRUE(with.said("connected as")) << with.news();
}

// A bridge that comes back may send again what it had kept; to subscribers that stayed it looks live.
TEST(Link, ABridgedBrokerIsReadLikeAnyOther) {
    const Broker far;
    const Broker near{{.extra = "connection far\naddress 127.0.0.1:" + std::to_string(far.port()) +
                                "\ntopic a/# in 0\nrestart_timeout 1\n"}};
    const Read read{near.port(), {}};
    ASSERT_TRUE(read.said("connected as")) << read.news();
    EXPECT_TRUE(eventually(
        [&] {
            support::publish(far.port(), "a/soc", "53");
            return read.count("53", false) > 0;
        },
        10s));
}

TEST(Backoff, GrowsToAMinuteAndBeginsAnewAfterAGoodConnection) {
    Backoff backoff{{}, 1};
    Duration last{};
    for (const Duration least : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        last = backoff.failed({});
        EXPECT_GE(last, least);
        EXPECT_LE(last, std::min<Duration>(least * 5 / 4, 60s));
    }
    EXPECT_GE(backoff.failed(9s), 60s) << "a short life proves nothing";
    EXPECT_LE(backoff.failed(10s), 1250ms);
}

TEST(Churn, IsThreeShortLivesWithinAMinute) {
    Churn churn;
    const TimePoint t0{100s};
    EXPECT_FALSE(churn.lost(t0, 1s));
    EXPECT_FALSE(churn.lost(t0 + 61s, 1s));
    EXPECT_FALSE(churn.lost(t0 + 62s, 20s)) << "lived long";
    EXPECT_FALSE(churn.lost(t0 + 63s, 1s));
    EXPECT_TRUE(churn.lost(t0 + 64s, 1s));
}

} // namespace
} // namespace retrocan::mqtt
