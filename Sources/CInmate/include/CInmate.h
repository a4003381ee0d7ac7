#pragma once

// Tries what a worker must not be able to do. `place` is a directory that holds a file `victim`.
// Returns 0 if it could, else the errno it met, or -1 if there is no such attempt. May well not return.
int reelmill_attempt(const char *name, const char *place);

// Becomes `program` with no arguments but `argument`, on a kernel that seems to have no seccomp. Returns errno.
int reelmill_run_without_seccomp(const char *program, const char *argument);

// Starts a thread that never ends. Returns 0, or an errno.
int reelmill_start_thread(void);
