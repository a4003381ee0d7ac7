#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

// To compute, to allocate, to have threads, to read and write what is open.
static const char *const allowed[] = {
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "lseek", "close", "fstat",
    "ftruncate", "dup", "poll", "ppoll", "munmap", "mremap", "madvise", "brk", "futex",
    "set_robust_list", "rseq", "exit", "exit_group", "restart_syscall", "rt_sigreturn", "rt_sigaction",
    "rt_sigprocmask", "sigaltstack", "gettid", "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid",
    "clock_gettime", "clock_getres", "gettimeofday", "time", "nanosleep", "clock_nanosleep", "sched_yield",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "getcpu", "getrandom", "uname", "sysinfo",
    "getrusage", "times", "getrlimit", "membarrier",
};

// What libraries try and can do without: the machine's files, mostly. Nothing may be asked about a path either.
static const char *const refused[] = {
    "open", "openat", "openat2", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "statfs", "getcwd", "getdents64",
};

// Calls that libraries do without where the kernel lacks them. clone3 hides its flags in memory, where no filter sees them;
// the C library falls back to clone.
static const char *const absent[] = {"clone3", "get_mempolicy", "set_mempolicy", "mbind", "map_shadow_stack"};

// No library that decodes or encodes has a reason for these: an attack is under way.
static const char *const deadly[] = {
    // Programs and processes.
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "process_mrelease", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "kcmp", "setrlimit", "personality", "setpgid", "setsid", "seccomp",
    // The network.
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg",
    "recvfrom", "recvmsg", "recvmmsg",
    // Files, by path, by handle, and of what is open all but its bytes.
    "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "symlink",
    "symlinkat", "link", "linkat", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown",
    "fchownat", "truncate", "chdir", "fchdir", "utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "open_by_handle_at", "name_to_handle_at",
    "inotify_init", "inotify_init1", "fanotify_init",
    // The system.
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen", "fsconfig", "fsmount", "fspick",
    "move_mount", "open_tree", "mount_setattr", "swapon", "swapoff", "quotactl", "acct", "reboot", "init_module",
    "finit_module", "delete_module", "kexec_load", "kexec_file_load", "sethostname", "setdomainname",
    "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "iopl", "ioperm", "modify_ldt", "syslog",
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid",
    "capset",
    // Ways into the kernel that were holes before, and memory that lies outside the limits.
    "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit", "bpf", "perf_event_open",
    "userfaultfd", "memfd_create", "memfd_secret", "keyctl", "add_key", "request_key", "shmget", "shmat", "shmctl",
    "msgget", "semget", "mq_open", "pkey_mprotect", "remap_file_pages", "vmsplice", "splice", "tee",
};

// A name that this architecture or this libseccomp does not know gets the default answer, which is no.
static int add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count) {
    for (size_t index = 0; index < count; index++) {
        int number = seccomp_syscall_resolve_name(names[index]);
        // Negative numbers are of other architectures.
        if (number < 0) continue;
        int code = seccomp_rule_add(filter, action, number, 0);
        if (code) return code;
    }
    return 0;
}

// Where an argument decides, it is compared as the 64 bits that the kernel is given: what is not exactly the allowed value
// is not allowed, even if the kernel would look at its low half only.
static int add_compared(scmp_filter_ctx filter, uint64_t self) {
    const uint32_t kill_process = SCMP_ACT_KILL_PROCESS;
    // As glibc starts a thread (nptl, sysdeps/unix/sysv/linux/createthread.c).
    const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD |
                            CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    const struct {
        uint32_t action;
        int call;
        struct scmp_arg_cmp condition;
    } rules[] = {
        {SCMP_ACT_ALLOW, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_EQ, thread)},
        {kill_process, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_NE, thread)},
        // abort() and raise() signal the process itself.
        {SCMP_ACT_ALLOW, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self)},
        {kill_process, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_NE, self)},
        {SCMP_ACT_ALLOW, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_EQ, self)},
        {kill_process, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_NE, self)},
        {SCMP_ACT_ALLOW, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {kill_process, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)},
        {SCMP_ACT_ALLOW, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {kill_process, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)},
        // isatty() of a log: nothing here is a terminal.
        {SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS)},
        {kill_process, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_NE, TCGETS)},
        {SCMP_ACT_ALLOW, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)},
        {SCMP_ACT_ALLOW, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_NAME)},
        // F_SETOWN would have signals sent to others, F_SETFL would change the host's end of a pipe.
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL)},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD)},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_SETFD)},
        {SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0)},
        {kill_process, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_NE, 0)},
    };
    for (size_t index = 0; index < LENGTH(rules); index++) {
        int code = seccomp_rule_add(filter, rules[index].action, rules[index].call, 1, rules[index].condition);
        if (code) return code;
    }
    return 0;
}

int reelmill_build_filter(scmp_filter_ctx *filter, pid_t self) {
    *filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!*filter) return -ENOSYS;
    // Calls of other architectures, x32 among them, have other numbers, and would pass by the filter.
    int code = seccomp_attr_set(*filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!code) code = seccomp_attr_set(*filter, SCMP_FLTATR_CTL_TSYNC, 1);
    // A tree instead of a list: the calls of every frame are found in a few steps.
    if (!code) code = seccomp_attr_set(*filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (!code) code = add_all(*filter, SCMP_ACT_ALLOW, allowed, LENGTH(allowed));
    if (!code) code = add_all(*filter, SCMP_ACT_ERRNO(EACCES), refused, LENGTH(refused));
    if (!code) code = add_all(*filter, SCMP_ACT_ERRNO(ENOSYS), absent, LENGTH(absent));
    if (!code) code = add_all(*filter, SCMP_ACT_KILL_PROCESS, deadly, LENGTH(deadly));
    if (!code) code = add_compared(*filter, (uint64_t)self);
    if (code) seccomp_release(*filter);
    return code;
}
