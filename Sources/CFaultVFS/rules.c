#include "rules.h"

#include <pthread.h>
#include <sqlite3.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static int64_t counts[32];
static struct {
    bool armed;
    uint32_t calls;
    int64_t skipped, count, fired;
    enum reelmill_fault_kind kind;
} rule;

void reelmill_fault_arm(uint32_t calls, int64_t skipped, int64_t count, enum reelmill_fault_kind kind) {
    pthread_mutex_lock(&guard);
    rule.armed = true;
    rule.calls = calls;
    rule.skipped = skipped;
    rule.count = count;
    rule.fired = 0;
    rule.kind = kind;
    pthread_mutex_unlock(&guard);
}

void reelmill_fault_disarm(void) {
    pthread_mutex_lock(&guard);
    rule.armed = false;
    pthread_mutex_unlock(&guard);
}

int64_t reelmill_fault_fired(void) {
    pthread_mutex_lock(&guard);
    int64_t fired = rule.fired;
    pthread_mutex_unlock(&guard);
    return fired;
}

int64_t reelmill_fault_calls(uint32_t calls) {
    int64_t sum = 0;
    pthread_mutex_lock(&guard);
    for (int bit = 0; bit < 32; bit++)
        if (calls & (1u << bit)) sum += counts[bit];
    pthread_mutex_unlock(&guard);
    return sum;
}

bool fault_strikes(enum reelmill_fault_call call, enum reelmill_fault_kind *kind) {
    bool strikes = false;
    pthread_mutex_lock(&guard);
    counts[__builtin_ctz(call)] += 1;
    if (rule.armed && (rule.calls & call)) {
        if (rule.skipped > 0) {
            rule.skipped -= 1;
        } else if (rule.count < 0 || rule.fired < rule.count) {
            rule.fired += 1;
            *kind = rule.kind;
            strikes = true;
        }
    }
    pthread_mutex_unlock(&guard);
    return strikes;
}

bool fault_is_armed(void) {
    pthread_mutex_lock(&guard);
    bool armed = rule.armed;
    pthread_mutex_unlock(&guard);
    return armed;
}

int fault_code(enum reelmill_fault_call call, enum reelmill_fault_kind kind) {
    if (kind == reelmill_fault_full) return SQLITE_FULL;
    if (kind == reelmill_fault_busy) return SQLITE_BUSY;
    switch (call) {
    case reelmill_fault_read: return SQLITE_IOERR_READ;
    case reelmill_fault_write: return SQLITE_IOERR_WRITE;
    case reelmill_fault_sync: return SQLITE_IOERR_FSYNC;
    case reelmill_fault_truncate: return SQLITE_IOERR_TRUNCATE;
    case reelmill_fault_size: return SQLITE_IOERR_FSTAT;
    case reelmill_fault_open: return SQLITE_CANTOPEN;
    case reelmill_fault_delete: return SQLITE_IOERR_DELETE;
    case reelmill_fault_access: return SQLITE_IOERR_ACCESS;
    case reelmill_fault_lock: return SQLITE_IOERR_LOCK;
    case reelmill_fault_shared_map: return SQLITE_IOERR_SHMMAP;
    case reelmill_fault_shared_lock: return SQLITE_IOERR_SHMLOCK;
    case reelmill_fault_memory: return SQLITE_NOMEM;
    }
    return SQLITE_IOERR;
}
