#include "rules.h"

#include <sqlite3.h>
#include <stddef.h>

static sqlite3_mem_methods real;

static bool fails(void) {
    enum reelmill_fault_kind kind;
    return fault_strikes(reelmill_fault_memory, &kind);
}

static void *allocate(int bytes) { return fails() ? NULL : real.xMalloc(bytes); }
static void *reallocate(void *memory, int bytes) { return fails() ? NULL : real.xRealloc(memory, bytes); }

int fault_install_memory(void) {
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    if (code != SQLITE_OK) return code;
    sqlite3_mem_methods failing = real;
    failing.xMalloc = allocate;
    failing.xRealloc = reallocate;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}
