#pragma once
#include <sys/resource.h>
#include <sys/types.h>

// The kernel's limits on a worker.
struct reelmill_process_limits {
    rlim_t address_space_bytes;
    rlim_t cpu_seconds;
    rlim_t file_bytes;
    rlim_t open_files;
};

// What a process is started with. Only what stands here is inherited.
struct reelmill_spawn_request {
    const char *path;
    char *const *arguments;
    char *const *environment;
    // descriptors[i] becomes descriptor i of the process; all others are closed.
    const int *descriptors;
    int descriptor_count;
    // NULL leaves them as the caller has them.
    const struct reelmill_process_limits *limits;
};

// Starts the process in a group of its own. It is killed when the calling thread ends, cannot gain
// privileges, and leaves no core. Returns 0, or the errno of whatever failed, up to and including execve.
int reelmill_spawn(const struct reelmill_spawn_request *request, pid_t *process, int *process_descriptor);

// WIFEXITED and its kin are macros, which Swift does not import.
int reelmill_exit_code(int status);     // -1 unless it exited
int reelmill_death_signal(int status);  // 0 unless a signal ended it

// pipe2 with O_CLOEXEC, which Swift's Glibc does not show. Returns 0, or errno.
int reelmill_pipe(int *ends);

#include "Zygote.h"
