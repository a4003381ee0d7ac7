#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"

// Runs between fork and exec: async-signal-safe calls only.
static void become_worker(const struct reelmill_spawn_request *request, pid_t parent, int report) {
    int failed = setpgid(0, 0) || reelmill_bind_to_parent(parent) ||
                 reelmill_place_descriptors(request->descriptors, request->descriptor_count, &report) ||
                 (request->limits && reelmill_limit(request->limits));
    if (!failed) execve(request->path, request->arguments, request->environment);
    int reason = errno;
    ssize_t ignored = write(report, &reason, sizeof reason);
    (void)ignored;
    _exit(127);
}

int reelmill_spawn(
    const struct reelmill_spawn_request *request, pid_t *process, int *process_descriptor) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC)) return errno;
    pid_t parent = getpid();
    // No handler of ours may run in the child before exec.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) become_worker(request, parent, pipe_ends[1]);
    int reason = child < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(pipe_ends[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(pipe_ends[0], &reason, sizeof reason);
        while (count < 0 && errno == EINTR);
        if (count == 0) reason = 0;
        int descriptor = reason ? -1 : (int)syscall(SYS_pidfd_open, child, 0);
        if (!reason && descriptor < 0) reason = errno;
        if (reason) {
            kill(child, SIGKILL);
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        } else {
            *process = child;
            *process_descriptor = descriptor;
        }
    }
    close(pipe_ends[0]);
    return reason;
}

int reelmill_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int reelmill_death_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int reelmill_pipe(int *ends) { return pipe2(ends, O_CLOEXEC) ? errno : 0; }
