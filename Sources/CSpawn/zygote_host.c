#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zygote_messages.h"

int reelmill_zygote_socket(int *ends, int patience_seconds) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) return errno;
    struct timeval patience = {.tv_sec = patience_seconds};
    if (!setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) &&
        !setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience))
        return 0;
    int reason = errno;
    close(ends[0]);
    close(ends[1]);
    return reason;
}

static enum reelmill_zygote_trouble hear(int socket, struct zygote_answer *answer, int *descriptor, int *reason) {
    *descriptor = -1;
    ssize_t count = zygote_receive(socket, answer, sizeof *answer, descriptor, 1);
    if (count == sizeof *answer && answer->magic == ZYGOTE_MAGIC) {
        *reason = answer->reason;
        return answer->trouble;
    }
    *reason = count < 0 ? errno : count == 0 ? EPIPE : EPROTO;
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
    return REELMILL_ZYGOTE_LOST;
}

enum reelmill_zygote_trouble reelmill_zygote_greeting(int socket, pid_t zygote, int *reason) {
    struct zygote_answer answer;
    int descriptor;
    enum reelmill_zygote_trouble trouble = hear(socket, &answer, &descriptor, reason);
    if (descriptor >= 0) close(descriptor);
    if (trouble || answer.process == zygote) return trouble;
    *reason = EPROTO;
    return REELMILL_ZYGOTE_LOST;
}

enum reelmill_zygote_trouble reelmill_zygote_start(
    int socket, const struct reelmill_zygote_order *order, const int *descriptors, int count, pid_t *process,
    int *process_descriptor, int *reason) {
    if (count > REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM) {
        *reason = E2BIG;
        return REELMILL_ZYGOTE_UNABLE;
    }
    if (zygote_send(socket, order, sizeof *order, descriptors, count)) {
        *reason = errno;
        return REELMILL_ZYGOTE_LOST;
    }
    struct zygote_answer answer;
    enum reelmill_zygote_trouble trouble = hear(socket, &answer, process_descriptor, reason);
    if (trouble == REELMILL_ZYGOTE_FINE && *process_descriptor < 0) {
        *reason = EPROTO;
        return REELMILL_ZYGOTE_LOST;
    }
    if (trouble != REELMILL_ZYGOTE_FINE && *process_descriptor >= 0) close(*process_descriptor);
    if (trouble == REELMILL_ZYGOTE_FINE) {
        // Out of the zygote's group: from here on it is known. It may have ended already.
        setpgid(answer.process, answer.process);
        *process = answer.process;
    } else if (trouble == REELMILL_ZYGOTE_CHILD_FAILED && answer.process > 0) {
        while (waitpid(answer.process, NULL, 0) < 0 && errno == EINTR) {}
    }
    return trouble;
}

void reelmill_zygote_end(pid_t zygote) {
    kill(-zygote, SIGKILL);
    while (waitpid(-zygote, NULL, 0) > 0 || errno == EINTR) {}
}
