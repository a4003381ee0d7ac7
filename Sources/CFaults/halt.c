#define _GNU_SOURCE
#include "faults.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORDS_MAXIMUM = 8 };
static int signal_number;
static bool is_after_line;
static long line_number;
static const char *words[WORDS_MAXIMUM];
static int word_count;
static atomic_long lines;
static _Atomic pid_t due_thread;

void faults_read_halt(const char *text) {
    char *rest = strdup(text);
    const char *signal = strsep(&rest, ":"), *side = strsep(&rest, ":"), *number = strsep(&rest, ":");
    bool is_known = signal && side && number && rest && *rest &&
                    (!strcmp(signal, "KILL") || !strcmp(signal, "STOP")) &&
                    (!strcmp(side, "before") || !strcmp(side, "after")) && atol(number) > 0;
    for (char *word; is_known && (word = strsep(&rest, "&"));) {
        is_known = word_count < WORDS_MAXIMUM && *word;
        if (is_known) words[word_count++] = word;
    }
    if (!is_known) {
        dprintf(2, "reelmill-faults: REELMILL_FAULT_HALT cannot be understood: %s\n", text);
        _exit(99);
    }
    signal_number = strcmp(signal, "KILL") ? SIGSTOP : SIGKILL;
    is_after_line = !strcmp(side, "after");
    line_number = atol(number);
}

static bool is_blank(char character) { return character == ' ' || character == '\n'; }

static bool has_word(const char *line, size_t count, const char *word) {
    size_t length = strlen(word);
    const char *from = line;
    for (;;) {
        const char *found = memmem(from, (size_t)(line + count - from), word, length);
        if (!found) return false;
        bool begins = found == line || is_blank(found[-1]);
        bool ends = found + length == line + count || is_blank(found[length]);
        if (begins && ends) return true;
        from = found + 1;
    }
}

void faults_halt(bool is_after, const void *bytes, size_t count) {
    if (word_count == 0) return;
    pid_t thread = (pid_t)syscall(SYS_gettid);
    if (!is_after) {
        for (int index = 0; index < word_count; index++)
            if (!has_word(bytes, count, words[index])) return;
        if (atomic_fetch_add(&lines, 1) + 1 != line_number) return;
        if (is_after_line) {
            atomic_store(&due_thread, thread);
            return;
        }
    } else if (atomic_load(&due_thread) != thread) {
        return;
    } else {
        atomic_store(&due_thread, 0);
    }
    faults_note("fired signal %d\n", signal_number);
    // To this very thread, so that it does not go a step further before the process stops.
    syscall(SYS_tgkill, getpid(), thread, signal_number);
}
