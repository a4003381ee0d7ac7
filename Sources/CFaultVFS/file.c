#include "file.h"

#include "disk.h"
#include "rules.h"

#include <unistd.h>

struct file {
    sqlite3_file base;
    // NULL for a file that no power cut matters to: SQLite's temporary ones.
    struct disk_file *disk;
    int64_t time;
    // Behind this struct in memory.
    sqlite3_file *real;
};

#define REAL(file) (((struct file *)(file))->real)
#define DISK(file) (((struct file *)(file))->disk)

static bool is_dead(sqlite3_file *file) { return ((struct file *)file)->time != disk_time(); }

// What to answer instead of doing the call: 0 to do it, -1 when the power goes in the midst of it.
static int instead(sqlite3_file *file, enum reelmill_fault_call call) {
    enum reelmill_fault_kind kind;
    if (is_dead(file)) return fault_code(call, reelmill_fault_io_error);
    if (!fault_strikes(call, &kind)) return SQLITE_OK;
    if (kind != reelmill_fault_power_cut) return fault_code(call, kind);
    return -1;
}

static int cut(enum reelmill_fault_call call) {
    reelmill_fault_cut();
    return fault_code(call, reelmill_fault_io_error);
}

static int file_close(sqlite3_file *file) {
    if (DISK(file)) disk_closed(DISK(file));
    return REAL(file)->pMethods->xClose(REAL(file));
}

static int file_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    int code = instead(file, reelmill_fault_read);
    if (code) return code < 0 ? cut(reelmill_fault_read) : code;
    return REAL(file)->pMethods->xRead(REAL(file), bytes, length, offset);
}

static int write_down(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    if (DISK(file)) return disk_write(DISK(file), REAL(file), bytes, length, offset);
    return REAL(file)->pMethods->xWrite(REAL(file), bytes, length, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    int code = instead(file, reelmill_fault_write);
    if (code == SQLITE_FULL && length > 1) write_down(file, bytes, length / 2, offset);
    if (code > 0) return code;
    int written = write_down(file, bytes, length, offset);
    return code < 0 ? cut(reelmill_fault_write) : written;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = instead(file, reelmill_fault_truncate);
    if (code > 0) return code;
    int done = DISK(file) ? disk_truncate(DISK(file), REAL(file), size)
                          : REAL(file)->pMethods->xTruncate(REAL(file), size);
    return code < 0 ? cut(reelmill_fault_truncate) : done;
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    int code = instead(file, reelmill_fault_sync);
    if (code > 0 && !is_dead(file) && DISK(file)) disk_sync_failed(DISK(file));
    if (code) return code < 0 ? cut(reelmill_fault_sync) : code;
    if (DISK(file)) disk_synced(DISK(file));
    return SQLITE_OK;
}

static int file_length(sqlite3_file *file, sqlite3_int64 *size) {
    int code = instead(file, reelmill_fault_size);
    if (code) return code < 0 ? cut(reelmill_fault_size) : code;
    return REAL(file)->pMethods->xFileSize(REAL(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
    int code = instead(file, reelmill_fault_lock);
    if (code) return code < 0 ? cut(reelmill_fault_lock) : code;
    return REAL(file)->pMethods->xLock(REAL(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
    return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int file_reserved(sqlite3_file *file, int *result) {
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), result);
}

static int file_control(sqlite3_file *file, int request, void *argument) {
    return REAL(file)->pMethods->xFileControl(REAL(file), request, argument);
}

static int file_sector(sqlite3_file *file) { return REAL(file)->pMethods->xSectorSize(REAL(file)); }

static int file_traits(sqlite3_file *file) {
    return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int shared_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
    int code = instead(file, reelmill_fault_shared_map);
    if (code) return code < 0 ? cut(reelmill_fault_shared_map) : code;
    return REAL(file)->pMethods->xShmMap(REAL(file), region, size, extend, memory);
}

static int shared_lock(sqlite3_file *file, int offset, int count, int flags) {
    if (flags & SQLITE_SHM_LOCK) {
        int code = instead(file, reelmill_fault_shared_lock);
        if (code) return code < 0 ? cut(reelmill_fault_shared_lock) : code;
    }
    return REAL(file)->pMethods->xShmLock(REAL(file), offset, count, flags);
}

static void shared_barrier(sqlite3_file *file) { REAL(file)->pMethods->xShmBarrier(REAL(file)); }

static int shared_unmap(sqlite3_file *file, int delete) {
    return REAL(file)->pMethods->xShmUnmap(REAL(file), delete && !is_dead(file));
}

// Version 2: with shared memory for the write-ahead log, without reading through a memory map, which no fault could hit.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_length,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shared_map,
    .xShmLock = shared_lock,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = shared_unmap,
};

int file_open(sqlite3_vfs *unix_vfs, const char *path, sqlite3_file *base, int flags, int *granted) {
    struct file *file = (struct file *)base;
    file->real = (sqlite3_file *)(file + 1);
    file->disk = NULL;
    file->time = disk_time();
    bool lasts = path && !(flags & SQLITE_OPEN_DELETEONCLOSE) &&
                 (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
    bool created = lasts && access(path, F_OK) != 0;
    int code = unix_vfs->xOpen(unix_vfs, path, file->real, flags, granted);
    if (code != SQLITE_OK) {
        // As SQLite does on an error: it closes a file only if it has methods.
        if (file->real->pMethods) file->real->pMethods->xClose(file->real);
        return code;
    }
    bool is_log = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL);
    if (lasts) file->disk = disk_opened(path, created && is_log);
    file->base.pMethods = &methods;
    return SQLITE_OK;
}

int file_size(const sqlite3_vfs *unix_vfs) { return (int)sizeof(struct file) + unix_vfs->szOsFile; }
