#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "attempts.h"

ATTEMPT(open_read, open(reelmill_in(place, "victim"), O_RDONLY))
ATTEMPT(open_write, open(reelmill_in(place, "victim"), O_WRONLY | O_TRUNC))
ATTEMPT(open_create, open(reelmill_in(place, "made"), O_WRONLY | O_CREAT, 0600))
ATTEMPT(open_place, open(place, O_RDONLY | O_DIRECTORY))
ATTEMPT(open_memory, open("/proc/self/mem", O_RDWR))
ATTEMPT(open_password, open("/etc/passwd", O_RDONLY))
// creat() of the C library is an openat.
ATTEMPT(create, syscall(SYS_creat, reelmill_in(place, "made"), 0600))
ATTEMPT(read_attributes, access(reelmill_in(place, "victim"), F_OK))
ATTEMPT(read_link, readlink("/proc/self/exe", (char[64]){0}, 64))
ATTEMPT(remove_file, unlink(reelmill_in(place, "victim")))
ATTEMPT(rename_file, rename(reelmill_in(place, "victim"), reelmill_in(place, "moved")))
ATTEMPT(make_directory, mkdir(reelmill_in(place, "made"), 0700))
ATTEMPT(make_symlink, symlink("/etc/passwd", reelmill_in(place, "made")))
ATTEMPT(make_link, link(reelmill_in(place, "victim"), reelmill_in(place, "made")))
ATTEMPT(change_mode, chmod(reelmill_in(place, "victim"), 0777))
// Of the upload, which is open.
ATTEMPT(change_mode_open, fchmod(3, 0644))
ATTEMPT(cut, truncate(reelmill_in(place, "victim"), 0))
ATTEMPT(change_directory, chdir("/"))
ATTEMPT(watch, inotify_init1(0))
ATTEMPT(make_mount, mount("none", reelmill_in(place, "nowhere"), "tmpfs", 0, ""))
ATTEMPT(change_root, chroot("/"))
ATTEMPT(type_ahead, ioctl(2, TIOCSTI, "x"))
ATTEMPT(type_ahead_wide, syscall(SYS_ioctl, 2, 0x100000000ULL | TCGETS, 0))
ATTEMPT(is_terminal, isatty(2) ? 0 : -1)

static int open_handle(const char *place) {
    struct {
        struct file_handle head;
        char bytes[MAX_HANDLE_SZ];
    } handle = {.head.handle_bytes = MAX_HANDLE_SZ};
    (void)place;
    return ANSWER(open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY));
}

static int write_much(const char *place) {
    static char block[1 << 16];
    (void)place;
    for (int count = 0; count < 64; count++)
        if (write(4, block, sizeof block) < 0) return errno;
    return 0;
}

static int have_many(const char *place) {
    (void)place;
    for (int count = 0; count < 100; count++)
        if (dup(2) < 0) return errno;
    return 0;
}

const struct attempt reelmill_file_attempts[] = {
    {"open-read", open_read},
    {"open-write", open_write},
    {"open-create", open_create},
    {"open-directory", open_place},
    {"open-own-memory", open_memory},
    {"open-passwd", open_password},
    {"creat", create},
    {"access", read_attributes},
    {"readlink", read_link},
    {"unlink", remove_file},
    {"rename", rename_file},
    {"mkdir", make_directory},
    {"symlink", make_symlink},
    {"link", make_link},
    {"chmod", change_mode},
    {"fchmod-source", change_mode_open},
    {"truncate", cut},
    {"chdir", change_directory},
    {"inotify", watch},
    {"mount", make_mount},
    {"chroot", change_root},
    {"ioctl-tiocsti", type_ahead},
    {"ioctl-wide", type_ahead_wide},
    {"isatty", is_terminal},
    {"open-by-handle", open_handle},
    {"write-4-mib", write_much},
    {"dup-100", have_many},
    {0},
};
