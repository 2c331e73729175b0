// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/bus_health.h"
#include "can/link.h"
#include "daemon/assembly.h"
#include "daemon/black_box.h"
#include "daemon/bridge.h"
#include "daemon/capture_line.h"
#include "daemon/capture_writer.h"
#include "daemon/foreign_watch.h"
#include "daemon/inbox.h"
#include "daemon/narrator.h"
#include "daemon/readers.h"
#include "daemon/recording.h"
#include "daemon/state_file.h"
#include "daemon/state_keeper.h"
#include "daemon/transmitter.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace retrocan::daemon {

/// The last frame of an identifier that was handed to the link.
struct SentFrame {
    CanFrame frame;
    TimePoint at;
    can::WriteResult result{};
};

/// The running daemon: adapter threads post answers, one loop decides and sends.
class Service {
public:
    /// Assembly and link outlive it. Everything in them has been checked. `program`: version of retrocan.
    Service(boost::asio::io_context& io, Assembly& assembly, can::Link& link, const std::string& program);
    ~Service();

    /// Before start(): everything is recorded into `file`, which with the one before takes `max_size` at
    /// most.
    void record(std::unique_ptr<LineFile> file, std::uint64_t max_size);
    /// Before start(): the last minutes before each `stale` are kept.
    void keep_black_box(BlackBox::Settings settings);

    /// Before start(): what is worth it is kept over restarts, from time to time. `stored`: what is in the
    /// file already.
    void keep_state(const std::filesystem::path& file, KeptState stored);

    /// Starts; the caller runs the io_context.
    void start();
    /// The transmitter falls silent, then the adapters end. The io_context runs out of work.
    void stop();

    /// `look` is called every `period` with the service, for a screen.
    void every(Duration period, std::function<void(const Service&)> look);
    /// stop() after `time`.
    void stop_after(Duration time);

    [[nodiscard]] const Bridge& bridge() const { return bridge_; }
    [[nodiscard]] const Narrator& narrator() const { return narrator_; }
    /// How the bus is; null where there is no wire.
    [[nodiscard]] const can::BusHealth* bus() const { return link_.health(); }
    /// Others that send what we send.
    [[nodiscard]] const ForeignWatch& foreign() const { return foreign_; }
    [[nodiscard]] const std::map<std::uint32_t, SentFrame>& sent() const { return sent_; }

private:
    using Timer = boost::asio::basic_waitable_timer<BootClock>;

    void on_source(const adapter::Event& event);
    void tell_of_dropped(std::size_t battery);
    void on_bus(const can::Event& event);
    void after_change();
    [[nodiscard]] bool recording() const { return recording_ || black_box_; }
    void write_down(const std::string& line, TimePoint now);
    void look_for_failure();
    void look_at_memory();
    void watch_bus();
    void look_at_health();
    void remember();
    std::string head(TimePoint now, bool continues, bool with_snapshot);
    void tick_screen();

    boost::asio::io_context& io_;
    Assembly& assembly_;
    can::Link& link_;
    Bridge bridge_;
    Narrator narrator_;
    CaptureHead head_; ///< of recordings
    CaptureWriter writer_;
    std::optional<Recording> recording_;
    std::optional<BlackBox> black_box_;
    std::optional<StateKeeper> keeper_;
    std::optional<StateFile> state_file_;
    std::vector<policy::PackState> kept_states_; ///< that the black box knows of
    std::map<std::uint32_t, SentFrame> sent_;
    ForeignWatch foreign_;
    Transmitter transmitter_;
    boost::asio::signal_set signals_;
    Timer end_;
    Timer bus_timer_;
    Timer screen_timer_;
    Duration screen_period_{};
    std::function<void(const Service&)> screen_;
    std::vector<bool> hurrying_; ///< each battery
    TimePoint next_word_of_flood_{};
    Inbox inbox_;
    std::optional<Readers> readers_; ///< last: its threads end before anything that they post to
};

} // namespace retrocan::daemon
