#define _GNU_SOURCE
#include "CLedger.h"

#include <string.h>

uint64_t reelmill_text_hash(uint64_t seed, const void *bytes, size_t count) {
    const uint8_t *place = bytes;
    uint64_t hash = seed ^ (count * 0x9e3779b97f4a7c15u);
    while (count > 0) {
        uint64_t word = 0;
        size_t step = count < 8 ? count : 8;
        memcpy(&word, place, step);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
        place += step;
        count -= step;
    }
    hash *= 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 32;
    return hash == 0 ? 1 : hash;
}

uint64_t reelmill_short_name(const void *bytes, size_t count) {
    uint64_t name = 0;
    memcpy(&name, bytes, count < 8 ? count : 8);
    return name;
}

static uint64_t column_hash(sqlite3_stmt *row, int column, uint64_t seed) {
    if (sqlite3_column_type(row, column) == SQLITE_NULL) return 0;
    const void *bytes = sqlite3_column_blob(row, column);
    return reelmill_text_hash(seed, bytes, (size_t)sqlite3_column_bytes(row, column));
}

static uint64_t column_name(sqlite3_stmt *row, int column) {
    const void *bytes = sqlite3_column_blob(row, column);
    return bytes ? reelmill_short_name(bytes, (size_t)sqlite3_column_bytes(row, column)) : 0;
}

int reelmill_event_check(sqlite3_stmt *row, uint8_t hash[32]) {
    uint8_t computed[32];
    reelmill_event_hash(hash, row, 0, computed);
    if (sqlite3_column_bytes(row, 13) != 32) return 0;
    memcpy(hash, sqlite3_column_blob(row, 13), 32);
    return memcmp(computed, hash, 32) == 0;
}

void reelmill_event_read(sqlite3_stmt *row, uint64_t seed, int64_t checks_from, reelmill_event_facts *facts) {
    if (sqlite3_column_int64(row, 0) >= checks_from) {
        facts->is_linked = reelmill_event_check(row, facts->hash);
    } else {
        facts->is_linked = 1;
        if (sqlite3_column_bytes(row, 13) == 32) memcpy(facts->hash, sqlite3_column_blob(row, 13), 32);
    }
    facts->sequence = sqlite3_column_int64(row, 0);
    facts->at = sqlite3_column_int64(row, 1);
    facts->kind = column_name(row, 5);
    uint64_t place = sqlite3_column_type(row, 4) == SQLITE_NULL
        ? facts->kind : (uint64_t)sqlite3_column_int64(row, 4);
    uint64_t subject = column_hash(row, 2, seed) ^ (column_hash(row, 3, seed) * 3);
    facts->subject = reelmill_text_hash(subject, &place, sizeof place);
    facts->from = column_name(row, 6);
    facts->to = column_name(row, 7);
    facts->epoch = sqlite3_column_int64(row, 8);
    facts->attempt = sqlite3_column_int64(row, 9);
    facts->node = column_hash(row, 10, seed);
    facts->detail = column_hash(row, 11, seed);
    facts->previous = sqlite3_column_int64(row, 12);
}

ptrdiff_t reelmill_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count) {
    const char *found = memmem(bytes, count, wanted, wanted_count);
    return found ? found - (const char *)bytes : -1;
}
