#pragma once
#include "confine.h"

// What both ends of a zygote's socket agree on. Both are of one build: the magic number changes with the messages.
enum { ZYGOTE_MAGIC = 0x52575a31 };

struct zygote_answer {
    int magic;
    enum reelmill_zygote_trouble trouble;
    // An errno.
    int reason;
    // The child, or in a greeting the zygote.
    pid_t process;
};

// Sends one message with descriptors. Returns 0, or -1 and errno.
int zygote_send(int socket, const void *message, size_t size, const int *descriptors, int count);

// Receives one message with up to `count` descriptors, which close on execve; the others of the list are set to -1. A message of
// more is none. Returns its size, 0 at the end, or -1 and errno.
ssize_t zygote_receive(int socket, void *message, size_t size, int *descriptors, int count);
