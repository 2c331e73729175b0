// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"
#include "cli/signal_report.h"
#include "cli/table.h"
#include "cli/workbench.h"
#include "mapping/decoder.h"
#include "mapping/vector.h"
#include "victron/plain.h"

#include <cstdio>

namespace retrocan::cli {

namespace {

std::string counted(std::size_t count, const char* noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

struct Tally {
    std::size_t mappings{};
    std::size_t not_loaded{};
    std::size_t without_test{};
    std::size_t passed{};
    std::size_t failed{};

    [[nodiscard]] std::string text() const {
        std::string text = counted(passed + failed, "test") + " of " + counted(mappings, "mapping") + ": " +
                           std::to_string(passed) + " passed, " + std::to_string(failed) + " failed";
        if (without_test != 0)
            text += ", " + counted(without_test, "mapping") + " without a test";
        if (not_loaded != 0)
            text += ", " + counted(not_loaded, "mapping") + " not loaded";
        return text;
    }
};

/// The signals that come of a test's capture, whatever it expects.
void add_signals(Table& table, const Workbench& workbench,
                 const std::shared_ptr<const mapping::Mapping>& mapping, const mapping::TestVector& test) {
    Faults faults; // the test has told them
    const auto sample = workbench.sample(mapping, test.settings, test.transport, faults);
    if (!sample)
        return;
    mapping::Decoder decoder{*sample->bound};
    for (const auto& line : test.capture)
        if (const auto answer = sample->source->decode(line.text))
            decoder.take(*answer);
    for (const std::string& line : present_signals(decoder.update().state))
        table.note(line);
}

void run_tests(const daemon::LibraryEntry& entry, const Sample& sample, const Workbench* verbose,
               Table& table, Tally& tally) {
    if (sample.mapping->tests().empty()) {
        ++tally.without_test;
        table.add({entry.name, "", "NO TEST"});
        table.note("a mapping without a [[test]] does not ship: record an answer and say what comes of it");
    }
    for (const mapping::TestVector& test : sample.mapping->tests()) {
        const auto differences =
            mapping::run_test(sample.mapping, test, *sample.adapter, victron::plain_frame);
        ++(differences.empty() ? tally.passed : tally.failed);
        table.add({entry.name, test.name, differences.empty() ? "passed" : "FAILED"});
        if (!differences.empty())
            table.note(to_text(test.place) + ":");
        for (const std::string& difference : differences)
            table.note("  " + difference);
        if (verbose != nullptr)
            add_signals(table, *verbose, sample.mapping, test);
    }
}

} // namespace

int mapping_test(const MappingTestArguments& arguments) {
    const Workbench workbench;
    Faults faults;
    Table table{{"mapping", "test", "result"}};
    Tally tally;
    for (const daemon::LibraryEntry& entry : workbench.mappings(arguments.mappings, faults)) {
        ++tally.mappings;
        if (const auto sample = workbench.sample(entry.file, faults)) {
            run_tests(entry, *sample, arguments.verbose ? &workbench : nullptr, table, tally);
        } else {
            ++tally.not_loaded;
            table.add({entry.name, "", "NOT LOADED"});
        }
    }
    if (!table.empty())
        std::printf("%s\n", table.text().c_str());
    std::printf("%s\n", tally.text().c_str());
    std::fflush(stdout);
    print(faults);
    if (!faults.empty() || tally.mappings == 0)
        return wrong_input;
    return tally.failed + tally.without_test == 0 ? good : found_a_fault;
}

} // namespace retrocan::cli
