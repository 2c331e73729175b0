/* SPDX-License-Identifier: Apache-2.0 */
/* The same battery by hand with all that a mapping promises: every point has an age of its own and may fail
   alone, a signal is as old as its oldest point and is gone when that expires, rounds are told, and the
   measured values have a fingerprint. */
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
    SWITCH_HEAT,
    CELL = HAND_NUMBERS,
    SENSOR = CELL + HAND_CELLS,
    CELL_HIGH = SENSOR + HAND_SENSORS,
    CELL_LOW = CELL_HIGH + 16,
    HOT = CELL_LOW + 16,
    COLD = HOT + 8,
    OVERLOAD = COLD + 8,
    DEFECT = OVERLOAD + 8
};

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static uint64_t mixed(uint64_t x) {
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The count of a raw number; false: it means "no value". */
static bool quantity(int slot, int64_t raw, int64_t* count) {
    if (slot >= CELL_HIGH) {
        *count = raw;
        return true;
    }
    if (slot >= SENSOR) {
        *count = (raw - 2731) * 100;
        return raw != 0xFFFF;
    }
    if (slot >= CELL) {
        *count = raw;
        return raw != 0;
    }
    switch (slot) {
    case SOC:
        *count = (raw & 0xFF) * 100;
        return true;
    case SOH:
        *count = raw * 10;
        return true;
    case ENERGY_IN:
    case ENERGY_OUT:
    case CHARGE_LIMIT:
    case DISCHARGE_LIMIT:
        *count = raw * 100;
        return true;
    case CHARGE_VOLTAGE:
    case EMPTY_VOLTAGE:
        *count = raw * 10;
        return raw != 0xFFFF;
    case STATE:
        *count = raw >= 3;
        return raw <= 4;
    case SWITCH_HEAT:
        *count = raw * 100;
        return raw >= -400 && raw <= 1500;
    default:
        *count = raw;
        return true;
    }
}

static bool measured(int slot) {
    return slot < CELL_HIGH && (slot < SWITCHES || slot > FAULTS);
}

static void store(struct hand_battery* b, int slot, int64_t raw, int64_t at, int64_t limit) {
    struct hand_slot* s = &b->slot[slot];
    const int64_t before = s->count;
    const bool known = s->content == HAND_VALUE;
    s->content = quantity(slot, raw, &s->count) ? HAND_VALUE : HAND_ABSENT;
    s->at = at;
    s->expires = at + limit;
    if (!known || before != s->count)
        s->since = at;
    if (measured(slot)) {
        b->state.fingerprint -= s->hash;
        s->hash = mixed(mixed((uint64_t)raw) ^ (uint64_t)slot);
        b->state.fingerprint += s->hash;
    }
}

static struct hand_value get(const struct hand_battery* b, int slot) {
    const struct hand_slot* s = &b->slot[slot];
    return (struct hand_value){s->count, s->at, s->expires, s->content == HAND_VALUE && s->expires > b->now};
}

static struct hand_value with(struct hand_value value, struct hand_value ingredient) {
    value.present = value.present && ingredient.present;
    value.at = smaller(value.at, ingredient.at);
    value.expires = smaller(value.expires, ingredient.expires);
    return value;
}

static struct hand_value bit(struct hand_value word, int n) {
    word.value = word.value >> n & 1;
    return word;
}

static const struct hand_value never = {0, INT64_MAX, INT64_MAX, false};

/* The verdict of those that are true lives as long as the one that expires last; one unknown spoils a "no".
 */
struct tally {
    struct hand_value all, yes;
    bool unknown;
};
static void add(struct tally* t, struct hand_value member) {
    if (!member.present) {
        t->unknown = true;
        return;
    }
    t->all.at = smaller(t->all.at, member.at);
    t->all.expires = smaller(t->all.expires, member.expires);
    if (member.value != 0 && (!t->yes.present || member.expires > t->yes.expires))
        t->yes = (struct hand_value){1, member.at, member.expires, true};
}
static void add_run(struct tally* t, const struct hand_battery* b, int first, int count) {
    for (int i = first; i < first + count; ++i)
        add(t, get(b, i));
}
static struct hand_value any(const struct tally* t) {
    if (t->yes.present)
        return t->yes;
    return (struct hand_value){0, t->all.at, t->all.expires, !t->unknown};
}
static struct hand_value any_of(struct hand_value a, struct hand_value b) {
    struct tally t = {never, never, false};
    add(&t, a);
    add(&t, b);
    return any(&t);
}
static struct hand_value any_in_run(const struct hand_battery* b, int first, int count) {
    struct tally t = {never, never, false};
    add_run(&t, b, first, count);
    return any(&t);
}

static void name_winner(struct hand_winner* winner, const char* what, int number) {
    size_t size = 0;
    if (winner->value.present) {
        size = strlen(what);
        memcpy(winner->id, what, size);
        if (number >= 10)
            winner->id[size++] = (char)('0' + number / 10);
        winner->id[size++] = (char)('0' + number % 10);
    }
    winner->id[size] = '\0';
}

static void extremes(const struct hand_battery* b, int first, int count, const char* what,
                     struct hand_winner* min, struct hand_winner* max) {
    const struct hand_slot* slot = b->slot + first;
    int least = -1;
    int most = -1;
    struct hand_value age = never;
    for (int i = 0; i < count; ++i) {
        if (slot[i].content == HAND_UNREAD || (slot[i].content == HAND_VALUE && slot[i].expires <= b->now)) {
            least = most = -1;
            break;
        }
        if (slot[i].content == HAND_ABSENT)
            continue;
        age.at = smaller(age.at, slot[i].at);
        age.expires = smaller(age.expires, slot[i].expires);
        if (least < 0 || slot[i].count < slot[least].count)
            least = i;
        if (most < 0 || slot[i].count > slot[most].count)
            most = i;
    }
    const bool present = least >= 0;
    min->value = (struct hand_value){present ? slot[least].count : 0, age.at, age.expires, present};
    max->value = (struct hand_value){present ? slot[most].count : 0, age.at, age.expires, present};
    name_winner(min, what, least + 1);
    name_winner(max, what, most + 1);
}

static struct hand_value limit_of(struct hand_value limit, struct hand_value on, struct hand_value fault) {
    struct hand_value allowed = with(on, fault);
    if (on.present && on.value == 0)
        allowed = on; /* one "no" is enough */
    else if (fault.present && fault.value != 0)
        allowed = fault;
    if (!allowed.present)
        return never;
    if (on.value == 0 || fault.value != 0)
        return (struct hand_value){0, allowed.at, allowed.expires, true};
    return with(limit, allowed);
}

static void make_signals(struct hand_battery* b) {
    struct hand_state* s = &b->state;
    s->voltage = get(b, VOLTAGE);
    s->current = get(b, CURRENT);
    s->current.value = -s->current.value;
    s->soc = get(b, SOC);
    s->soh = get(b, SOH);
    s->capacity_online = get(b, CAPACITY_FULL);
    s->capacity_remaining = get(b, CAPACITY_LEFT);
    s->energy_in = get(b, ENERGY_IN);
    s->energy_out = get(b, ENERGY_OUT);
    s->cvl = get(b, CHARGE_VOLTAGE);
    s->discharge_voltage = get(b, EMPTY_VOLTAGE);

    const struct hand_value fault = get(b, STATE);
    const struct hand_value faults = get(b, FAULTS);
    s->charge_allowed = bit(get(b, SWITCHES), 0);
    s->discharge_allowed = bit(get(b, SWITCHES), 1);
    s->online = any_of(s->charge_allowed, s->discharge_allowed);
    s->ccl = limit_of(get(b, CHARGE_LIMIT), s->charge_allowed, fault);
    s->dcl = limit_of(get(b, DISCHARGE_LIMIT), s->discharge_allowed, fault);

    extremes(b, CELL, HAND_CELLS, "cell ", &s->cell_voltage_min, &s->cell_voltage_max);
    extremes(b, SENSOR, HAND_SENSORS, "sensor ", &s->cell_temperature_min, &s->cell_temperature_max);
    s->temperature = s->cell_temperature_max.value;

    struct hand_value heat = get(b, SWITCH_HEAT);
    heat.value = heat.value > 90000;
    s->alarm[HAND_HIGH_VOLTAGE] = any_of(any_in_run(b, CELL_HIGH, 16), bit(faults, 0));
    s->alarm[HAND_LOW_VOLTAGE] = any_of(any_in_run(b, CELL_LOW, 16), bit(faults, 1));
    s->alarm[HAND_HIGH_TEMPERATURE] = any_of(any_in_run(b, HOT, 8), heat);
    s->alarm[HAND_LOW_TEMPERATURE] = any_in_run(b, COLD, 8);
    s->alarm[HAND_HIGH_CURRENT] = any_in_run(b, OVERLOAD, 4);
    s->alarm[HAND_HIGH_CHARGE_CURRENT] = any_in_run(b, OVERLOAD + 4, 4);
    s->alarm[HAND_SHORT_CIRCUIT] = bit(faults, 2);
    s->alarm[HAND_CONTACTOR] = any_of(bit(faults, 3), bit(faults, 4));
    s->alarm[HAND_INTERNAL] = any_of(any_in_run(b, DEFECT, 8), fault);
    s->warning_cell_imbalance = with(s->cell_voltage_max.value, s->cell_voltage_min.value);
    s->warning_cell_imbalance.value = s->cell_voltage_max.value.value - s->cell_voltage_min.value.value > 300;
    s->warning_low_voltage = s->soc;
    s->warning_low_voltage.value = s->soc.value < 1000;
}

void hand_start(struct hand_battery* b) {
    memset(b, 0, sizeof *b);
    b->open = HAND_SLOTS;
}

void hand_take(struct hand_battery* b, const struct hand_reading* readings, int count, int64_t at,
               int64_t limit) {
    b->now = at;
    b->round_complete = false;
    for (int i = 0; i < count; ++i) {
        const struct hand_reading* reading = &readings[i];
        if (reading->slot < 0 || reading->slot >= HAND_SLOTS)
            continue;
        struct hand_slot* slot = &b->slot[reading->slot];
        slot->failed = reading->kind == HAND_FAILURE;
        if (!slot->answered) {
            slot->answered = true;
            --b->open;
        }
        if (reading->kind == HAND_NO_VALUE)
            slot->content = HAND_ABSENT;
        else if (reading->kind == HAND_NUMBER)
            store(b, reading->slot, reading->raw, at, limit);
    }
    make_signals(b);
    if (b->open > 0)
        return;
    b->round_complete = true;
    b->failed = 0;
    b->open = HAND_SLOTS;
    for (int i = 0; i < HAND_SLOTS; ++i) {
        b->failed += b->slot[i].failed;
        b->slot[i].answered = b->slot[i].failed = false;
    }
}
