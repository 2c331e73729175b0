// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "endpoint.h"
#include "model_walk.h"
#include "read_plan.h"
#include "schedule.h"
#include "source.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace retrocan::modbus {

/// The batteries at one endpoint: one connection and one thread, which alone touches it. Destroying it stops
/// and joins the thread, within one timeout (and what the resolver takes, see Endpoint::open()).
class Link {
public:
    struct Member {
        const ModbusSource* source{}; ///< outlives the link
        std::size_t index{};          ///< of the battery in events
    };

    /// `members` is not empty. Events come from the link's thread. With `traffic` answers carry theirs.
    Link(std::unique_ptr<Endpoint> endpoint, std::vector<Member> members, adapter::Sink sink,
         bool traffic = false);

    /// `member` counts in the order of the constructor's. Any thread.
    void hurry(std::size_t member, bool hurry);

    /// Asks the thread to stop, and does not wait for it: so several links end at the same time.
    void stop() { thread_.request_stop(); }

private:
    void run(const std::stop_token& stop);
    void act(const std::stop_token& stop, const Schedule::Action& action);
    void take_hurries();
    void connect();
    void look_again(TimePoint now);

    // A Read of the schedule: what is asked for it, and what became of that.
    void read(Schedule::Read read);
    void read_request(Schedule::Read read, const Request& request, const Models& models);
    void read_model(Schedule::Read read, const Request& planned);
    [[nodiscard]] std::set<std::uint16_t> wanted_models(std::size_t member, std::uint8_t unit) const;
    void step(Schedule::Read read, ModelWalk& walk);
    void write(Schedule::Read read, const Write& write);
    /// The exchange, and when it ended.
    template <class Question>
    std::pair<Exchange, TimePoint> ask(std::uint8_t unit, Duration timeout, const Question& question);
    [[nodiscard]] const Request& request_of(Schedule::Read read) const {
        return state_[read.battery].plan.requests()[read.task];
    }
    [[nodiscard]] bool is_read(Schedule::Read read) const {
        return read.task < state_[read.battery].plan.requests().size();
    }
    [[nodiscard]] const Write& write_of(Schedule::Read read) const;
    [[nodiscard]] std::string& told_of_write(Schedule::Read read);
    void follow_plan(std::size_t member, TimePoint now);
    void learned(std::size_t member, const ReadPlan::Lesson& lesson, std::uint8_t unit, TimePoint now);
    void learn_from_answer(Schedule::Read read, std::uint8_t unit, TimePoint at);
    void not_answered(Schedule::Read read, const Exchange& exchange, TimePoint at);
    void refused(Schedule::Read read, Refusal refusal, TimePoint at);
    void lost(Schedule::Read read, TimePoint at, adapter::Absence reason, const std::string& what,
              bool connection_closed);
    void tell_if_given_up(Schedule::Read read);
    void not_there(Schedule::Read read, const Request& planned);
    void failure(Schedule::Read read, TimePoint at, adapter::Absence reason, const std::string& what);
    void may_be_another(std::size_t member);

    void wait(const std::stop_token& stop, TimePoint until);

    void tell(std::size_t member, adapter::LinkNews::State state, const std::string& what);
    void remark(std::size_t member, std::uint8_t unit, const std::string& what);
    /// `traffic` makes the line of a capture, if one is asked for.
    template <class Traffic>
    void post(std::size_t member, TimePoint at, std::vector<adapter::Reading> readings,
              const Traffic& traffic);
    void post_absent(std::size_t member, const Request& planned, adapter::Absence reason, TimePoint at);
    void post_given_up(Schedule::Read read, TimePoint at);
    [[nodiscard]] Duration longest_timeout() const;

    struct MemberState {
        ReadPlan plan;
        std::optional<adapter::LinkNews::State> told;   ///< the last news
        std::map<std::size_t, std::string> writes_told; ///< by number of the write
    };

    const std::unique_ptr<Endpoint> endpoint_;
    const std::vector<Member> members_;
    const adapter::Sink sink_;
    const bool traffic_;

    struct Search {
        ModelWalk walk;
        TimePoint ended;
        std::set<std::uint16_t> missing; ///< models that were said to be; 0: there is no SunSpec device
    };

    // Of the thread alone.
    std::vector<MemberState> state_; ///< of each member
    Schedule schedule_;
    std::unique_ptr<Connection> connection_;
    bool connection_answered_{};                                      ///< this connection has given an answer
    std::map<std::pair<std::size_t, std::uint8_t>, Search> searches_; ///< by member and unit id

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<std::pair<std::size_t, bool>> hurries_; ///< under mutex_

    std::jthread thread_; ///< last: ends first
};

} // namespace retrocan::modbus
