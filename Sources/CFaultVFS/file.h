#pragma once
#include <sqlite3.h>

// A file of the "unix" file system whose calls can fail.
int file_open(sqlite3_vfs *unix_vfs, const char *path, sqlite3_file *file, int flags, int *granted);
// How much memory SQLite must have ready for one.
int file_size(const sqlite3_vfs *unix_vfs);
