#define _GNU_SOURCE
#include "confine.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int reelmill_bind_to_parent(pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
    // The parent may have died before the line above.
    if (getppid() != parent) _exit(127);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

int reelmill_place_descriptors(const int *descriptors, int count, int *report) {
    // First out of the way of every target, so that placing one never overwrites another.
    int away[count];
    int floor = 2 * count + 16;
    for (int index = 0; index < count; index++) {
        away[index] = fcntl(descriptors[index], F_DUPFD, floor);
        if (away[index] < 0) return -1;
    }
    int moved = fcntl(*report, F_DUPFD_CLOEXEC, floor);
    if (moved < 0) return -1;
    for (int index = 0; index < count; index++)
        if (dup2(away[index], index) < 0) return -1;
    if (dup3(moved, count, O_CLOEXEC) < 0) return -1;
    *report = count;
    return (int)syscall(SYS_close_range, count + 1, ~0U, 0);
}

static int limit(int resource, rlim_t value) {
    struct rlimit pair = {value, value};
    return setrlimit(resource, &pair);
}

// The soft limit sends SIGXCPU, which says why; the hard one kills what ignores it.
static int limit_cpu(rlim_t seconds) {
    struct rlimit pair = {seconds, seconds + 5};
    return setrlimit(RLIMIT_CPU, &pair);
}

int reelmill_limit(const struct reelmill_process_limits *limits) {
    return limit(RLIMIT_CORE, 0) || limit_cpu(limits->cpu_seconds) || limit(RLIMIT_FSIZE, limits->file_bytes) ||
           limit(RLIMIT_NOFILE, limits->open_files) || limit(RLIMIT_AS, limits->address_space_bytes)
               ? -1
               : 0;
}
