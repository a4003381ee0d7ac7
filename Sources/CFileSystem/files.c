#define _GNU_SOURCE
#include "CFileSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int reelmill_rename_without_replacing(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) ? errno : 0;
}

int reelmill_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) ? errno : 0;
}

ssize_t reelmill_copy_range(int input, off_t *offset, int output, size_t length) {
    return copy_file_range(input, offset, output, NULL, length, 0);
}

int reelmill_is_open_for_writing(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return -1;
    int answer = -1;
    // A lease for reading is refused while somebody writes. Whoever opens the file meanwhile waits until it is given back,
    // a moment later; we are told by a signal that is ignored unless somebody asked for it.
    if (!fcntl(descriptor, F_SETSIG, SIGURG)) {
        if (!fcntl(descriptor, F_SETLEASE, F_RDLCK)) {
            answer = 0;
            fcntl(descriptor, F_SETLEASE, F_UNLCK);
        } else if (errno == EAGAIN) {
            answer = 1;
        }
    }
    close(descriptor);
    return answer;
}
