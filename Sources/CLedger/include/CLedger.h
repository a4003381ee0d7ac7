#pragma once
#include <sqlite3.h>
#include <stdint.h>

// The hash chain of a ledger's history, on one SQLite connection.
//
// The hash of an event is a SHA-256 over the hash before it and every field, each with its type and length, so that
// no two different events hash the same text: `b32:` and the hash before, then of each field `i<number>;`,
// `s<bytes>:<text>` or `-;` for what is absent. A detail that is stored as the 32 bytes of a digest stands for the
// text `sha256:<hex>`.
typedef struct reelmill_chain reelmill_chain;

// Registers the functions that the schema's triggers call, and returns their state; NULL without memory. It lives as
// long as the connection.
//   reelmill_now()    the transaction's time
//   reelmill_next()   the sequence number of the next event
//   reelmill_link(sequence, at, tenant, job, position, kind, from, to, epoch, attempt, node, detail)
//                     the hash of the next event, which becomes the head; an error at any other sequence number
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
