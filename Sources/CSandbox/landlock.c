#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Stated here in full, since the headers of Debian 12 are of the first version (Linux, Documentation/userspace-api/landlock).
struct ruleset {
    uint64_t handled_files;
    uint64_t handled_network;  // from version 4: bind and connect of TCP
    uint64_t scoped;           // from version 6: abstract sockets, signals
};

static uint64_t file_rights(int abi) {
    int known = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
    return (1ULL << known) - 1;
}

int reelmill_forbid_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : 0;
}

int reelmill_enter_landlock(int *abi) {
    *abi = 0;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    if (version < 1) return version < 0 ? errno : ENOSYS;
    struct ruleset rules = {
        .handled_files = file_rights((int)version),
        .handled_network = version >= 4 ? 3 : 0,
        .scoped = version >= 6 ? 3 : 0,
    };
    // An older kernel refuses fields that it does not know.
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int descriptor = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (descriptor < 0) return errno;
    int reason = syscall(SYS_landlock_restrict_self, descriptor, 0) ? errno : 0;
    close(descriptor);
    if (!reason) *abi = (int)version;
    return reason;
}

struct reelmill_limits reelmill_limits_in_force(void) {
    struct rlimit memory = {0}, cpu = {0}, file = {0}, files = {0}, core = {0};
    getrlimit(RLIMIT_AS, &memory);
    getrlimit(RLIMIT_CPU, &cpu);
    getrlimit(RLIMIT_FSIZE, &file);
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_CORE, &core);
    return (struct reelmill_limits){
        memory.rlim_cur, cpu.rlim_cur, file.rlim_cur, files.rlim_cur, core.rlim_cur};
}
