#pragma once
#include <sys/resource.h>

// The sandbox of a worker. Each part is for the whole life of the process, and for all threads that it starts.

// Rights that no later exec can bring. Returns 0, or errno.
int reelmill_forbid_new_privileges(void);

// Handles every right that both this source and the kernel know, and grants none. Returns 0, or errno; *abi is then the
// version of Landlock that is in force. ENOSYS and EOPNOTSUPP mean that the kernel has none.
int reelmill_enter_landlock(int *abi);

// Builds the filter ahead, for this process's children, which enter it then in less time. Returns 0, or errno; whatever
// it returns, they can enter.
int reelmill_prepare_seccomp(void);

// Loads the filter of system calls; needs no_new_privs. Returns 0, or errno.
int reelmill_enter_seccomp(void);

// RLIMIT_* are of an enumeration that Swift does not take for an int.
struct reelmill_limits {
    rlim_t address_space_bytes, cpu_seconds, file_bytes, open_files, core_bytes;
};
struct reelmill_limits reelmill_limits_in_force(void);
