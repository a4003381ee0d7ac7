#pragma once
#include "CSpawn.h"

// A zygote is a worker program that has loaded everything and waits; for each order it makes one child, a worker, which
// is a child of the host and not of the zygote. The two speak in messages of a socket of type SOCK_SEQPACKET.

// The argument that makes a worker program a zygote.
#define REELMILL_ZYGOTE_ARGUMENT "--zygote"
// The zygote's end of the socket.
enum { REELMILL_ZYGOTE_SOCKET = 3 };
// More are not passed at once.
enum { REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM = 200 };

struct reelmill_zygote_order {
    // The child's only argument.
    char argument[64];
    struct reelmill_process_limits limits;
    pid_t host;
};

enum reelmill_zygote_trouble {
    REELMILL_ZYGOTE_FINE,
    // The child could not be made, or could not confine itself, for a reason that a plain start would meet too.
    REELMILL_ZYGOTE_CHILD_FAILED,
    // This zygote cannot make children, and never will.
    REELMILL_ZYGOTE_UNABLE,
    // It broke off, or was silent for too long. Whether it made a child is not known.
    REELMILL_ZYGOTE_LOST,
};

// For hosts.

// Both ends of such a socket, closed by execve; the first gives up waiting after so many seconds. Returns 0, or errno.
int reelmill_zygote_socket(int *ends, int patience_seconds);

// Waits for a zygote to say that it is ready.
enum reelmill_zygote_trouble reelmill_zygote_greeting(int socket, pid_t zygote, int *reason);

// Has the zygote make a child, of which descriptors[i] is descriptor i. The child is in a group of its own on return, and
// has read nothing.
enum reelmill_zygote_trouble reelmill_zygote_start(
    int socket, const struct reelmill_zygote_order *order, const int *descriptors, int count, pid_t *process,
    int *process_descriptor, int *reason);

// Ends a zygote, and what it started without being able to say so; never what it did say. Waits for the end of both.
void reelmill_zygote_end(pid_t zygote);

// For zygotes.

// Makes children until the host goes away, which ends the process. Returns in each child, with what it was ordered.
// The process must have one thread.
void reelmill_zygote_serve(struct reelmill_zygote_order *order);
