/* SPDX-License-Identifier: Apache-2.0 */
#include "bare_loop.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <modbus.h>

void* bare_loop_run(void* argument) {
    struct bare_loop* loop = argument;
    modbus_t* context = loop->port != 0 ? modbus_new_tcp(loop->host, loop->port)
                                        : modbus_new_rtu(loop->host, loop->baud, 'N', 8, 1);
    uint16_t values[125];
    modbus_set_slave(context, 1);
    modbus_set_response_timeout(context, 0, 500000);
    modbus_set_error_recovery(context, MODBUS_ERROR_RECOVERY_LINK | MODBUS_ERROR_RECOVERY_PROTOCOL);
    if (modbus_connect(context) != 0)
        ++loop->failures;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!*loop->stop) {
        if (modbus_read_registers(context, 0, loop->registers, values) == loop->registers)
            ++loop->reads;
        else
            ++loop->failures;
        next.tv_sec += loop->period_ms / 1000;
        next.tv_nsec += (long)(loop->period_ms % 1000) * 1000000L;
        if (next.tv_nsec >= 1000000000L) {
            next.tv_nsec -= 1000000000L;
            ++next.tv_sec;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    modbus_close(context);
    modbus_free(context);
    return NULL;
}
