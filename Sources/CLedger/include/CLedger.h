#pragma once
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

// The hash chain of a ledger's history, on one SQLite connection.
//
// The hash of an event is a SHA-256 over the hash before it and every field, each with its type and length, so that
// no two different events hash the same text: `b32:` and the hash before, then of each field `i<number>;`,
// `s<bytes>:<text>` or `-;` for what is absent. A detail that is stored as the 32 bytes of a digest stands for the
// text `sha256:<hex>`.
typedef struct reelmill_chain reelmill_chain;

// Before the first connection of the process: SQLite does without statistics of its memory, which cost a lock for each
// piece, and keeps what it needs to undo one statement in small pieces of memory, instead of 64 KiB at a time.
// Does nothing later.
void reelmill_sqlite_prepare(void);

// Registers the functions that the schema's triggers call, and returns their state; NULL without memory. It lives as
// long as the connection.
//   reelmill_now()    the transaction's time
//   reelmill_next()   the sequence number of the next event
//   reelmill_link(sequence, at, tenant, job, position, kind, from, to, epoch, attempt, node, detail)
//                     the hash of the next event, which becomes the head; an error at any other sequence number
// They are aggregates, used as `(SELECT reelmill_now())`: of a plain function SQLite believes that it may fail, and
// before each statement that could call one in a trigger it copies every page that the statement changes. The whole
// transaction is rolled back here on any error, so that there is nothing to undo by the statement. As such a
// subselect is computed once a statement, one that changes several rows gives `reelmill_next` their keys.
reelmill_chain *reelmill_chain_attach(sqlite3 *connection);

// At the start of a transaction: its time, and the head of the chain.
void reelmill_chain_begin(reelmill_chain *chain, int64_t now, int64_t sequence, const uint8_t hash[32]);
// The head as the transaction has moved it.
int64_t reelmill_chain_sequence(const reelmill_chain *chain);
const uint8_t *reelmill_chain_hash(const reelmill_chain *chain);

// What a stored event must hash to: the statement stands on a row whose columns from `first` are those of
// reelmill_link.
void reelmill_event_hash(const uint8_t previous[32], sqlite3_stmt *row, int first, uint8_t hash[32]);

// The magic number of the file system that a path is on (statfs(2)); -1 and errno if that cannot be told.
int64_t reelmill_file_system(const char *path);

// What an audit keeps of an event. Texts are told apart by hashes under a seed of the audit's own; short names, such
// as those of states, by their first eight bytes. 0 stands for what is absent.
typedef struct {
    int64_t sequence, at, epoch, attempt, previous;
    // Of the tenant, the job, and the position or the kind.
    uint64_t subject;
    uint64_t kind, from, to;
    uint64_t node, detail;
    // Whether it hashes to what is stored, after the hash that is stored before it; true if that was not asked.
    int is_linked;
    uint8_t hash[32];
} reelmill_event_facts;

// The statement stands on a row of all of `event`'s columns, in order. `facts->hash` holds the hash before it, and then
// its own. The hash is recomputed from the sequence number `checks_from` on.
void reelmill_event_read(sqlite3_stmt *row, uint64_t seed, int64_t checks_from, reelmill_event_facts *facts);

// The same, of the hash alone: whether the event hashes to what is stored, after `hash`, which becomes its own.
int reelmill_event_check(sqlite3_stmt *row, uint8_t hash[32]);

uint64_t reelmill_text_hash(uint64_t seed, const void *bytes, size_t count);
// The first eight bytes.
uint64_t reelmill_short_name(const void *bytes, size_t count);

// Where some bytes first stand in others; -1 for nowhere.
ptrdiff_t reelmill_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);
