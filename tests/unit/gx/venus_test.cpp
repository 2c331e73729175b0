// SPDX-License-Identifier: Apache-2.0
#include "gx/venus.h"
#include "unit/gx/traffic_of_tests.h"

#include <gmock/gmock.h>

namespace retrocan::gx {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string notes_of(const std::vector<const char*>& frames) {
    Receiver receiver;
    for (const char* text : frames)
        receiver.frame(bytes(text), at_ms(0));
    std::string all;
    for (const Note& note : venus_notes(receiver))
        all += std::string{note.topic} + ": " + note.text + "\n";
    return all;
}

TEST(VenusNotes, SayNothingOfNothing) {
    EXPECT_EQ(notes_of({}), "");
}

TEST(VenusNotes, NameWhatARecognisedNameDoes) {
    const std::string byd = notes_of({"35E#4259440000000000", "351#48020000FC08E001"});
    EXPECT_THAT(byd, HasSubstr("0x35E \"BYD\" is taken for BYD: the GX answers CCL 0 with 55 V and 40 A"));
    EXPECT_THAT(byd, HasSubstr("DVCC: for makers that it knows, as BYD"));
    const std::string family = notes_of({"382#50656C696F204C00"}); // Pelio L
    EXPECT_THAT(family, HasSubstr("0x382 \"Pelio L\" is taken for Pylontech (Pelio)"));
    EXPECT_THAT(notes_of({"35E#50594C4F4E202020"}), HasSubstr("52.4 V"));
}

TEST(VenusNotes, LeaveDvccToTheInstallerForUnknownNames) {
    const std::string text = notes_of({"35E#41434D4500000000", "351#3802F401E803E001"});
    EXPECT_THAT(text, HasSubstr("0x35E \"ACME\" is no name that is known"));
    EXPECT_THAT(text, HasSubstr("the installer turns DVCC on and SVS (and STS) off"));
    EXPECT_THAT(text, HasSubstr("shown as \"CAN-bus BMS battery\""));
}

TEST(VenusNotes, SayWhatTheLimitsDo) {
    const std::string text = notes_of({"351#3802F401E803E001"});
    EXPECT_THAT(text, HasSubstr("CVL + 0.4 V, here 57.2 V")); // 56.8 V + 0.4 V
    EXPECT_THAT(text, HasSubstr("CAN-bus BMS LV (500 kbit/s)"));
    EXPECT_THAT(text, HasSubstr("DCL 100.0 A is not obeyed"));
    EXPECT_THAT(text, Not(HasSubstr("CCL is 0")));
    const std::string zeros = notes_of({"351#380200000000E001"});
    EXPECT_THAT(zeros, HasSubstr("CCL is 0: without feed-in all solar chargers stop"));
    EXPECT_THAT(zeros, HasSubstr("DCL is 0: without grid the inverter switches OFF"));
    EXPECT_THAT(notes_of({"351#A00FF401E803E001"}), HasSubstr("CVL 400.0 V is beyond the LV profile"));
}

TEST(VenusNotes, TellThePylontechFromTheLg) {
    EXPECT_THAT(notes_of({"359#0000000006504E"}),
                HasSubstr("with \"PN\": older GX software takes the battery for a Py"));
    EXPECT_THAT(notes_of({"359#0000000000000000"}), HasSubstr("without \"PN\""));
}

TEST(VenusNotes, SayWhatAlarmsAndOtherFramesDo) {
    EXPECT_THAT(notes_of({"351#3802F401E803E001"}), HasSubstr("Without 0x35A a GX does not see"));
    EXPECT_THAT(notes_of({"35A#0000000000000000"}), HasSubstr("This battery supports none"));
    EXPECT_THAT(notes_of({"35A#0000000000000008"}), Not(HasSubstr("supports none")));
    EXPECT_THAT(notes_of({"1510A8A0#00"}), HasSubstr("29-bit identifiers are ignored"));
}

TEST(VenusNotes, CountTheLosses) {
    Receiver receiver;
    receiver.frame(bytes("351#3802F401E803E001"), at_ms(0));
    receiver.advance(at_ms(4'000));
    std::string all;
    for (const Note& note : venus_notes(receiver))
        all += note.text + "\n";
    EXPECT_THAT(all, HasSubstr("It has happened 1 time here."));
    EXPECT_THAT(all, HasSubstr("57.2 V")) << "the notes are of the battery, lost or not";
}

} // namespace
} // namespace retrocan::gx
