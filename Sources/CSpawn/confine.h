#pragma once
#include "CSpawn.h"

// What a process does to itself before it is a worker. Async-signal-safe: some of it runs between fork and exec.

// Default signals, none of them blocked; dies with the thread of `parent` that is its parent; no new privileges. Does
// not return when that parent is gone already.
int reelmill_bind_to_parent(pid_t parent);

// descriptors[i] becomes descriptor i; *report becomes the next one, closed by execve; all others are closed.
int reelmill_place_descriptors(const int *descriptors, int count, int *report);

// No core; the others as told.
int reelmill_limit(const struct reelmill_process_limits *limits);
