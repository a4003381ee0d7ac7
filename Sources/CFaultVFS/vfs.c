#define _GNU_SOURCE
#include "disk.h"
#include "file.h"
#include "rules.h"

#include <pthread.h>
#include <string.h>

static sqlite3_vfs *unix_vfs;

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *granted) {
    (void)vfs;
    file->pMethods = NULL;
    enum reelmill_fault_kind kind;
    if (fault_strikes(reelmill_fault_open, &kind)) {
        if (kind != reelmill_fault_power_cut) return fault_code(reelmill_fault_open, kind);
        reelmill_fault_cut();
    }
    if (disk_is_off()) return SQLITE_CANTOPEN;
    return file_open(unix_vfs, path, file, flags, granted);
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    (void)vfs;
    enum reelmill_fault_kind kind;
    if (fault_strikes(reelmill_fault_delete, &kind)) {
        if (kind != reelmill_fault_power_cut) return fault_code(reelmill_fault_delete, kind);
        // Under way: the entry may be gone, but nothing has made that durable.
        if (!disk_is_off()) {
            disk_deleting(path, false);
            unix_vfs->xDelete(unix_vfs, path, 0);
        }
        reelmill_fault_cut();
    }
    if (disk_is_off()) return SQLITE_IOERR_DELETE;
    disk_deleting(path, sync_directory != 0);
    return unix_vfs->xDelete(unix_vfs, path, 0);
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    enum reelmill_fault_kind kind;
    if (fault_strikes(reelmill_fault_access, &kind)) {
        if (kind != reelmill_fault_power_cut) return fault_code(reelmill_fault_access, kind);
        reelmill_fault_cut();
    }
    if (disk_is_off()) return SQLITE_IOERR_ACCESS;
    return unix_vfs->xAccess(unix_vfs, path, flags, result);
}

static int full_pathname(sqlite3_vfs *vfs, const char *path, int size, char *full) {
    (void)vfs;
    return unix_vfs->xFullPathname(unix_vfs, path, size, full);
}
static void *library_open(sqlite3_vfs *vfs, const char *path) {
    (void)vfs;
    return unix_vfs->xDlOpen(unix_vfs, path);
}
static void library_error(sqlite3_vfs *vfs, int size, char *message) {
    (void)vfs;
    unix_vfs->xDlError(unix_vfs, size, message);
}
static void (*library_symbol(sqlite3_vfs *vfs, void *library, const char *name))(void) {
    (void)vfs;
    return unix_vfs->xDlSym(unix_vfs, library, name);
}
static void library_close(sqlite3_vfs *vfs, void *library) {
    (void)vfs;
    unix_vfs->xDlClose(unix_vfs, library);
}
static int randomness(sqlite3_vfs *vfs, int size, char *bytes) {
    (void)vfs;
    return unix_vfs->xRandomness(unix_vfs, size, bytes);
}
// SQLite counts the time that it slept by what it asked for: while a fault is armed, a wait of ten seconds is over at once.
static int sleep_file(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return fault_is_armed() ? microseconds : unix_vfs->xSleep(unix_vfs, microseconds);
}
static int current_time(sqlite3_vfs *vfs, double *day) {
    (void)vfs;
    return unix_vfs->xCurrentTime(unix_vfs, day);
}
static int current_time_exact(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) {
    (void)vfs;
    return unix_vfs->xCurrentTimeInt64(unix_vfs, milliseconds);
}
static int last_error(sqlite3_vfs *vfs, int size, char *message) {
    (void)vfs;
    return unix_vfs->xGetLastError(unix_vfs, size, message);
}

static sqlite3_vfs fault_vfs = {
    .iVersion = 2,
    .zName = "reelmill-fault",
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = full_pathname,
    .xDlOpen = library_open,
    .xDlError = library_error,
    .xDlSym = library_symbol,
    .xDlClose = library_close,
    .xRandomness = randomness,
    .xSleep = sleep_file,
    .xCurrentTime = current_time,
    .xGetLastError = last_error,
    .xCurrentTimeInt64 = current_time_exact,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int installed;

static void install(void) {
    installed = fault_install_memory();
    if (installed == SQLITE_OK) installed = sqlite3_initialize();
    if (installed != SQLITE_OK) return;
    unix_vfs = sqlite3_vfs_find("unix");
    fault_vfs.szOsFile = file_size(unix_vfs);
    fault_vfs.mxPathname = unix_vfs->mxPathname;
    installed = sqlite3_vfs_register(&fault_vfs, 1);
}

int reelmill_fault_install(void) {
    pthread_once(&once, install);
    return installed;
}
