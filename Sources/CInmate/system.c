#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "attempts.h"

ATTEMPT(socket_inet, socket(AF_INET, SOCK_STREAM, 0))
ATTEMPT(socket_inet6, socket(AF_INET6, SOCK_DGRAM, 0))
ATTEMPT(socket_unix, socket(AF_UNIX, SOCK_STREAM, 0))
ATTEMPT(socket_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
ATTEMPT(connect_any, connect(0, 0, 0))
ATTEMPT(bind_any, bind(0, 0, 0))
ATTEMPT(executable_map, mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0)
ATTEMPT(big_map, mmap(0, 2UL << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0)
ATTEMPT(memory_file, syscall(SYS_memfd_create, "inmate", 0))
ATTEMPT(rings, syscall(SYS_io_uring_setup, 1, (char[256]){0}))
ATTEMPT(programs, syscall(SYS_bpf, 5, 0, 0))
ATTEMPT(counters, syscall(SYS_perf_event_open, 0, 0, -1, -1, 0))
ATTEMPT(keys, syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0))
ATTEMPT(more_core, setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}))
ATTEMPT(more_core_old, syscall(SYS_setrlimit, RLIMIT_CORE, &(struct rlimit){0, 0}))
ATTEMPT(read_limit, getrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}))
ATTEMPT(dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
ATTEMPT(named, prctl(PR_SET_NAME, "inmate", 0, 0, 0))
ATTEMPT(character, personality(PER_LINUX))
ATTEMPT(faults, syscall(SYS_userfaultfd, 1))

static int executable_change(const char *place) {
    (void)place;
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return errno;
    return ANSWER(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int shared_memory(const char *place) {
    (void)place;
    int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    return segment < 0 ? errno : ANSWER(shmctl(segment, IPC_RMID, 0));
}

static int bind_port(const char *place) {
    (void)place;
    int end = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return end < 0 ? errno : ANSWER(bind(end, (struct sockaddr *)&address, sizeof address));
}

#if defined(__x86_64__)
ATTEMPT(number_x32, syscall(0x40000000 + SYS_getpid))

// The 32-bit way in, where call 20 is getpid.
static int number_i386(const char *place) {
    (void)place;
    long answer = 20;
    __asm__ volatile("int $0x80" : "+a"(answer)::"memory", "r8", "r9", "r10", "r11");
    return answer > 0 ? 0 : (int)-answer;
}
#endif

const struct attempt reelmill_system_attempts[] = {
    {"socket-inet", socket_inet},
    {"socket-inet6", socket_inet6},
    {"socket-unix", socket_unix},
    {"socket-netlink", socket_netlink},
    {"connect", connect_any},
    {"bind", bind_any},
    {"bind-port", bind_port},
    {"mmap-exec", executable_map},
    {"mprotect-exec", executable_change},
    {"mmap-2-gib", big_map},
    {"memfd-create", memory_file},
    {"io-uring", rings},
    {"bpf", programs},
    {"perf-event", counters},
    {"keyctl", keys},
    {"setrlimit", more_core},
    {"setrlimit-call", more_core_old},
    {"getrlimit", read_limit},
    {"prctl-dumpable", dumpable},
    {"prctl-name", named},
    {"personality", character},
    {"userfaultfd", faults},
    {"shmget", shared_memory},
#if defined(__x86_64__)
    {"call-of-x32", number_x32},
    {"call-of-i386", number_i386},
#endif
    {0},
};
