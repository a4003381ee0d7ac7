#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attempts.h"

static char *const no_words[] = {0};

// All signals are number 0, which asks whether one could be sent and harms nobody where that is so.
ATTEMPT(signal_parent, kill(getppid(), 0))
ATTEMPT(signal_all, kill(-1, 0))
ATTEMPT(signal_group, kill(0, 0))
ATTEMPT(signal_thread, syscall(SYS_tgkill, getppid(), getppid(), 0))
ATTEMPT(signal_thread_old, syscall(SYS_tkill, getppid(), 0))
ATTEMPT(signal_by_owner, fcntl(1, F_SETOWN, getppid()))
// What abort() does, up to the signal.
ATTEMPT(signal_self, syscall(SYS_tgkill, getpid(), gettid(), 0))
ATTEMPT(execute, execve("/nowhere", no_words, no_words))
ATTEMPT(execute_open, syscall(SYS_execveat, 3, "", no_words, no_words, AT_EMPTY_PATH))
ATTEMPT(execute_true, execve("/bin/true", no_words, no_words))
ATTEMPT(trace_parent, ptrace(PTRACE_SEIZE, getppid(), 0, 0))
ATTEMPT(read_parent, process_vm_readv(getppid(), 0, 0, 0, 0, 0))
ATTEMPT(open_parent, syscall(SYS_pidfd_open, getppid(), 0))
ATTEMPT(take_descriptor, syscall(SYS_pidfd_getfd, 0, 0, 0))
ATTEMPT(leave_namespaces, unshare(CLONE_NEWUSER))
ATTEMPT(enter_namespace, setns(0, 0))
ATTEMPT(clone_new, syscall(SYS_clone3, 0, 0))

static int awaited(pid_t child) {
    if (child < 0) return errno;
    if (child == 0) _exit(0);
    return ANSWER(waitpid(child, 0, 0));
}

static int split(const char *place) {
    (void)place;
    return awaited(fork());
}

static int split_bare(const char *place) {
    (void)place;
    return awaited((pid_t)syscall(SYS_fork));
}

static int split_clone(const char *place) {
    (void)place;
    return awaited((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int split_borrowing(const char *place) {
    (void)place;
    pid_t child = vfork();
    if (child == 0) _exit(0);
    return child < 0 ? errno : ANSWER(waitpid(child, 0, 0));
}

static int spawn(const char *place) {
    (void)place;
    pid_t child;
    int reason = posix_spawn(&child, "/bin/true", 0, 0, no_words, no_words);
    return reason ? reason : ANSWER(waitpid(child, 0, 0));
}

static void *answer(void *value) { return value; }

// Threads are allowed: this one must succeed.
static int thread(const char *place) {
    (void)place;
    pthread_t made;
    int reason = pthread_create(&made, 0, answer, 0);
    return reason ? reason : pthread_join(made, 0);
}

static int burn(const char *place) {
    (void)place;
    struct timespec used;
    do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec < 2);
    return 0;
}

static int give_up(const char *place) {
    (void)place;
    abort();
}

static int fall(const char *place) {
    (void)place;
    *(volatile int *)8 = 0;
    return 0;
}

const struct attempt reelmill_process_attempts[] = {
    {"kill-parent", signal_parent},
    {"kill-all", signal_all},
    {"kill-group", signal_group},
    {"tgkill-parent", signal_thread},
    {"tkill-parent", signal_thread_old},
    {"fcntl-setown", signal_by_owner},
    {"tgkill-self", signal_self},
    {"execve", execute},
    {"execveat", execute_open},
    {"execve-true", execute_true},
    {"ptrace-parent", trace_parent},
    {"process-vm-readv", read_parent},
    {"pidfd-open", open_parent},
    {"pidfd-getfd", take_descriptor},
    {"unshare", leave_namespaces},
    {"setns", enter_namespace},
    {"clone3", clone_new},
    {"fork", split},
    {"fork-call", split_bare},
    {"clone-process", split_clone},
    {"vfork", split_borrowing},
    {"posix-spawn", spawn},
    {"thread", thread},
    {"burn-2-seconds", burn},
    {"abort", give_up},
    {"segfault", fall},
    {0},
};
