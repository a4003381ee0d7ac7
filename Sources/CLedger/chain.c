// The one-shot functions of OpenSSL 1.1: the newer ones look the algorithm up each time, which costs more than the hash.
#define OPENSSL_API_COMPAT 0x10100000L
#include "CLedger.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { field_count = 12, small_bytes = 448 };

struct reelmill_chain {
    int64_t now;
    int64_t sequence;
    uint8_t hash[32];
    int is_broken;
};

// Gathers the text to hash; what does not fit is hashed on the way.
typedef struct {
    SHA256_CTX context;
    size_t used;
    uint8_t bytes[small_bytes];
} gathering;

static void gather(gathering *text, const void *bytes, size_t count) {
    if (text->used + count > small_bytes) {
        SHA256_Update(&text->context, text->bytes, text->used);
        text->used = 0;
        if (count > small_bytes) {
            SHA256_Update(&text->context, bytes, count);
            return;
        }
    }
    memcpy(text->bytes + text->used, bytes, count);
    text->used += count;
}

// A letter, the number in decimal, and a mark that ends it.
static void gather_number(gathering *text, char letter, int64_t number, char end) {
    char digits[24];
    char *place = digits + sizeof digits;
    *--place = end;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--place = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) *--place = '-';
    *--place = letter;
    gather(text, place, (size_t)(digits + sizeof digits - place));
}

static void gather_digest(gathering *text, const uint8_t digest[32]) {
    static const char letters[] = "0123456789abcdef";
    char hex[64];
    for (int index = 0; index < 32; index++) {
        hex[2 * index] = letters[digest[index] >> 4];
        hex[2 * index + 1] = letters[digest[index] & 15];
    }
    gather(text, "s71:sha256:", 11);
    gather(text, hex, sizeof hex);
}

static void gather_value(gathering *text, sqlite3_value *value) {
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        gather(text, "-;", 2);
        break;
    case SQLITE_INTEGER:
        gather_number(text, 'i', sqlite3_value_int64(value), ';');
        break;
    case SQLITE_BLOB:
        if (sqlite3_value_bytes(value) == 32) {
            gather_digest(text, sqlite3_value_blob(value));
        } else {
            gather_number(text, 'b', sqlite3_value_bytes(value), ':');
            gather(text, sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value));
        }
        break;
    default: {
        const unsigned char *letters = sqlite3_value_text(value);
        int count = sqlite3_value_bytes(value);
        gather_number(text, 's', count, ':');
        gather(text, letters, (size_t)count);
    }
    }
}

static void begin(gathering *text, const uint8_t previous[32]) {
    SHA256_Init(&text->context);
    text->used = 0;
    gather(text, "b32:", 4);
    gather(text, previous, 32);
}

static void end(gathering *text, uint8_t hash[32]) {
    SHA256_Update(&text->context, text->bytes, text->used);
    SHA256_Final(hash, &text->context);
}

static reelmill_chain *chain_of(sqlite3_context *context) { return sqlite3_user_data(context); }

static void take_nothing(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)context, (void)count, (void)values;
}

static void now(sqlite3_context *context) { sqlite3_result_int64(context, chain_of(context)->now); }

static void next(sqlite3_context *context) {
    sqlite3_result_int64(context, chain_of(context)->sequence + 1);
}

static void link_event(sqlite3_context *context, int count, sqlite3_value **values) {
    reelmill_chain *chain = chain_of(context);
    chain->is_broken = sqlite3_value_int64(values[0]) != chain->sequence + 1
        || (sqlite3_value_type(values[count - 1]) == SQLITE_BLOB
            && sqlite3_value_bytes(values[count - 1]) != 32);
    if (chain->is_broken) return;
    gathering text;
    begin(&text, chain->hash);
    for (int index = 0; index < count; index++) gather_value(&text, values[index]);
    end(&text, chain->hash);
    chain->sequence += 1;
}

static void linked(sqlite3_context *context) {
    if (chain_of(context)->is_broken) {
        sqlite3_result_error(context, "an event out of order, or a digest that has not 32 bytes", -1);
    } else {
        sqlite3_result_blob(context, chain_of(context)->hash, 32, SQLITE_TRANSIENT);
    }
}

reelmill_chain *reelmill_chain_attach(sqlite3 *connection) {
    reelmill_chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL) return NULL;
    // The chain is freed with the connection; an error frees it at once.
    if (sqlite3_create_function_v2(
            connection, "reelmill_link", field_count, SQLITE_UTF8, chain, NULL, link_event, linked, free)
        || sqlite3_create_function_v2(
            connection, "reelmill_now", 0, SQLITE_UTF8, chain, NULL, take_nothing, now, NULL)
        || sqlite3_create_function_v2(
            connection, "reelmill_next", -1, SQLITE_UTF8, chain, NULL, take_nothing, next, NULL)) {
        return NULL;
    }
    return chain;
}

void reelmill_chain_begin(reelmill_chain *chain, int64_t time, int64_t sequence, const uint8_t hash[32]) {
    chain->now = time;
    chain->sequence = sequence;
    memcpy(chain->hash, hash, 32);
}

int64_t reelmill_chain_sequence(const reelmill_chain *chain) { return chain->sequence; }
const uint8_t *reelmill_chain_hash(const reelmill_chain *chain) { return chain->hash; }

void reelmill_event_hash(const uint8_t previous[32], sqlite3_stmt *row, int first, uint8_t hash[32]) {
    gathering text;
    begin(&text, previous);
    for (int index = 0; index < field_count; index++) {
        gather_value(&text, sqlite3_column_value(row, first + index));
    }
    end(&text, hash);
}
