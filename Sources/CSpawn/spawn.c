#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int limit(int resource, rlim_t value) {
    struct rlimit pair = {value, value};
    return setrlimit(resource, &pair);
}

// The soft limit sends SIGXCPU, which says why; the hard one kills what ignores it.
static int limit_cpu(rlim_t seconds) {
    struct rlimit pair = {seconds, seconds + 5};
    return setrlimit(RLIMIT_CPU, &pair);
}

static int place_descriptors(const struct reelmill_spawn_request *request, int *error_pipe) {
    int count = request->descriptor_count;
    // First out of the way of every target, so that placing one never overwrites another.
    int away[count];
    int floor = 2 * count + 16;
    for (int index = 0; index < count; index++) {
        away[index] = fcntl(request->descriptors[index], F_DUPFD, floor);
        if (away[index] < 0) return -1;
    }
    int report = fcntl(*error_pipe, F_DUPFD_CLOEXEC, floor);
    if (report < 0) return -1;
    for (int index = 0; index < count; index++)
        if (dup2(away[index], index) < 0) return -1;
    if (dup3(report, count, O_CLOEXEC) < 0) return -1;
    *error_pipe = count;
    return (int)syscall(SYS_close_range, count + 1, ~0U, 0);
}

// Runs between fork and exec: async-signal-safe calls only.
static void become_worker(const struct reelmill_spawn_request *request, pid_t parent, int error_pipe) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    int failed = setpgid(0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL) ||
                 prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // The parent may have died before the line above.
    if (!failed && getppid() != parent) _exit(127);
    failed = failed || place_descriptors(request, &error_pipe) || limit(RLIMIT_CORE, 0) ||
             limit_cpu(request->cpu_seconds) || limit(RLIMIT_FSIZE, request->file_bytes) ||
             limit(RLIMIT_NOFILE, request->open_files) ||
             limit(RLIMIT_AS, request->address_space_bytes) ||
             sigprocmask(SIG_SETMASK, &none, NULL);
    if (!failed) execve(request->path, request->arguments, request->environment);
    int reason = errno;
    ssize_t ignored = write(error_pipe, &reason, sizeof reason);
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
