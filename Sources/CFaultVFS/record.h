#pragma once
#include "CFaultVFS.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct content {
    unsigned char *bytes;
    size_t length;
};

bool content_read(const char *path, struct content *content);
bool content_write(const char *path, const struct content *content);

// One write or truncation, with how to undo it and to do it again.
struct record {
    struct record *next, *before;
    // Pending until a sync; doubtful for good after a sync that failed.
    enum { pending, doubtful, durable } state;
    bool truncates;
    sqlite3_int64 offset;
    struct content old, new;
    sqlite3_int64 old_size;
};

// Of what is about to be done to the file. NULL when it cannot be read.
struct record *record_write(sqlite3_file *real, const void *bytes, int length, sqlite3_int64 offset);
struct record *record_truncate(sqlite3_file *real, sqlite3_int64 size);
void record_free(struct record *record);

// What decides about the writes that were not synced. Every fourth seed loses all, and every fourth keeps all.
struct lottery {
    uint64_t random;
    enum { loses_all, keeps_all, mixed } mood;
};

struct lottery lottery_of(uint64_t seed);
uint64_t lottery_draw(struct lottery *lottery, uint64_t choices);

// Undoes all records and does those again that the disk kept. False when the file cannot be written.
bool records_mend(
    const char *path, struct record *first, struct record *last, struct lottery *lottery,
    struct reelmill_fault_loss *loss);
