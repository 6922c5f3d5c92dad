/* isolab-agent CHANNEL: the guest's end. One loop that sleeps in poll; no threads. */
#define _GNU_SOURCE
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define MAX_JOBS 60
/* Seconds by which the clock may be wrong without being set. */
#define MAX_CLOCK_ERROR 2
/* A console whose host has hung up is always "ready": it is left alone for a while. */
#define HOST_GONE_MS 100

static int events_fd = -1;

/* ---- requests */

static void add_user(const char *name, unsigned uid, void *arg) {
    (void)uid;
    json_next(arg);
    json_text(arg, name);
}

static void say_hello(uint32_t id) {
    struct utsname u;
    struct buf b = { 0 };
    uint32_t next = 1;
    uname(&u);
    buf_printf(&b, "{\"protocol\":%d,\"release\":", PROTOCOL_VERSION);
    json_text(&b, u.release);
    json_key(&b, "arch");
    json_text(&b, u.machine);
    json_key(&b, "events");
    buf_printf(&b, events_fd >= 0 ? "true" : "false");
    json_key(&b, "users");
    buf_add(&b, "[", 1);
    each_account(add_user, &b);
    buf_add(&b, "],\"terminals\":[", 15);
    for (struct job *job = jobs; job; job = job->next) {
        if (job->id >= next) next = job->id + 1;
        if (!job->is_terminal || job->has_ended || job->hung_up) continue;
        json_next(&b);
        buf_printf(&b, "{\"id\":%u,\"name\":", job->id);
        json_text(&b, job->name);
        json_key(&b, "user");
        json_text(&b, job->user);
        buf_add(&b, "}", 1);
    }
    buf_printf(&b, "],\"nextId\":%u}", next);
    send_frame(REPLY, id, b.data, b.len);
    free(b.data);
}

static void set_clock(uint32_t id, const char *ns, const char *chance, size_t n) {
    uint64_t at = strtoull(ns, NULL, 10);
    struct timespec t = { .tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000) };
    struct timespec here;
    clock_gettime(CLOCK_REALTIME, &here);
    bool is_off = llabs((long long)t.tv_sec - (long long)here.tv_sec) >= MAX_CLOCK_ERROR;
    if (is_off && clock_settime(CLOCK_REALTIME, &t) < 0) {
        send_text(ERROR, id, "the clock can't be set: %s", strerror(errno));
        return;
    }
    int random = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    if (random >= 0) {
        if (write(random, chance, n) == (ssize_t)n) ioctl(random, RNDRESEEDCRNG);
        close(random);
    }
    send_text(REPLY, id, "{}");
}

/* Free memory full of zeros makes a small saved state. So nearly all of it is written to and given back; meanwhile the kernel must keep little for itself,
   since what it keeps is full of what was there before: the leavings of the boot. */
static void zero_free_memory(void) {
    enum { STEP = 16 << 10, LEFT = 192 << 10 };
    static const struct { const char *path, *meanwhile; } reserves[] = { { "/proc/sys/vm/min_free_kbytes", "128" }, { "/proc/sys/vm/lowmem_reserve_ratio", "0 0" } };
    char before[2][64];
    for (int i = 0; i < 2; i++) {
        if (read_at(AT_FDCWD, reserves[i].path, before[i], sizeof before[i]) > 0) write_file(reserves[i].path, reserves[i].meanwhile);
    }
    struct sysinfo info;
    sysinfo(&info);
    size_t size = (size_t)info.freeram * info.mem_unit;
    char *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all != MAP_FAILED) {
        for (size_t at = 0; at + STEP <= size && sysinfo(&info) == 0 && (size_t)info.freeram * info.mem_unit > LEFT + STEP; at += STEP) madvise(all + at, STEP, MADV_POPULATE_WRITE);
        munmap(all, size);
    }
    for (int i = 0; i < 2; i++) write_file(reserves[i].path, before[i]);
}

static void quiesce(uint32_t id) {
    sync();
    write_file("/proc/sys/vm/drop_caches", "3");
    zero_free_memory();
    send_text(REPLY, id, "{}");
}

/* Cuts the next field off; the last goes to the end of the payload. Always ended by NUL, since the payload's buffer is. */
static char *field(char **at, size_t *left) {
    char *start = *at, *end = memchr(start, 0, *left);
    size_t n = end ? (size_t)(end - start) : *left;
    *at += n + (end ? 1 : 0);
    *left -= n + (end ? 1 : 0);
    return start;
}

static int jobs_count(void) {
    int n = 0;
    for (struct job *job = jobs; job; job = job->next) n++;
    return n;
}

static void obey(const struct frame *frame) {
    /* A copy, since fields end by NUL and the frame after this one begins where it ends. */
    struct buf copy = { 0 };
    buf_add(&copy, frame->payload, frame->length);
    char *at = copy.data;
    size_t left = frame->length;
    uint32_t id = frame->id;
    struct job *job = job_by_id(id);
    struct buf world = { 0 };
    switch (frame->type) {
    case HELLO:
        jobs_forsake();
        say_hello(id);
        break;
    case WORLD:
        world_print(&world);
        send_frame(REPLY, id, world.data, world.len);
        free(world.data);
        break;
    case RUN: case OPEN:
        if (jobs_count() >= MAX_JOBS) send_text(ERROR, id, "no more than %d terminals and scripts at once", MAX_JOBS);
        else if (frame->type == RUN) {
            char *user = field(&at, &left);
            run_script(id, user, at, left);
        } else {
            char *user = field(&at, &left), *rows = field(&at, &left), *cols = field(&at, &left);
            open_terminal(id, user, atoi(rows), atoi(cols), field(&at, &left));
        }
        break;
    case INPUT: if (job) job_input(job, at, left); break;
    case RESIZE:
        if (job) {
            char *rows = field(&at, &left);
            job_resize(job, atoi(rows), atoi(field(&at, &left)));
        }
        break;
    case ACK:
        if (job) {
            size_t n = strtoul(field(&at, &left), NULL, 10);
            job->unacked -= n < job->unacked ? n : job->unacked;
        }
        break;
    case KILL: if (job) job_kill(job); break;
    case CLOCK: {
        char *ns = field(&at, &left);
        set_clock(id, ns, at, left);
        break;
    }
    case QUIESCE: quiesce(id); break;
    case ATTACH:
        job = job_by_id((uint32_t)strtoul(field(&at, &left), NULL, 10));
        if (job && job->is_terminal) job_attach(job, id);
        else send_text(ERROR, id, "there is no such terminal");
        break;
    default: send_text(ERROR, id, "no request has the number %d", frame->type);
    }
    free(copy.data);
}

/* ---- the loop */

static int milliseconds_to(uint64_t due, uint64_t other) {
    if (!due || (other && other < due)) due = other;
    if (!due) return -1;
    uint64_t now = now_ms();
    return due <= now ? 0 : (int)(due - now);
}

static void loop(int children) {
    struct pollfd fds[4 + MAX_JOBS];
    struct job *owners[4 + MAX_JOBS];
    uint64_t host_gone = 0;
    for (;;) {
        bool is_gone = host_gone > now_ms();
        bool is_full = channel_backlog() >= MAX_BACKLOG;
        fds[0] = (struct pollfd){ .fd = is_gone || is_full ? -1 : channel_in(), .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = channel_backlog() && !is_gone ? channel_out() : -1, .events = POLLOUT };
        fds[2] = (struct pollfd){ .fd = children, .events = POLLIN };
        fds[3] = (struct pollfd){ .fd = events_fd, .events = POLLIN };
        nfds_t n = 4;
        for (struct job *job = jobs; job && n < 4 + MAX_JOBS; job = job->next) {
            short want = (short)((job_can_print(job) ? POLLIN : 0) | (job->input.len && !job->hung_up ? POLLOUT : 0));
            if (job->fd < 0 || !want) continue;
            owners[n] = job;
            fds[n++] = (struct pollfd){ .fd = job->fd, .events = want };
        }
        int wait = milliseconds_to(turns_due(), jobs_due());
        if (is_gone && (wait < 0 || wait > HOST_GONE_MS)) wait = HOST_GONE_MS;
        if (poll(fds, n, wait) < 0 && errno != EINTR) exit(71);

        if (fds[3].revents) connector_read();
        for (nfds_t i = 4; i < n; i++) {
            if (fds[i].revents & POLLOUT) job_write(owners[i]);
            if (fds[i].revents & ~POLLOUT) job_read(owners[i]);
        }
        if (fds[2].revents) {
            struct signalfd_siginfo info[8];
            if (read(children, info, sizeof info) > 0) jobs_reap();
        }
        if (fds[0].revents) {
            bool is_there = channel_read();
            if (!is_there && !channel_is_device()) exit(0);
            if (!is_there || !(fds[0].revents & POLLIN)) host_gone = now_ms() + HOST_GONE_MS;
            struct frame frame;
            while (channel_next(&frame)) obey(&frame);
        }
        if (fds[1].revents & ~POLLOUT) host_gone = now_ms() + HOST_GONE_MS;
        turns_look();
        jobs_finish();
        channel_flush();
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: isolab-agent CHANNEL\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    if (!channel_open(argv[1])) {
        fprintf(stderr, "isolab-agent: %s: %s\n", argv[1], strerror(errno));
        return 66;
    }
    setsid();
    files_init();
    write_file("/proc/self/oom_score_adj", "-1000");
    struct sched_param priority = { .sched_priority = 10 };
    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority);
    mlockall(MCL_CURRENT | MCL_ONFAULT);
    events_fd = connector_open();
    /* For one who was speaking to an agent before this one: its terminals are gone. */
    send_text(ERROR, 0, "the machine's agent has been started anew");
    loop(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}
