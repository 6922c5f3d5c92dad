/* Which programs run: the kernel's process events connector tells of every exec and exit (CONFIG_PROC_EVENTS, initial namespaces only).
 * What a program was called with is read from /proc at once: the agent's real-time priority lets it look before the program gets far. */
#define _GNU_SOURCE
#include "agent.h"
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A storm of programs isn't told of while so much waits for the channel. */
#define STORM (192 * 1024)
#define MAX_PID 4194304
#define MAX_ARGUMENTS 4096

static int fd = -1;

/* Programs whose start was told of: their end will be, too. */
static unsigned char told[MAX_PID / 8];
/* Kernel threads: many, seldom changing, and as dear to look at as others. */
static unsigned char kernel_threads[MAX_PID / 8];

static void set(unsigned char *bits, int pid, bool on) {
    if (pid <= 0 || pid >= MAX_PID) return;
    if (on) bits[pid / 8] |= (unsigned char)(1 << pid % 8);
    else bits[pid / 8] &= (unsigned char)~(1 << pid % 8);
}
static bool is_set(const unsigned char *bits, int pid) { return pid > 0 && pid < MAX_PID && bits[pid / 8] & 1 << pid % 8; }

/* Without events nobody would say when a number is given to another process. */
void note_kernel_thread(int pid) { if (fd >= 0) set(kernel_threads, pid, true); }
bool is_kernel_thread(int pid) { return is_set(kernel_threads, pid); }

static const char *const NS_FILES[] = { "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts" };

int connector_open(void) {
    fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
    if (fd < 0) return -1;
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
    int room = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    struct { struct nlmsghdr head; struct cn_msg message; enum proc_cn_mcast_op op; } __attribute__((packed)) listen = {
        .head = { .nlmsg_len = sizeof listen, .nlmsg_type = NLMSG_DONE },
        .message = { .id = { CN_IDX_PROC, CN_VAL_PROC }, .len = sizeof listen.op },
        .op = PROC_CN_MCAST_LISTEN,
    };
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || send(fd, &listen, sizeof listen, 0) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static unsigned ns_number(int pid, const char *file) {
    char path[48], text[64];
    snprintf(path, sizeof path, "%d/ns/%s", pid, file);
    if (link_at(proc_fd, path, text, sizeof text) <= 0) return 0;
    char *at = strchr(text, '[');
    return at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
}

static void print_argv(struct buf *b, const char *text, size_t n) {
    json_key(b, "argv");
    buf_add(b, "[", 1);
    for (size_t at = 0; at < n; at += strlen(text + at) + 1) {
        json_next(b);
        json_text(b, text + at);
    }
    buf_add(b, "]", 1);
}

/* Whether it is worth telling is seen before anything is asked for dearly. */
static void tell_exec(int pid) {
    struct stat_line stat;
    if (channel_backlog() > STORM || !read_stat(pid, &stat) || is_script_session(stat.session)) return;
    char path[48], text[MAX_ARGUMENTS], program[256] = "";
    snprintf(path, sizeof path, "%d/cmdline", pid);
    ssize_t n = read_at(proc_fd, path, text, sizeof text);
    if (n <= 0) return;
    /* The name it was called by is comm, cut after 15 characters; the file's own name has the rest. */
    snprintf(path, sizeof path, "%d/exe", pid);
    link_at(proc_fd, path, program, sizeof program);
    char *base = strrchr(program, '/');
    base = base ? base + 1 : program;
    bool is_cut = strlen(stat.comm) == 15 && strncmp(base, stat.comm, 15) == 0;
    struct buf b = { 0 };
    buf_printf(&b, "{\"pid\":%d,\"path\":", pid);
    json_text(&b, is_cut ? base : stat.comm);
    print_argv(&b, text, (size_t)n);
    json_key(&b, "ns");
    buf_add(&b, "[", 1);
    for (size_t i = 0; i < sizeof NS_FILES / sizeof *NS_FILES; i++) buf_printf(&b, i ? ",%u" : "%u", ns_number(pid, NS_FILES[i]));
    buf_add(&b, "]", 1);
    if ((stat.tty >> 8 & 0xfff) == 136) buf_printf(&b, ",\"tty\":\"pts/%u\"", (stat.tty & 0xff) | (stat.tty >> 12 & 0xfff00));
    buf_add(&b, "}", 1);
    send_frame(RAN, 0, b.data, b.len);
    free(b.data);
    set(told, pid, true);
}

static void tell_exit(int pid, unsigned code) {
    if (!is_set(told, pid)) return;
    set(told, pid, false);
    send_text(RAN, 0, "{\"pid\":%d,\"status\":%u}", pid, code & 0x7f ? 128 + (code & 0x7f) : code >> 8 & 0xff);
}

void connector_read(void) {
    char packet[4096] __attribute__((aligned(8)));
    ssize_t n;
    bool stirred = false;
    for (int i = 0; i < 200 && (n = recv(fd, packet, sizeof packet, MSG_DONTWAIT)) > 0; i++) {
        size_t left = (size_t)n;
        for (struct nlmsghdr *head = (struct nlmsghdr *)packet; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
            struct cn_msg *message = NLMSG_DATA(head);
            if (head->nlmsg_len < NLMSG_LENGTH(sizeof *message + sizeof(struct proc_event)) || message->id.idx != CN_IDX_PROC) continue;
            struct proc_event event;
            memcpy(&event, message->data, sizeof event);
            if (event.what == PROC_EVENT_EXEC && event.event_data.exec.process_pid == event.event_data.exec.process_tgid) tell_exec(event.event_data.exec.process_tgid);
            else if (event.what == PROC_EVENT_EXIT && event.event_data.exit.process_pid == event.event_data.exit.process_tgid) tell_exit(event.event_data.exit.process_tgid, event.event_data.exit.exit_code);
            else {
                if (event.what == PROC_EVENT_FORK) set(kernel_threads, event.event_data.fork.child_tgid, false);
                continue;
            }
            stirred = true;
        }
    }
    if (stirred) turns_stirred(2);
}
