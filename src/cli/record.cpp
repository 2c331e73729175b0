// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/paths.h"
#include "daemon/record_service.h"

#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

namespace retrocan::cli {

int record(const RecordArguments& arguments) {
    const auto max_size = daemon::recording_size(arguments.max_size);
    if (!max_size) {
        std::fprintf(stderr, "--max-size: expected an amount of at least 2 MB, as in 50MB; got \"%s\"\n",
                     arguments.max_size.c_str());
        return wrong_input;
    }
    Faults faults;
    auto assembly =
        daemon::assemble(arguments.configuration, installed_folders(), faults, daemon::Purpose::look);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    print(assembly->configuration.warnings, "warning: ");
    auto file = daemon::LineFile::open(arguments.capture);
    if (!file) {
        std::fprintf(stderr, "%s\n", file.error().c_str());
        return no_device;
    }
    boost::asio::io_context io{1};
    daemon::RecordService service{io, *assembly, std::move(file).value(), *max_size, RETROCAN_VERSION};
    service.start();
    if (arguments.run_for)
        service.stop_after(*arguments.run_for);
    io.run();
    spdlog::info("ended: {} answers and {} failed reads in {}", service.answers(), service.failures(),
                 arguments.capture.string());
    return service.answers() == 0 ? found_a_fault : good;
}

} // namespace retrocan::cli
