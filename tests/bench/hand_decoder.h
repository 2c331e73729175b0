/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The battery of hundred_points.toml as one would decode it by hand in C: the same signals, in the same units
   (mV, mA, mdegC, 0.01 %, mAh, Wh), and absent where the mapping makes them absent.

   There are two of it. hand_decode() takes a poll that came whole and stamps it with one time, as most do it.
   hand_take() does the same work as a mapping: any points may come, each with an age of its own. */

struct hand_value {
    int64_t value;
    int64_t at;      /* when it was answered, in us */
    int64_t expires; /* from then on it counts as absent, in us */
    bool present;
};

struct hand_winner {
    struct hand_value value;
    char id[9];
};

enum hand_alarm {
    HAND_HIGH_VOLTAGE,
    HAND_LOW_VOLTAGE,
    HAND_HIGH_TEMPERATURE,
    HAND_LOW_TEMPERATURE,
    HAND_HIGH_CURRENT,
    HAND_HIGH_CHARGE_CURRENT,
    HAND_SHORT_CIRCUIT,
    HAND_CONTACTOR,
    HAND_INTERNAL,
    HAND_ALARMS
};

struct hand_state {
    struct hand_value voltage, current, temperature, soc, soh;
    struct hand_value cvl, ccl, dcl, discharge_voltage;
    struct hand_value charge_allowed, discharge_allowed, online;
    struct hand_winner cell_voltage_min, cell_voltage_max;
    struct hand_winner cell_temperature_min, cell_temperature_max;
    struct hand_value capacity_online, capacity_remaining, energy_in, energy_out;
    struct hand_value alarm[HAND_ALARMS];
    struct hand_value warning_cell_imbalance, warning_low_voltage;
    uint64_t fingerprint; /* changes when a measured value does */
};

enum { HAND_NUMBERS = 16, HAND_CELLS = 16, HAND_SENSORS = 4, HAND_COILS = 64 };

/* The hundred values as they are read, in the order of the mapping. */
struct hand_raw {
    int64_t number[HAND_NUMBERS];
    int64_t cell[HAND_CELLS];
    int64_t sensor[HAND_SENSORS];
    int64_t coil[HAND_COILS];
};

enum { HAND_REGISTERS = 52 };

void hand_read(const uint16_t registers[HAND_REGISTERS], const uint16_t coils[HAND_COILS],
               struct hand_raw* raw);

/* `at`: when the answer was complete; its values hold for `limit` us. */
void hand_decode(const struct hand_raw* raw, int64_t at, int64_t limit, struct hand_state* state);

/* --- with the age of every point
 * ------------------------------------------------------------------------------ */

enum { HAND_SLOTS = HAND_NUMBERS + HAND_CELLS + HAND_SENSORS + HAND_COILS };
enum hand_content { HAND_UNREAD, HAND_ABSENT, HAND_VALUE };
enum hand_kind { HAND_NUMBER, HAND_NO_VALUE, HAND_FAILURE };

struct hand_reading {
    int slot; /* in the order of hand_raw */
    enum hand_kind kind;
    int64_t raw;
};

struct hand_slot {
    enum hand_content content;
    bool answered, failed; /* in this round */
    int64_t count, at, expires, since;
    uint64_t hash;
};

struct hand_battery {
    struct hand_slot slot[HAND_SLOTS];
    int64_t now;
    int open; /* slots that this round waits for */
    bool round_complete;
    int failed; /* slots that failed in the round that is complete */
    struct hand_state state;
};

void hand_start(struct hand_battery* battery);
void hand_take(struct hand_battery* battery, const struct hand_reading* readings, int count, int64_t at,
               int64_t limit);

#ifdef __cplusplus
}
#endif
