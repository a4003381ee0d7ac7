#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

// The filter as the kernel takes it. Building it takes longer than all the rest of a start, and of one process to the next it
// differs in one number, that of the process: so it can be built ahead, and the number put in.
struct program {
    struct sock_filter *steps;
    size_t count;
};

static struct program prepared;
// Stand for the process in what is built ahead: no process has such a number (PID_MAX_LIMIT is 2^22).
enum { STAND_IN = 0x5eed0001, OTHER_STAND_IN = 0x5eed0002 };

static int build(struct program *program, pid_t self) {
    scmp_filter_ctx filter;
    int code = reelmill_build_filter(&filter, self);
    if (code) return -code;
    int file = memfd_create("filter", MFD_CLOEXEC);
    struct stat size = {0};
    code = file < 0 ? errno : -seccomp_export_bpf(filter, file);
    seccomp_release(filter);
    if (!code && fstat(file, &size)) code = errno;
    *program = (struct program){.steps = malloc(size.st_size + 1), .count = size.st_size / sizeof(struct sock_filter)};
    if (!code && !program->steps) code = ENOMEM;
    if (!code && pread(file, program->steps, size.st_size, 0) != size.st_size) code = EIO;
    if (file >= 0) close(file);
    if (code) free(program->steps);
    return code;
}

// Whether two programs differ where one compares with STAND_IN and the other with OTHER_STAND_IN, and nowhere else.
static int differ_in_process_alone(const struct program *one, const struct program *other) {
    size_t places = 0;
    for (size_t index = 0; one->count == other->count && index < one->count; index++) {
        struct sock_filter step = one->steps[index];
        if (step.k == STAND_IN && step.code == (BPF_JMP | BPF_JEQ | BPF_K)) {
            step.k = OTHER_STAND_IN;
            places++;
        }
        if (memcmp(&step, &other->steps[index], sizeof step)) return 0;
    }
    return places > 0;
}

int reelmill_prepare_seccomp(void) {
    struct program program, check;
    int code = build(&program, STAND_IN);
    if (code) return code;
    code = build(&check, OTHER_STAND_IN);
    if (!code) {
        if (!differ_in_process_alone(&program, &check)) code = EINVAL;
        free(check.steps);
    }
    if (code)
        free(program.steps);
    else
        prepared = program;
    return code;
}

static int load(const struct program *program) {
    struct sock_fprog given = {.len = (unsigned short)program->count, .filter = program->steps};
    long answer = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &given);
    // A positive answer is a thread that could not be brought under the filter.
    return answer == 0 ? 0 : answer < 0 ? errno : ESRCH;
}

int reelmill_enter_seccomp(void) {
    if (!prepared.steps) {
        struct program program;
        int code = build(&program, getpid());
        if (code) return code;
        code = load(&program);
        free(program.steps);
        return code;
    }
    for (size_t index = 0; index < prepared.count; index++)
        if (prepared.steps[index].k == STAND_IN) prepared.steps[index].k = (unsigned)getpid();
    return load(&prepared);
}
