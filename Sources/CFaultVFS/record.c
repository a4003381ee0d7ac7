#define _GNU_SOURCE
#include "record.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { sector = 512 };

struct lottery lottery_of(uint64_t seed) {
    struct lottery lottery = {seed, seed % 4 == 0 ? loses_all : seed % 4 == 1 ? keeps_all : mixed};
    return lottery;
}

// SplitMix64, from Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
uint64_t lottery_draw(struct lottery *lottery, uint64_t choices) {
    uint64_t value = lottery->random += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return (value ^ (value >> 31)) % choices;
}

static struct content copy(const void *bytes, size_t length) {
    struct content content = {malloc(length ? length : 1), length};
    if (bytes) memcpy(content.bytes, bytes, length);
    return content;
}

// What stands in the file from the offset, up to `most` bytes.
static bool read_old(sqlite3_file *real, struct record *record, sqlite3_int64 most) {
    sqlite3_int64 length = record->old_size - record->offset;
    if (length > most) length = most;
    record->old = copy(NULL, length > 0 ? length : 0);
    return length <= 0 ||
           real->pMethods->xRead(real, record->old.bytes, (int)length, record->offset) == SQLITE_OK;
}

static struct record *record_made(sqlite3_file *real, sqlite3_int64 offset, sqlite3_int64 most) {
    struct record *record = calloc(1, sizeof *record);
    record->offset = offset;
    if (real->pMethods->xFileSize(real, &record->old_size) == SQLITE_OK && read_old(real, record, most))
        return record;
    record_free(record);
    return NULL;
}

struct record *record_write(sqlite3_file *real, const void *bytes, int length, sqlite3_int64 offset) {
    struct record *record = record_made(real, offset, length);
    if (record) record->new = copy(bytes, length);
    return record;
}

struct record *record_truncate(sqlite3_file *real, sqlite3_int64 size) {
    struct record *record = record_made(real, size, INT32_MAX);
    if (record) record->truncates = true;
    return record;
}

void record_free(struct record *record) {
    free(record->old.bytes);
    free(record->new.bytes);
    free(record);
}

static bool put(int descriptor, const unsigned char *bytes, size_t length, off_t offset) {
    return pwrite(descriptor, bytes, length, offset) == (ssize_t)length;
}

static bool undo(int descriptor, const struct record *record) {
    return put(descriptor, record->old.bytes, record->old.length, record->offset) &&
           ftruncate(descriptor, record->old_size) == 0;
}

// A write that got as far as a border between sectors: its beginning is on the disk, or its end.
static bool tear(int descriptor, const struct record *record, struct lottery *lottery) {
    size_t to_border = sector - record->offset % sector;
    size_t borders = (record->new.length - 1 - to_border) / sector + 1;
    size_t cut = to_border + lottery_draw(lottery, borders) * sector;
    if (lottery_draw(lottery, 2)) return put(descriptor, record->new.bytes, cut, record->offset);
    return put(descriptor, record->new.bytes + cut, record->new.length - cut, record->offset + cut);
}

static bool redo(
    int descriptor, const struct record *record, struct lottery *lottery, struct reelmill_fault_loss *loss) {
    uint64_t fate = record->state == durable || lottery->mood == keeps_all ? 0
                    : lottery->mood == loses_all                           ? 2
                                                                           : lottery_draw(lottery, 4);
    bool can_tear = !record->truncates && record->offset % sector + record->new.length > sector;
    if (fate == 3 && can_tear) {
        loss->torn += 1;
        return tear(descriptor, record, lottery);
    }
    if (fate >= 2) {
        loss->undone += 1;
        return true;
    }
    if (record->state != durable) loss->kept += 1;
    if (!record->truncates) return put(descriptor, record->new.bytes, record->new.length, record->offset);
    struct stat status;
    if (fstat(descriptor, &status) != 0) return false;
    return status.st_size <= record->offset || ftruncate(descriptor, record->offset) == 0;
}

bool records_mend(
    const char *path, struct record *first, struct record *last, struct lottery *lottery,
    struct reelmill_fault_loss *loss) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return false;
    bool mended = true;
    for (struct record *record = last; record && mended; record = record->before)
        mended = undo(descriptor, record);
    for (struct record *record = first; record && mended; record = record->next)
        mended = redo(descriptor, record, lottery, loss);
    return close(descriptor) == 0 && mended;
}

bool content_read(const char *path, struct content *content) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    struct stat status;
    bool whole = fstat(descriptor, &status) == 0;
    *content = copy(NULL, whole ? status.st_size : 0);
    whole = whole && read(descriptor, content->bytes, content->length) == (ssize_t)content->length;
    if (!whole) free(content->bytes);
    close(descriptor);
    return whole;
}

bool content_write(const char *path, const struct content *content) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) return false;
    bool whole = put(descriptor, content->bytes, content->length, 0);
    return close(descriptor) == 0 && whole;
}
