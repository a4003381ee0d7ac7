#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "CInmate.h"
#include "attempts.h"

// How a worker was started; each answers with a number.

static int descriptors(const char *place) {
    (void)place;
    int count = 0;
    for (int descriptor = 0; descriptor < 4096; descriptor++) count += fcntl(descriptor, F_GETFD) >= 0;
    return count;
}

static int parent(const char *place) {
    (void)place;
    return getppid();
}

// The inmate itself ignores SIGPIPE.
static int signals(const char *place) {
    (void)place;
    int odd = 0;
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < SIGRTMIN; number++) {
        struct sigaction action;
        if (sigismember(&blocked, number) == 1) odd++;
        if (number != SIGPIPE && !sigaction(number, NULL, &action) && action.sa_handler != SIG_DFL) odd++;
    }
    return odd;
}

static void *own_number(void *mutex) {
    pthread_mutex_lock(mutex);
    return (void *)(long)(((pthread_mutex_t *)mutex)->__data.__owner != gettid());
}

// 0 if the C library knows the numbers of the first thread and of another. A lock that checks for errors holds its owner's.
static int thread_numbers(const char *place) {
    (void)place;
    pthread_mutexattr_t checking;
    pthread_mutexattr_init(&checking);
    pthread_mutexattr_settype(&checking, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_t own, other;
    pthread_mutex_init(&own, &checking);
    pthread_mutex_init(&other, &checking);
    void *is_wrong = own_number(&own);
    pthread_t thread;
    void *is_other_wrong = NULL;
    if (pthread_create(&thread, NULL, own_number, &other)) return 3;
    pthread_join(thread, &is_other_wrong);
    return (is_wrong ? 1 : 0) + (is_other_wrong ? 2 : 0);
}

static int length(const char *descriptor) {
    return (int)lseek(atoi(descriptor), 0, SEEK_END);
}

static int wait_for(const char *milliseconds) {
    long count = atol(milliseconds);
    struct timespec rest = {count / 1000, count % 1000 * 1000000};
    while (nanosleep(&rest, &rest) && errno == EINTR) {}
    return 0;
}

const struct attempt reelmill_start_attempts[] = {
    {"descriptors", descriptors}, {"parent", parent}, {"signals", signals},
    {"length", length}, {"thread-numbers", thread_numbers}, {"wait", wait_for}, {0},
};

static void *sleep_on(void *nothing) {
    while (1) pause();
    return nothing;
}

int reelmill_start_thread(void) {
    pthread_t thread;
    return pthread_create(&thread, NULL, sleep_on, NULL);
}
