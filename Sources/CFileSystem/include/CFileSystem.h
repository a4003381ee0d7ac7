#pragma once
#include <sys/types.h>

// GNU calls that Swift's Glibc does not show.

// Renames without replacing: 0, or errno (EEXIST when the target is there).
int reelmill_rename_without_replacing(const char *from, const char *to);

// Swaps two names in one step: 0, or errno.
int reelmill_exchange(const char *one, const char *other);

// Copies up to `length` bytes at `*offset`, which moves on, to the output's own position. As copy_file_range.
ssize_t reelmill_copy_range(int input, off_t *offset, int output, size_t length);

// Whether a file is open for writing anywhere on this machine: 1 or 0; -1 when it cannot be told (fcntl(2), leases).
int reelmill_is_open_for_writing(const char *path);
