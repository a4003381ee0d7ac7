#pragma once
#include "CFaultVFS.h"

#include <sqlite3.h>
#include <stdbool.h>

// What a power cut can take from one file: the writes and truncations since its last sync.
struct disk_file;

// One of the files of this path is open now; `created`: it was not there before.
struct disk_file *disk_opened(const char *path, bool created);
void disk_closed(struct disk_file *file);

// Write, truncate or sync the file behind `real`, remembering how to undo it.
int disk_write(struct disk_file *file, sqlite3_file *real, const void *bytes, int length, sqlite3_int64 offset);
int disk_truncate(struct disk_file *file, sqlite3_file *real, sqlite3_int64 size);
void disk_synced(struct disk_file *file);
// A sync failed. The kernel may have dropped what was to be synced, and the next sync will not tell.
void disk_sync_failed(struct disk_file *file);
// The file is about to be deleted, durably if `synced`.
void disk_deleting(const char *path, bool synced);

// Raised by each power cut: files of an earlier time are dead.
int64_t disk_time(void);
bool disk_is_off(void);
