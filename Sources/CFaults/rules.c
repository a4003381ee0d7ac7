#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum when { ONCE, FROM, EACH };

struct rule {
    enum faults_call call;
    int effect;
    bool counts_only;
    enum when when;
    long number;
    const char *text;
    atomic_long met;
};

enum { RULES_MAXIMUM = 32 };
static struct rule rules[RULES_MAXIMUM];
static int rule_count;
static int log_descriptor = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void faults_read_clock(const char *text);
void faults_read_halt(const char *text);

void faults_note(const char *format, ...) {
    if (log_descriptor < 0) return;
    char line[512];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (length < 0) return;
    if ((size_t)length >= sizeof line) length = sizeof line - 1;
    // By the system call, so that no rule meets the log's own writing.
    syscall(SYS_write, log_descriptor, line, (size_t)length);
}

// A harness that misspells a fault must not take its absence for resilience.
static void refuse(const char *variable, const char *text) {
    dprintf(2, "reelmill-faults: %s cannot be understood: %s\n", variable, text);
    _exit(99);
}

static bool read_rule(char *text, struct rule *rule) {
    static const char *const calls[] = {"sync", "write", "copy", "rename"};
    char *rest = text;
    const char *call = strsep(&rest, ":"), *effect = strsep(&rest, ":"), *when = strsep(&rest, ":");
    if (!call || !effect || !when) return false;
    rule->text = rest;
    int found = -1;
    for (int index = 0; index < 4; index++)
        if (!strcmp(call, calls[index])) found = index;
    if (found < 0) return false;
    rule->call = (enum faults_call)found;
    if (!strcmp(effect, "EIO")) rule->effect = EIO;
    else if (!strcmp(effect, "ENOSPC")) rule->effect = ENOSPC;
    else if (!strcmp(effect, "EINTR")) rule->effect = EINTR;
    else if (!strcmp(effect, "count")) rule->counts_only = true;
    else if (!strcmp(effect, "short") && (found == FAULTS_WRITE || found == FAULTS_COPY))
        rule->effect = FAULTS_SHORT;
    else return false;
    char *end;
    rule->number = strtol(when, &end, 10);
    rule->when = *end == '+' ? FROM : *end == '*' ? EACH : ONCE;
    return end != when && rule->number > 0 && (*end == 0 || (rule->when != ONCE && end[1] == 0));
}

static void read_environment(void) {
    const char *log = getenv("REELMILL_FAULT_LOG");
    if (log) {
        int opened = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        // Out of the way of programs that count on low numbers.
        log_descriptor = opened < 0 ? -1 : fcntl(opened, F_DUPFD_CLOEXEC, 200);
        if (opened >= 0) close(opened);
        if (log_descriptor < 0) refuse("REELMILL_FAULT_LOG", log);
    }
    const char *given = getenv("REELMILL_FAULT_RULES");
    char *rest = given ? strdup(given) : NULL;
    for (char *text; rest && (text = strsep(&rest, ";"));) {
        if (!*text) continue;
        if (rule_count == RULES_MAXIMUM || !read_rule(text, &rules[rule_count]))
            refuse("REELMILL_FAULT_RULES", given);
        rule_count++;
    }
    const char *clock = getenv("REELMILL_FAULT_CLOCK");
    if (clock) faults_read_clock(clock);
    const char *halt = getenv("REELMILL_FAULT_HALT");
    if (halt) faults_read_halt(halt);
    unsetenv("LD_PRELOAD");
}

void faults_prepare(void) { pthread_once(&once, read_environment); }

__attribute__((constructor)) static void begin(void) { faults_prepare(); }

__attribute__((destructor)) static void end(void) {
    for (int index = 0; index < rule_count; index++)
        faults_note("met %d %ld\n", index, atomic_load(&rules[index].met));
    faults_note("readings %lld\n", faults_clock_readings());
}

static bool is_path_of(const struct rule *rule, const char *path) {
    size_t text = strlen(rule->text), length = path ? strlen(path) : 0;
    if (!path || text == 0) return text == 0;
    if (rule->text[text - 1] != '$') return strstr(path, rule->text);
    return length >= text - 1 && !strncmp(path + length - (text - 1), rule->text, text - 1);
}

static bool is_due(const struct rule *rule, long met) {
    switch (rule->when) {
    case ONCE: return met == rule->number;
    case FROM: return met >= rule->number;
    case EACH: return met % rule->number == 0;
    }
    return false;
}

int faults_decide(enum faults_call call, int descriptor, const char *path, const char *other) {
    faults_prepare();
    char found[4096] = "";
    int decision = FAULTS_PROCEED;
    for (int index = 0; index < rule_count; index++) {
        struct rule *rule = &rules[index];
        if (rule->call != call) continue;
        if (!path && descriptor >= 0) {
            struct stat status;
            if (call == FAULTS_WRITE && (fstat(descriptor, &status) || !S_ISREG(status.st_mode)))
                return FAULTS_PROCEED;
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, found, sizeof found - 1);
            found[length < 0 ? 0 : length] = 0;
            path = found;
        }
        bool is_meant = !rule->text || is_path_of(rule, path) || is_path_of(rule, other);
        if (!is_meant) continue;
        long met = atomic_fetch_add(&rule->met, 1) + 1;
        if (rule->counts_only || decision != FAULTS_PROCEED || !is_due(rule, met)) continue;
        decision = rule->effect;
        faults_note("fired rule %d at call %ld: %s\n", index, met, path ? path : "");
    }
    return decision;
}
