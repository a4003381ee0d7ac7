#pragma once
#include <stdint.h>

// A disk and a memory that fail on request, for every SQLite connection of this process. For tests and simulation only.
//
// The disk is SQLite's own "unix" file system with one difference: a sync reaches no platter. Instead every write
// since a file's last sync is remembered, so that the power can go at any moment and `reelmill_fault_restore` makes
// the files what a disk may hold then. Sleeping, which SQLite does while it waits for a lock,
// takes no time while a fault is armed.

// What SQLite asks of the disk, as bits to choose from.
enum reelmill_fault_call {
    reelmill_fault_read = 1 << 0,
    reelmill_fault_write = 1 << 1,
    reelmill_fault_sync = 1 << 2,
    reelmill_fault_truncate = 1 << 3,
    reelmill_fault_size = 1 << 4,
    reelmill_fault_open = 1 << 5,
    reelmill_fault_delete = 1 << 6,
    reelmill_fault_access = 1 << 7,
    reelmill_fault_lock = 1 << 8,
    reelmill_fault_shared_map = 1 << 9,
    reelmill_fault_shared_lock = 1 << 10,
    reelmill_fault_memory = 1 << 11,
};

enum reelmill_fault_kind {
    // The call's own SQLITE_IOERR_…, or SQLITE_CANTOPEN.
    reelmill_fault_io_error,
    // SQLITE_FULL. Half of what was to be written is.
    reelmill_fault_full,
    // SQLITE_BUSY: somebody else holds the lock.
    reelmill_fault_busy,
    // No memory. For `reelmill_fault_memory` only, which knows no other kind.
    reelmill_fault_no_memory,
    // The power goes while the call is under way.
    reelmill_fault_power_cut,
};

// Must come before anything else uses SQLite in this process: SQLite takes its memory only then. Returns SQLITE_OK, also
// the second time, or SQLite's error.
int reelmill_fault_install(void);

// Arms one fault: `skipped` calls of the kinds in the set `calls` pass, the next `count` fail. -1 is for ever. Counting
// starts anew.
void reelmill_fault_arm(uint32_t calls, int64_t skipped, int64_t count, enum reelmill_fault_kind kind);
void reelmill_fault_disarm(void);
// How often the fault that was armed last has happened.
int64_t reelmill_fault_fired(void);
// Calls of the kinds in the set since the start.
int64_t reelmill_fault_calls(uint32_t calls);

// The power goes: every open file is dead, and nothing can be opened, until the power is back.
void reelmill_fault_cut(void);
// Files that SQLite has open.
int reelmill_fault_open_files(void);

// What a power cut did.
struct reelmill_fault_loss {
    // Writes and truncations since the last syncs, by what became of them.
    int kept, undone, torn;
    // Deleted files that are back.
    int resurrected;
};

// The power is back. Every write and truncation that was not synced is kept, undone or torn at a sector of 512 bytes,
// as the seed has it; the shared memory is gone. All connections must be closed: returns 0, or the
// number of files still open, and does nothing then; -1 when a file cannot be mended.
int reelmill_fault_restore(uint64_t seed, struct reelmill_fault_loss *loss);

// Forgets what is not synced, as if it all were.
void reelmill_fault_settle(void);
