#define _GNU_SOURCE
#include "disk.h"

#include "record.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct disk_file {
    struct disk_file *next;
    char *path;
    int handles;
    // Its entry in the directory is not synced. The first sync of a new log or journal syncs the directory.
    bool created;
    struct record *first, *last;
};

// A deleted file, while its directory is not synced.
struct tombstone {
    struct tombstone *next;
    char *path;
    struct content content;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct disk_file *files;
static struct tombstone *tombstones;
static int64_t now = 0;
static bool off = false;

static void forget_records(struct disk_file *file) {
    while (file->first) {
        struct record *gone = file->first;
        file->first = gone->next;
        record_free(gone);
    }
    file->last = NULL;
}

static void append(struct disk_file *file, struct record *record) {
    record->before = file->last;
    if (file->last) file->last->next = record; else file->first = record;
    file->last = record;
}

static bool same_directory(const char *path, const char *other) {
    size_t length = strrchr(path, '/') - path;
    return strncmp(path, other, length + 1) == 0 && strchr(other + length + 1, '/') == NULL;
}

static void bury(const char *directory_of) {
    struct tombstone **link = &tombstones;
    while (*link) {
        struct tombstone *stone = *link;
        if (directory_of && !same_directory(directory_of, stone->path)) {
            link = &stone->next;
            continue;
        }
        *link = stone->next;
        free(stone->path);
        free(stone->content.bytes);
        free(stone);
    }
}

struct disk_file *disk_opened(const char *path, bool created) {
    pthread_mutex_lock(&guard);
    struct disk_file *file = files;
    while (file && strcmp(file->path, path) != 0) file = file->next;
    if (!file) {
        file = calloc(1, sizeof *file);
        file->path = strdup(path);
        file->next = files;
        files = file;
    }
    file->handles += 1;
    file->created = file->created || created;
    pthread_mutex_unlock(&guard);
    return file;
}

void disk_closed(struct disk_file *file) {
    pthread_mutex_lock(&guard);
    file->handles -= 1;
    pthread_mutex_unlock(&guard);
}

int disk_write(struct disk_file *file, sqlite3_file *real, const void *bytes, int length, sqlite3_int64 offset) {
    pthread_mutex_lock(&guard);
    struct record *record = record_write(real, bytes, length, offset);
    int code = record ? real->pMethods->xWrite(real, bytes, length, offset) : SQLITE_IOERR_WRITE;
    if (code == SQLITE_OK) append(file, record); else if (record) record_free(record);
    pthread_mutex_unlock(&guard);
    return code;
}

int disk_truncate(struct disk_file *file, sqlite3_file *real, sqlite3_int64 size) {
    pthread_mutex_lock(&guard);
    struct record *record = record_truncate(real, size);
    int code = record ? real->pMethods->xTruncate(real, size) : SQLITE_IOERR_TRUNCATE;
    if (code == SQLITE_OK) append(file, record); else if (record) record_free(record);
    pthread_mutex_unlock(&guard);
    return code;
}

void disk_synced(struct disk_file *file) {
    pthread_mutex_lock(&guard);
    for (struct record *record = file->first; record; record = record->next)
        if (record->state == pending) record->state = durable;
    while (file->first && file->first->state == durable) {
        struct record *gone = file->first;
        file->first = gone->next;
        record_free(gone);
    }
    if (file->first) file->first->before = NULL; else file->last = NULL;
    if (file->created) bury(file->path);
    file->created = false;
    pthread_mutex_unlock(&guard);
}

void disk_sync_failed(struct disk_file *file) {
    pthread_mutex_lock(&guard);
    for (struct record *record = file->first; record; record = record->next)
        if (record->state == pending) record->state = doubtful;
    pthread_mutex_unlock(&guard);
}

void disk_deleting(const char *path, bool synced) {
    pthread_mutex_lock(&guard);
    for (struct disk_file *file = files; file; file = file->next)
        if (strcmp(file->path, path) == 0) forget_records(file);
    if (synced) {
        bury(path);
    } else {
        struct tombstone *stone = calloc(1, sizeof *stone);
        if (content_read(path, &stone->content)) {
            stone->path = strdup(path);
            stone->next = tombstones;
            tombstones = stone;
        } else {
            free(stone);
        }
    }
    pthread_mutex_unlock(&guard);
}

int64_t disk_time(void) {
    pthread_mutex_lock(&guard);
    int64_t time = now;
    pthread_mutex_unlock(&guard);
    return time;
}

bool disk_is_off(void) {
    pthread_mutex_lock(&guard);
    bool is_off = off;
    pthread_mutex_unlock(&guard);
    return is_off;
}

void reelmill_fault_cut(void) {
    pthread_mutex_lock(&guard);
    if (!off) now += 1;
    off = true;
    pthread_mutex_unlock(&guard);
}

static int open_files(void) {
    int count = 0;
    for (struct disk_file *file = files; file; file = file->next) count += file->handles;
    return count;
}

int reelmill_fault_open_files(void) {
    pthread_mutex_lock(&guard);
    int count = open_files();
    pthread_mutex_unlock(&guard);
    return count;
}

static void settle(void) {
    bury(NULL);
    struct disk_file **link = &files;
    while (*link) {
        struct disk_file *file = *link;
        forget_records(file);
        file->created = false;
        if (file->handles > 0) {
            link = &file->next;
            continue;
        }
        *link = file->next;
        free(file->path);
        free(file);
    }
}

void reelmill_fault_settle(void) {
    pthread_mutex_lock(&guard);
    settle();
    pthread_mutex_unlock(&guard);
}

static bool mend(struct disk_file *file, struct lottery *lottery, struct reelmill_fault_loss *loss) {
    char shared[4096];
    int length = snprintf(shared, sizeof shared, "%s-shm", file->path);
    if (length < 0 || length >= (int)sizeof shared) return false;
    unlink(shared);
    return !file->first || records_mend(file->path, file->first, file->last, lottery, loss);
}

int reelmill_fault_restore(uint64_t seed, struct reelmill_fault_loss *loss) {
    pthread_mutex_lock(&guard);
    int result = open_files();
    if (result == 0) {
        struct lottery lottery = lottery_of(seed);
        memset(loss, 0, sizeof *loss);
        for (struct disk_file *file = files; file; file = file->next)
            if (!mend(file, &lottery, loss)) result = -1;
        for (struct tombstone *stone = tombstones; stone; stone = stone->next) {
            // The newest of a name stands first; an older one must not come back over it.
            if (access(stone->path, F_OK) == 0 || lottery_draw(&lottery, 2) == 0) continue;
            if (!content_write(stone->path, &stone->content)) result = -1;
            loss->resurrected += 1;
        }
        settle();
        off = false;
    }
    pthread_mutex_unlock(&guard);
    return result;
}
