/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* What a C programmer would write: a thread for each battery, which reads `registers` from address 0 of unit
   1 once a `period_ms` with libmodbus, on absolute deadlines, until `*stop`. */
struct bare_loop {
    const char* host; /* or a serial port, where `port` is 0 */
    int port;
    int baud;
    int registers;
    int period_ms;
    volatile int* stop;
    unsigned long reads;    /* that were answered */
    unsigned long failures; /* that were not */
};

/* Runs until stopped. The argument is a struct bare_loop; the result is NULL. */
void* bare_loop_run(void* loop);

#ifdef __cplusplus
}
#endif
