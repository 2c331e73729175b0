// SPDX-License-Identifier: Apache-2.0
#include "victron/document.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

TEST(ProtocolPage, IsThatOfTheTable) {
    const char* path = RETROCAN_SOURCE_DIR "/src/victron/PROTOCOL.md";
    if (std::getenv("RETROCAN_UPDATE_DOCS") != nullptr) // NOLINT(concurrency-mt-unsafe): one thread
        std::ofstream{path} << document();
    std::ifstream file{path};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_TRUE(page == document()) << path << " is not what the message table says; renew it with:\n"
                                    << "    RETROCAN_UPDATE_DOCS=1 ctest -R ProtocolPage";
}

} // namespace
} // namespace retrocan::victron
