#define _GNU_SOURCE
#include "zygote_messages.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Where the C library keeps what the kernel must know of the thread; fork() hands both over to the child.
struct thread_record {
    int *number;
    void *robust_list;
    size_t robust_size;
};

// Returns 0, or an errno.
static int find_thread_record(struct thread_record *record) {
    // A kernel without it (CONFIG_CHECKPOINT_RESTORE) would leave children with the zygote's number of their thread.
    if (prctl(PR_GET_TID_ADDRESS, &record->number, 0, 0, 0)) return errno;
    return syscall(SYS_get_robust_list, 0, &record->robust_list, &record->robust_size) ? errno : 0;
}

// A process that ever had two threads may have forked while the other held a lock. Returns 0, or an errno.
static int require_one_thread(void) {
    struct stat threads;
    if (stat("/proc/self/task", &threads)) return errno;
    return threads.st_nlink == 3 ? 0 : EDEADLK;
}

// fork(), but the child's parent is the caller's: the host, which so learns of the end and of what was used, and of whose
// death the child dies. Nothing registered with pthread_atfork runs; with one thread no lock can be held.
static pid_t fork_for_host(const struct thread_record *record, int *process_descriptor) {
    unsigned long flags = CLONE_PARENT | CLONE_PIDFD | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
#if defined(__x86_64__)
    long child = syscall(SYS_clone, flags, 0L, process_descriptor, record->number, 0L);
#elif defined(__aarch64__)
    long child = syscall(SYS_clone, flags, 0L, process_descriptor, 0L, record->number);
#else
    errno = ENOSYS;
    long child = -1;
#endif
    if (child == 0) syscall(SYS_set_robust_list, record->robust_list, record->robust_size);
    return (pid_t)child;
}

// It stays in the zygote's group until the host, which has been told of it, takes it out: who ends the group ends what nobody
// knows of.
static void become_worker(const struct reelmill_zygote_order *order, const int *descriptors, int count, int report) {
    int failed = reelmill_bind_to_parent(order->host) || reelmill_place_descriptors(descriptors, count, &report) ||
                 reelmill_limit(&order->limits);
    if (failed) {
        int reason = errno;
        ssize_t ignored = write(report, &reason, sizeof reason);
        (void)ignored;
        _exit(127);
    }
    prctl(PR_SET_NAME, "reelmill-worker", 0, 0, 0);
    close(report);
}

// Returns 0 in the child only.
static int make_child(
    const struct reelmill_zygote_order *order, const struct thread_record *record, const int *descriptors, int count,
    struct zygote_answer *answer, int *process_descriptor) {
    *answer = (struct zygote_answer){.magic = ZYGOTE_MAGIC, .trouble = REELMILL_ZYGOTE_UNABLE};
    *process_descriptor = -1;
    int reason = require_one_thread();
    int report[2];
    if (!reason && pipe2(report, O_CLOEXEC)) reason = errno;
    answer->reason = reason;
    if (reason) return 1;
    pid_t child = fork_for_host(record, process_descriptor);
    if (child == 0) {
        become_worker(order, descriptors, count, report[1]);
        return 0;
    }
    answer->reason = child < 0 ? errno : 0;
    if (child < 0) {
        int is_short = answer->reason == EAGAIN || answer->reason == ENOMEM;
        if (is_short) answer->trouble = REELMILL_ZYGOTE_CHILD_FAILED;
    }
    close(report[1]);
    if (child > 0) {
        answer->process = child;
        ssize_t size;
        do size = read(report[0], &answer->reason, sizeof answer->reason);
        while (size < 0 && errno == EINTR);
        answer->trouble = size == 0 ? REELMILL_ZYGOTE_FINE : REELMILL_ZYGOTE_CHILD_FAILED;
    }
    close(report[0]);
    return 1;
}

void reelmill_zygote_serve(struct reelmill_zygote_order *order) {
    struct thread_record record;
    int reason = find_thread_record(&record);
    if (!reason) reason = require_one_thread();
    prctl(PR_SET_NAME, "reelmill-zygote", 0, 0, 0);
    struct zygote_answer answer = {
        .magic = ZYGOTE_MAGIC,
        .trouble = reason ? REELMILL_ZYGOTE_UNABLE : REELMILL_ZYGOTE_FINE,
        .reason = reason,
        .process = getpid(),
    };
    if (zygote_send(REELMILL_ZYGOTE_SOCKET, &answer, sizeof answer, NULL, 0) || reason) _exit(1);
    int descriptors[REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM];
    while (1) {
        ssize_t size = zygote_receive(
            REELMILL_ZYGOTE_SOCKET, order, sizeof *order, descriptors, REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM);
        // The host is gone, or is not of this build.
        if (size != sizeof *order || order->argument[sizeof order->argument - 1]) _exit(size == 0 ? 0 : 1);
        int count = 0;
        while (count < REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM && descriptors[count] >= 0) count++;
        int process_descriptor;
        if (!make_child(order, &record, descriptors, count, &answer, &process_descriptor)) return;
        for (int index = 0; index < count; index++) close(descriptors[index]);
        int failed = zygote_send(
            REELMILL_ZYGOTE_SOCKET, &answer, sizeof answer, &process_descriptor, process_descriptor >= 0);
        if (process_descriptor >= 0) close(process_descriptor);
        if (failed) _exit(1);
    }
}
