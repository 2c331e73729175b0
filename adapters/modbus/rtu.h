// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_stream.h"
#include "endpoint.h"
#include "hearing.h"
#include "question.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// Serial frames over a stream of bytes: a serial port, or a TCP connection to a serial server.
///
/// An answer says neither what it answers nor when that was asked. So the line is silent before a request,
/// what arrives with no request open is dropped, and after an answer that did not come the same unit is not
/// asked again before it can come no more (not_before()). Of what arrives only a whole frame that fits the
/// request counts, wherever it begins; all else is counted and dropped.
///
/// On a line that several units share, one whose answer does not begin in twice the time that it took lately
/// is given up before the timeout is over, so that it costs the others less; once, for the next time it has
/// all of the timeout.
///
/// The thread sleeps until all of the answer can be there, by its bytes and by how long this unit took for
/// its last ones: one wake-up an answer, mostly, rather than one a byte.
class RtuConnection : public Connection {
public:
    /// `quiet_gap`: when nothing has come for so long, what has begun does not go on. `counters` is shared
    /// with the endpoint.
    RtuConnection(std::unique_ptr<ByteStream> stream, const Wire& wire, Duration quiet_gap,
                  std::shared_ptr<Counters> counters);

    Exchange read(const Request& request, Duration timeout) override;
    Exchange write(const Write& write, Duration timeout) override;

    [[nodiscard]] bool quiet() const override { return !stream_->is_closed(); }
    [[nodiscard]] std::optional<Duration> last_turnaround() const override { return turnaround_; }
    [[nodiscard]] TimePoint not_before(std::uint8_t unit) const override;

    /// The longest that a unit is waited for after its answer did not come.
    static constexpr Duration longest_wait = std::chrono::seconds{1};

private:
    /// What is known of one unit.
    struct Unit {
        TimePoint not_before;               ///< an answer may come so late
        std::optional<Duration> turnaround; ///< that is expected
        Duration longest{};                 ///< of its last turn-arounds
        unsigned answers{};
        bool was_lost{}; ///< the last answer
    };
    struct Answer {
        std::vector<std::uint8_t> frame;
        bool refused{};
    };

    Exchange run(const Request& request, Duration timeout);
    Result<Answer, Broken> exchange(const Question& question, Duration timeout);
    std::optional<Broken> settle(const Question& question, Duration timeout);
    Result<Answer, Broken> listen(const Question& question, TimePoint sent, Duration timeout);
    Result<Answer, Broken> heard(const Question& question, Hearing hearing, TimePoint sent, bool early);
    [[nodiscard]] std::optional<Duration> patience(const Unit& unit) const;
    Broken given_up(const Question& question, TimePoint sent, Duration timeout);
    Broken not_heard(const Question& question, const Hearing& hearing, Duration timeout);
    void learn(Unit& unit, Duration turnaround, bool early);
    void drop(const Counters& dropped);

    std::optional<StreamEnd> receive();

    std::unique_ptr<ByteStream> stream_;
    const Wire wire_;
    const Duration quiet_gap_;
    std::shared_ptr<Counters> counters_;

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return std::span{bytes_}.first(size_); }

    std::array<std::uint8_t, 2048> bytes_{}; ///< of one exchange; no device sends so many
    std::size_t size_{};                     ///< heard since the request, or since the line was drained
    TimePoint last_activity_;                ///< last byte heard or sent
    std::map<std::uint8_t, Unit> units_;
    std::optional<Duration> turnaround_;
    bool hears_itself_{};
    int wary_{}; ///< so many requests wait for a longer silence, as answers came that nobody asked for
};

} // namespace retrocan::modbus
