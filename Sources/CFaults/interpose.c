#define _GNU_SOURCE
// The names below must be the functions themselves, not their 64-bit or fortified redirections.
#undef _FORTIFY_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// The real work is done by system calls: there is no order of loading to get wrong.

static int failed(int reason) {
    errno = reason;
    return -1;
}

static size_t halved(size_t count) { return count > 1 ? count / 2 : count; }

int fsync(int descriptor) {
    int decision = faults_decide(FAULTS_SYNC, descriptor, NULL, NULL);
    return decision > 0 ? failed(decision) : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    int decision = faults_decide(FAULTS_SYNC, descriptor, NULL, NULL);
    return decision > 0 ? failed(decision) : (int)syscall(SYS_fdatasync, descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    int decision = faults_decide(FAULTS_WRITE, descriptor, NULL, NULL);
    if (decision > 0) return failed(decision);
    if (decision == FAULTS_SHORT) count = halved(count);
    if (descriptor == STDERR_FILENO) faults_halt(false, bytes, count);
    ssize_t written = syscall(SYS_write, descriptor, bytes, count);
    int reason = errno;
    if (descriptor == STDERR_FILENO) faults_halt(true, bytes, count);
    errno = reason;
    return written;
}

static ssize_t write_at(int descriptor, const void *bytes, size_t count, off_t offset) {
    int decision = faults_decide(FAULTS_WRITE, descriptor, NULL, NULL);
    if (decision > 0) return failed(decision);
    if (decision == FAULTS_SHORT) count = halved(count);
    return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return write_at(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return write_at(descriptor, bytes, count, offset);
}

ssize_t copy_file_range(
    int input, off64_t *from, int output, off64_t *to, size_t count, unsigned flags) {
    int decision = faults_decide(FAULTS_COPY, output, NULL, NULL);
    if (decision > 0) return failed(decision);
    if (decision == FAULTS_SHORT) count = halved(count);
    return syscall(SYS_copy_file_range, input, from, output, to, count, flags);
}

static int rename_with(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    int decision = faults_decide(FAULTS_RENAME, -1, from, to);
    return decision > 0 ? failed(decision)
                        : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int rename(const char *from, const char *to) {
    return rename_with(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return rename_with(from_folder, from, to_folder, to, 0);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return rename_with(from_folder, from, to_folder, to, flags);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
    long long offset = faults_clock_offset();
    time->tv_sec += offset / 1000;
    time->tv_nsec += offset % 1000 * 1000000;
    if (time->tv_nsec >= 1000000000) {
        time->tv_nsec -= 1000000000;
        time->tv_sec++;
    } else if (time->tv_nsec < 0) {
        time->tv_nsec += 1000000000;
        time->tv_sec--;
    }
    return 0;
}

int gettimeofday(struct timeval *time, void *zone) {
    (void)zone;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
