#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum faults_call { FAULTS_SYNC, FAULTS_WRITE, FAULTS_COPY, FAULTS_RENAME };

// What a call is to do.
enum { FAULTS_PROCEED = 0, FAULTS_SHORT = -1 };

// Reads the environment, once; safe to call from anywhere.
void faults_prepare(void);

// FAULTS_PROCEED, FAULTS_SHORT, or the errno to fail with. Paths may be NULL; with a descriptor that is not
// negative its path is asked of the kernel when a rule needs it.
int faults_decide(enum faults_call call, int descriptor, const char *path, const char *other);

// Milliseconds by which the wall clock is off now; counts as a reading of it.
long long faults_clock_offset(void);

// How often it was read.
long long faults_clock_readings(void);

// Sends the signal that is due before or after these bytes are written to descriptor 2.
void faults_halt(bool is_after, const void *bytes, size_t count);

// Adds a line to the log.
void faults_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
