#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "zygote_messages.h"

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM * sizeof(int))];
};

int zygote_send(int socket, const void *message, size_t size, const int *descriptors, int count) {
    struct iovec part = {(void *)message, size};
    union control control;
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        memset(&control, 0, sizeof control);
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)size ? 0 : -1;
}

ssize_t zygote_receive(int socket, void *message, size_t size, int *descriptors, int count) {
    for (int index = 0; index < count; index++) descriptors[index] = -1;
    struct iovec part = {message, size};
    union control control;
    struct msghdr header = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = CMSG_SPACE(count * sizeof(int)),
    };
    ssize_t received;
    do received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -1;
    int taken = 0;
    for (struct cmsghdr *rights = CMSG_FIRSTHDR(&header); rights; rights = CMSG_NXTHDR(&header, rights)) {
        if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) continue;
        int here = (int)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int index = 0; index < here; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(rights) + index * sizeof(int), sizeof descriptor);
            if (taken < count)
                descriptors[taken++] = descriptor;
            else
                close(descriptor);
        }
    }
    if (!(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) return received;
    for (int index = 0; index < taken; index++) close(descriptors[index]);
    for (int index = 0; index < taken; index++) descriptors[index] = -1;
    errno = EMSGSIZE;
    return -1;
}
