#pragma once
#include "CFaultVFS.h"

#include <stdbool.h>

// Counts a call. True when the armed fault happens to it; `kind` is which.
bool fault_strikes(enum reelmill_fault_call call, enum reelmill_fault_kind *kind);
bool fault_is_armed(void);
// SQLite's code for a fault.
int fault_code(enum reelmill_fault_call call, enum reelmill_fault_kind kind);

// Memory that fails when the rules say so. Before sqlite3_initialize.
int fault_install_memory(void);
