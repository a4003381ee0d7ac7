#define _GNU_SOURCE
#include "faults.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct jump {
    long long offset;
    bool counts_calls;
    long long number;
    atomic_bool has_fired;
};

enum { JUMPS_MAXIMUM = 8 };
static struct jump jumps[JUMPS_MAXIMUM];
static int jump_count;
static atomic_llong readings;
static long long start;

static long long uptime(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void faults_read_clock(const char *text) {
    char *copy = strdup(text), *rest = copy;
    for (char *part; (part = strsep(&rest, ";"));) {
        char unit[8] = "", tail = 0;
        struct jump *jump = &jumps[jump_count];
        int fields = sscanf(part, "%lld@%7[a-z]:%lld%c", &jump->offset, unit, &jump->number, &tail);
        bool is_known = !strcmp(unit, "ms") || !strcmp(unit, "calls");
        if (jump_count == JUMPS_MAXIMUM || fields != 3 || !is_known) {
            dprintf(2, "reelmill-faults: REELMILL_FAULT_CLOCK cannot be understood: %s\n", text);
            _exit(99);
        }
        jump->counts_calls = !strcmp(unit, "calls");
        jump_count++;
    }
    free(copy);
    start = uptime();
}

long long faults_clock_readings(void) { return atomic_load(&readings); }

long long faults_clock_offset(void) {
    faults_prepare();
    long long reading = atomic_fetch_add(&readings, 1) + 1;
    long long sum = 0;
    for (int index = 0; index < jump_count; index++) {
        struct jump *jump = &jumps[index];
        if ((jump->counts_calls ? reading : uptime() - start) < jump->number) continue;
        sum += jump->offset;
        if (!atomic_exchange(&jump->has_fired, true))
            faults_note("fired clock %+lld ms at reading %lld\n", jump->offset, reading);
    }
    return sum;
}
