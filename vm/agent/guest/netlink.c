/* Netlink: one question, all its answers. */
#include "world.h"
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int netlink_open(int protocol) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    struct timeval patience = { .tv_sec = 1 };
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

bool netlink_ask(int fd, struct nlmsghdr *request, void (*take)(const struct nlmsghdr *, void *), void *arg) {
    static uint32_t seq;
    static char answer[32768] __attribute__((aligned(8)));
    request->nlmsg_seq = ++seq;
    request->nlmsg_flags |= NLM_F_REQUEST;
    if (send(fd, request, request->nlmsg_len, 0) < 0) return false;
    for (;;) {
        ssize_t n = recv(fd, answer, sizeof answer, 0);
        if (n <= 0) return false;
        size_t left = (size_t)n;
        for (struct nlmsghdr *head = (struct nlmsghdr *)answer; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
            if (head->nlmsg_seq != seq) continue;
            if (head->nlmsg_type == NLMSG_DONE) return true;
            if (head->nlmsg_type == NLMSG_ERROR) return ((struct nlmsgerr *)NLMSG_DATA(head))->error == 0;
            take(head, arg);
            if (!(head->nlmsg_flags & NLM_F_MULTI)) return true;
        }
    }
}

void attributes(const void *from, size_t length, struct attribute *out, size_t n) {
    memset(out, 0, n * sizeof *out);
    const char *at = from;
    while (length >= sizeof(struct nlattr)) {
        const struct nlattr *a = (const void *)at;
        if (a->nla_len < sizeof *a || a->nla_len > length) return;
        unsigned type = a->nla_type & NLA_TYPE_MASK;
        if (type < n) out[type] = (struct attribute){ at + NLA_HDRLEN, a->nla_len - NLA_HDRLEN };
        size_t step = NLA_ALIGN(a->nla_len);
        if (step >= length) return;
        at += step;
        length -= step;
    }
}

uint32_t number_in(const struct attribute *a, uint32_t otherwise) {
    uint32_t n = 0;
    if (!a->data) return otherwise;
    memcpy(&n, a->data, a->length < sizeof n ? a->length : sizeof n);
    return n;
}
