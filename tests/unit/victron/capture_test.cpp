// SPDX-License-Identifier: Apache-2.0
#include "victron/decode.h"
#include "victron/describe.h"

#include <string>

#include <gtest/gtest.h>

// Frames that real batteries and GX devices sent, with what people see of them. The texts are worked out by
// hand from the tables of chapter 2 and from what the authors of the captures saw on a GX device.

namespace retrocan::victron {
namespace {

using namespace literals;

CanFrame frame(const char* text) {
    const auto parsed = parse_frame(text);
    EXPECT_TRUE(parsed) << text;
    return *parsed;
}

struct Line {
    const char* wire;
    const char* text;
};

template <std::size_t N>
void expect_lines(const Line (&lines)[N]) {
    for (const Line& line : lines)
        EXPECT_EQ(describe(frame(line.wire)), line.text) << line.wire;
}

// github dfch/BydCanProtocol: BYD Battery-Box Premium LVS on Venus OS v3.00.
TEST(Capture, BydLvsPremium) {
    expect_lines({
        {"35E#4259440000000000", "35E manufacturer: \"BYD\""},
        {"382#5052454D49554D00", "382 family: \"PREMIUM\""},
        {"35F#4C69011769000000",
         "35F type, firmware, online capacity: battery type 26956  firmware 1.23  online capacity 105 Ah"},
        {"35A#AAAAAAAAAAAAAAAA", "35A alarms: none active  supported 26 of 26  system online"},
        {"35B#0000000000000000", "35B not of this protocol"},
        {"351#480200050005AE01", "351 limits: CVL 58.4 V  CCL 128 A  DCL 128 A  discharge 43 V"},
        {"355#4300640000000000",
         "355 state of charge: SOC 67 %  SOH 100 %  high resolution SOC not supported"},
        {"356#BE14F9FF8C000000", "356 measurements: voltage 53.1 V  current -0.7 A  temperature 14 degC"},
        {"360#0000000000000000", "360 force charge: no"},
        {"372#0200000000000000", "372 modules: online 2  blocking charge 0  blocking discharge 0  offline 0"},
        {"373#EA0C010D1F012201", "373 cells: lowest cell voltage 3.306 V  highest cell voltage 3.329 V  "
                                 "lowest cell temperature 14 degC  highest cell temperature 17 degC"},
        {"374#3200000000000000", "374 lowest cell voltage: \"2\""},
        {"375#3200000000000000", "375 highest cell voltage: \"2\""},
        {"376#3200000000000000", "376 lowest cell temperature: \"2\""},
        {"377#3100000000000000", "377 highest cell temperature: \"1\""},
        {"378#400800002B070000", "378 energy: energy in 211200 Wh  energy out 183500 Wh"},
        {"379#9C00000000000000", "379 installed capacity: 156 Ah"},
    });
}

// powerforum.co.za topic 4406: 00 for what is not supported, and short frames.
TEST(Capture, BydRevov) {
    expect_lines({
        {"305#0000000000000000", "305 keep-alive from the GX device"},
        {"351#3A0264006400A401", "351 limits: CVL 57 V  CCL 10 A  DCL 10 A  discharge 42 V"},
        {"355#320064000000", "355 state of charge: SOC 50 %  SOH 100 %  high resolution SOC not supported"},
        {"356#B4146400F000", "356 measurements: voltage 53 V  current 10 A  temperature 24 degC"},
        {"35A#A8828202A8828202", "35A alarms: none active  supported 16 of 26"},
        {"35E#4259440000000000", "35E manufacturer: \"BYD\""},
        {"35F#4C69010200000000", "35F type, firmware, online capacity: battery type 26956  firmware 1.2  "
                                 "online capacity not supported"},
    });
}

// Deye SE-F12-C: binary bytes after the name, CCL 0 when full.
TEST(Capture, DeyeSeF12C) {
    expect_lines({
        {"351#48020000FC08E001", "351 limits: CVL 58.4 V  CCL 0 A  DCL 230 A  discharge 48 V"},
        {"355#6400640000000000",
         "355 state of charge: SOC 100 %  SOH 100 %  high resolution SOC not supported"},
        {"356#4A150000E6000000", "356 measurements: voltage 54.5 V  current 0 A  temperature 23 degC"},
        {"35E#50594C4F4E1CFC08", "35E manufacturer: \"PYLON\""},
    });
}

// github stuartpittaway/diyBMSv4ESP32 issue 87: -10 A in two's complement is 6543.6 A here.
TEST(Capture, DiybmsNegativeDcl) {
    expect_lines({
        {"351#440264009CFF3F02", "351 limits: CVL 58 V  CCL 10 A  DCL 6543.6 A  discharge 57.5 V"},
        {"356#941400008C00", "356 measurements: voltage 52.68 V  current 0 A  temperature 14 degC"},
        {"35E#50594C4F4E202020", "35E manufacturer: \"PYLON   \""},
        {"359#0000000000000000", "359 not of this protocol"},
    });
}

// Chapter 5.1 of the protocol.
TEST(Capture, ExampleOfTheProtocol) {
    expect_lines({
        {"354#04C0001F03000000", "354 not of this protocol"},
        {"35A#0000000000000000", "35A alarms: none active  supported 0 of 26"},
        {"351#45024C044C040000", "351 limits: CVL 58.1 V  CCL 110 A  DCL 110 A  discharge not supported"},
        {"355#5900640000000000",
         "355 state of charge: SOC 89 %  SOH 100 %  high resolution SOC not supported"},
        {"356#3116CE003E010000", "356 measurements: voltage 56.81 V  current 20.6 A  temperature 31.8 degC"},
        {"356#3116D1003E010000", "356 measurements: voltage 56.81 V  current 20.9 A  temperature 31.8 degC"},
        {"356#3116D0003E010000", "356 measurements: voltage 56.81 V  current 20.8 A  temperature 31.8 degC"},
    });
}

// Eco-Worthy Cubix 100 with Pylontech's protocol: 0x370 and 0x371 hold cell data there.
TEST(Capture, EcoworthyCubixPylon) {
    expect_lines({
        {"351#4802D007D007C001", "351 limits: CVL 58.4 V  CCL 200 A  DCL 200 A  discharge 44.8 V"},
        {"355#1E00640000000000",
         "355 state of charge: SOC 30 %  SOH 100 %  high resolution SOC not supported"},
        {"356#7914000071000000", "356 measurements: voltage 52.41 V  current 0 A  temperature 11.3 degC"},
        {"359#0000000002504E00", "359 not of this protocol"},
        {"35C#C000000000000000", "35C not of this protocol"},
        {"35E#50594C4F4E202020", "35E manufacturer: \"PYLON   \""},
        {"35F#00000D0500000000",
         "35F type, firmware, online capacity: battery type 0  firmware 13.5  online capacity not supported"},
        {"370#76006C00CF0CCA0C", "370 name, first part: \"vl\""},
        {"371#0401020206020402", "371 name, second part: \"\""},
        {"372#0200000000000000", "372 modules: online 2  blocking charge 0  blocking discharge 0  offline 0"},
        {"373#CA0CCF0C1B011C01", "373 cells: lowest cell voltage 3.274 V  highest cell voltage 3.279 V  "
                                 "lowest cell temperature 10 degC  highest cell temperature 11 degC"},
        {"374#3032303400000000", "374 lowest cell voltage: \"0204\""},
        {"375#3032303600000000", "375 highest cell voltage: \"0206\""},
        {"376#3032303200000000", "376 lowest cell temperature: \"0202\""},
        {"377#3032303200000000", "377 highest cell temperature: \"0202\""},
        {"379#C800000000000000", "379 installed capacity: 200 Ah"},
    });
}

// Pylontech's protocol on a GX device (powerforum.co.za; setfirelabs.com): short frames.
TEST(Capture, Pylontech) {
    expect_lines({
        {"351#14025002C805", "351 limits: CVL 53.2 V  CCL 59.2 A  DCL 148 A"},
        {"355#5F006300", "355 state of charge: SOC 95 %  SOH 99 %"},
        {"356#7713A9FE0B01", "356 measurements: voltage 49.83 V  current -34.3 A  temperature 26.7 degC"},
        {"359#0000000004504E", "359 not of this protocol"},
        {"35C#C000", "35C not of this protocol"},
        {"351#1402C012C012C201", "351 limits: CVL 53.2 V  CCL 480 A  DCL 480 A  discharge 45 V"},
        {"355#58005E00", "355 state of charge: SOC 88 %  SOH 94 %"},
        {"356#7A13F2FE6B01", "356 measurements: voltage 49.86 V  current -27 A  temperature 36.3 degC"},
        {"359#0000000006504E", "359 not of this protocol"},
        {"351#1002C012C012C201", "351 limits: CVL 52.8 V  CCL 480 A  DCL 480 A  discharge 45 V"},
        {"355#540060000000", "355 state of charge: SOC 84 %  SOH 96 %  high resolution SOC not supported"},
        {"356#7B13E9FE6B01", "356 measurements: voltage 49.87 V  current -27.9 A  temperature 36.3 degC"},
        {"35A#0000000000000000", "35A alarms: none active  supported 0 of 26"},
        {"35E#50594C4F4E202020", "35E manufacturer: \"PYLON   \""},
        {"35F#4C4901033C02AA00",
         "35F type, firmware, online capacity: battery type 18764  firmware 1.3  online capacity 572 Ah"},
    });
}

// github AndreasBoehm/PytesCANProtocol: Pytes V5 on Venus OS v3.34, many short frames.
TEST(Capture, PytesV5) {
    expect_lines({
        {"351#3802E803E803C701", "351 limits: CVL 56.8 V  CCL 100 A  DCL 100 A  discharge 45.5 V"},
        {"355#33006400", "355 state of charge: SOC 51 %  SOH 100 %"},
        {"356#8E14F9FFB400", "356 measurements: voltage 52.62 V  current -0.7 A  temperature 18 degC"},
        {"35A#0000000000000000", "35A alarms: none active  supported 0 of 26"},
        {"35E#5059544553", "35E manufacturer: \"PYTES\""},
        {"35F#01006E013200",
         "35F type, firmware, online capacity: battery type 1  firmware 110.1  online capacity 50 Ah"},
        {"360#00", "360 force charge: no"},
        {"372#0200010001000200", "372 modules: online 2  blocking charge 1  blocking discharge 1  offline 2"},
        {"373#D80CDA0C21012301", "373 cells: lowest cell voltage 3.288 V  highest cell voltage 3.29 V  "
                                 "lowest cell temperature 16 degC  highest cell temperature 18 degC"},
        {"374#3038303000000000", "374 lowest cell voltage: \"0800\""},
        {"375#3034303000000000", "375 highest cell voltage: \"0400\""},
        {"376#3032303000000000", "376 lowest cell temperature: \"0200\""},
        {"377#3033303000000000", "377 highest cell temperature: \"0300\""},
        {"378#400800002B070000", "378 energy: energy in 211200 Wh  energy out 183500 Wh"},
        {"379#6400", "379 installed capacity: 100 Ah"},
    });
}

TEST(Describe, SaysWhatIsNotOfTheProtocol) {
    expect_lines({
        {"307#1234567856494300", "307 inverter identification: \"VIC\""},
        {"306#0000000000000000", "306 not of this protocol"},
        {"1510A8A0#0000000010050701", "1510A8A0 extended frame, not of this protocol"},
        {"00000351#3802E803E803C701", "00000351 extended frame, not of this protocol"},
        {"20000040#0000000000000000", "20000040 error frame of the CAN interface"},
        {"351#R", "351 limits: asked for (remote frame), not of this protocol"},
        {"351#38", "351 limits: too short, 1 bytes"},
        {"35E#", "35E manufacturer: too short, 0 bytes"},
        {"305#", "305 keep-alive from the GX device"},
        {"360#FF", "360 force charge: yes"},
        {"360#01", "360 force charge: no"},
    });
}

TEST(Describe, NamesActiveAlarms) {
    expect_lines({
        {"35A#0100000001000000", "35A alarms: ACTIVE general alarm, general warning  supported 2 of 26"},
        {"35A#06000002AA000006", "35A alarms: ACTIVE high voltage alarm  supported 8 of 26  system offline"},
        {"35A#FFFFFFFFFFFFFFFF", "35A alarms: none active  supported 0 of 26"},
        {"35A#10", "35A alarms: ACTIVE low voltage alarm  supported 1 of 4"},
    });
}

TEST(Decode, TellsRawAndText) {
    const auto fields = decode(frame("373#FD0CFFFF01010000"));
    ASSERT_EQ(fields.size(), 4U);
    EXPECT_EQ(fields[0].name, "lowest cell voltage");
    EXPECT_EQ(fields[0].raw, 3325);
    EXPECT_EQ(fields[0].text, "3.325 V");
    EXPECT_EQ(fields[1].raw, 0xFFFF);
    EXPECT_EQ(fields[1].text, "not supported");
    EXPECT_EQ(fields[2].text, "-16 degC");
    EXPECT_EQ(fields[3].text, "not supported") << "0 K";
    EXPECT_EQ(decode(frame("372#0200FFFFFFFF0000"))[1].text, "not supported");
    EXPECT_TRUE(decode(frame("306#00")).empty());
    EXPECT_TRUE(decode(frame("00000351#3802E803E803C701")).empty());
}

} // namespace
} // namespace retrocan::victron
