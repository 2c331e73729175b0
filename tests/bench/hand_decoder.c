/* SPDX-License-Identifier: Apache-2.0 */
#include "hand_decoder.h"

#include <string.h>

enum {
    VOLTAGE,
    CURRENT,
    SOC,
    SOH,
    CAPACITY_FULL,
    CAPACITY_LEFT,
    ENERGY_IN,
    ENERGY_OUT,
    CHARGE_VOLTAGE,
    EMPTY_VOLTAGE,
    CHARGE_LIMIT,
    DISCHARGE_LIMIT,
    SWITCHES,
    STATE,
    FAULTS,
    SWITCH_HEAT
};

enum { CELL_HIGH = 0, CELL_LOW = 16, HOT = 32, COLD = 40, OVERLOAD = 48, DEFECT = 56 };

static int64_t u32(const uint16_t* registers) {
    return (int64_t)((uint32_t)registers[0] << 16 | registers[1]);
}

void hand_read(const uint16_t registers[HAND_REGISTERS], const uint16_t coils[HAND_COILS],
               struct hand_raw* raw) {
    raw->number[VOLTAGE] = u32(registers + 0);
    raw->number[CURRENT] = (int32_t)u32(registers + 2);
    raw->number[SOC] = registers[4];
    raw->number[SOH] = registers[5];
    raw->number[CAPACITY_FULL] = u32(registers + 6);
    raw->number[CAPACITY_LEFT] = u32(registers + 8);
    raw->number[ENERGY_IN] = u32(registers + 10);
    raw->number[ENERGY_OUT] = u32(registers + 12);
    for (int i = CHARGE_VOLTAGE; i < SWITCH_HEAT; ++i)
        raw->number[i] = registers[14 + i - CHARGE_VOLTAGE];
    raw->number[SWITCH_HEAT] = (int16_t)registers[21];
    for (int i = 0; i < HAND_CELLS; ++i)
        raw->cell[i] = registers[32 + i];
    for (int i = 0; i < HAND_SENSORS; ++i)
        raw->sensor[i] = registers[48 + i];
    for (int i = 0; i < HAND_COILS; ++i)
        raw->coil[i] = coils[i];
}

struct clock {
    int64_t at, expires;
};

static void set(struct hand_value* field, bool present, int64_t value, struct clock clock) {
    field->present = present;
    field->value = value;
    field->at = clock.at;
    field->expires = clock.expires;
}

static void set_winner(struct hand_winner* field, bool present, int64_t value, const char* what, int index,
                       struct clock clock) {
    set(&field->value, present, value, clock);
    if (!present) {
        field->id[0] = '\0';
        return;
    }
    size_t size = strlen(what);
    memcpy(field->id, what, size);
    const int number = index + 1;
    if (number >= 10)
        field->id[size++] = (char)('0' + number / 10);
    field->id[size++] = (char)('0' + number % 10);
    field->id[size] = '\0';
}

static void extremes(const int64_t* raw, int count, int64_t absent, int64_t offset, int64_t scale,
                     const char* what, struct hand_winner* min, struct hand_winner* max, struct clock clock) {
    int least = -1;
    int most = -1;
    for (int i = 0; i < count; ++i) {
        if (raw[i] == absent)
            continue;
        if (least < 0 || raw[i] < raw[least])
            least = i;
        if (most < 0 || raw[i] > raw[most])
            most = i;
    }
    const bool present = least >= 0;
    set_winner(min, present, present ? (raw[least] + offset) * scale : 0, what, least, clock);
    set_winner(max, present, present ? (raw[most] + offset) * scale : 0, what, most, clock);
}

static bool any(const int64_t* coils, int count) {
    for (int i = 0; i < count; ++i)
        if (coils[i] != 0)
            return true;
    return false;
}

static uint64_t mix(uint64_t hash, int64_t value) {
    return (hash ^ (uint64_t)value) * UINT64_C(0x100000001b3);
}

void hand_decode(const struct hand_raw* raw, int64_t at, int64_t limit, struct hand_state* s) {
    const struct clock clock = {at, at + limit};
    const int64_t* n = raw->number;
    const int64_t soc = (n[SOC] & 0xFF) * 100;
    set(&s->voltage, true, n[VOLTAGE], clock);
    set(&s->current, true, -n[CURRENT], clock);
    set(&s->soc, true, soc, clock);
    set(&s->soh, true, n[SOH] * 10, clock);
    set(&s->capacity_online, true, n[CAPACITY_FULL], clock);
    set(&s->capacity_remaining, true, n[CAPACITY_LEFT], clock);
    set(&s->energy_in, true, n[ENERGY_IN] * 100, clock);
    set(&s->energy_out, true, n[ENERGY_OUT] * 100, clock);
    set(&s->cvl, n[CHARGE_VOLTAGE] != 0xFFFF, n[CHARGE_VOLTAGE] * 10, clock);
    set(&s->discharge_voltage, n[EMPTY_VOLTAGE] != 0xFFFF, n[EMPTY_VOLTAGE] * 10, clock);

    const bool charge = n[SWITCHES] & 1;
    const bool discharge = n[SWITCHES] >> 1 & 1;
    const bool state_known = n[STATE] <= 4;
    const bool fault = n[STATE] == 3 || n[STATE] == 4;
    /* An open switch decides alone; a closed one only if the state is known. */
    set(&s->ccl, !charge || state_known, charge && !fault ? n[CHARGE_LIMIT] * 100 : 0, clock);
    set(&s->dcl, !discharge || state_known, discharge && !fault ? n[DISCHARGE_LIMIT] * 100 : 0, clock);
    set(&s->charge_allowed, true, charge, clock);
    set(&s->discharge_allowed, true, discharge, clock);
    set(&s->online, true, charge || discharge, clock);

    extremes(raw->cell, HAND_CELLS, 0, 0, 1, "cell ", &s->cell_voltage_min, &s->cell_voltage_max, clock);
    extremes(raw->sensor, HAND_SENSORS, 0xFFFF, -2731, 100, "sensor ", &s->cell_temperature_min,
             &s->cell_temperature_max, clock);
    s->temperature = s->cell_temperature_max.value;

    const bool heat_known = n[SWITCH_HEAT] >= -400 && n[SWITCH_HEAT] <= 1500;
    const bool hot = any(raw->coil + HOT, 8);
    const bool defect = any(raw->coil + DEFECT, 8);
    const int64_t faults = n[FAULTS];
    struct hand_value* alarm = s->alarm;
    set(&alarm[HAND_HIGH_VOLTAGE], true, any(raw->coil + CELL_HIGH, 16) || (faults & 1), clock);
    set(&alarm[HAND_LOW_VOLTAGE], true, any(raw->coil + CELL_LOW, 16) || (faults >> 1 & 1), clock);
    set(&alarm[HAND_HIGH_TEMPERATURE], hot || heat_known, hot || (heat_known && n[SWITCH_HEAT] > 900), clock);
    set(&alarm[HAND_LOW_TEMPERATURE], true, any(raw->coil + COLD, 8), clock);
    set(&alarm[HAND_HIGH_CURRENT], true, any(raw->coil + OVERLOAD, 4), clock);
    set(&alarm[HAND_HIGH_CHARGE_CURRENT], true, any(raw->coil + OVERLOAD + 4, 4), clock);
    set(&alarm[HAND_SHORT_CIRCUIT], true, faults >> 2 & 1, clock);
    set(&alarm[HAND_CONTACTOR], true, (faults >> 3 & 3) != 0, clock);
    set(&alarm[HAND_INTERNAL], defect || state_known, defect || fault, clock);
    set(&s->warning_cell_imbalance, s->cell_voltage_max.value.present,
        s->cell_voltage_max.value.value - s->cell_voltage_min.value.value > 300, clock);
    set(&s->warning_low_voltage, true, soc < 1000, clock);

    uint64_t hash = 0;
    for (int i = VOLTAGE; i < SWITCHES; ++i)
        hash = mix(hash, n[i]);
    hash = mix(hash, n[SWITCH_HEAT]);
    for (int i = 0; i < HAND_CELLS; ++i)
        hash = mix(hash, raw->cell[i]);
    for (int i = 0; i < HAND_SENSORS; ++i)
        hash = mix(hash, raw->sensor[i]);
    s->fingerprint = hash;
}
