/* Whose turn is it at a terminal? The learner's, as soon as a process of its foreground group sleeps until something is typed: a shell at its
 * prompt, in whatever namespace, but also cat. The kernel doesn't tell when that happens, so it is looked for: soon after something was
 * typed or a program has started or ended, then ever more rarely; not at all when nothing is asked. */
#define _GNU_SOURCE
#include "agent.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FIRST_LOOK 2
#define RAREST_LOOK 400
/* A program of several threads often reads its terminal all the time, whatever else it does (docker). Its turn is over when the machine has been
 * at rest for REST: nothing printed, no program started or ended, and less than a third of one CPU in use. Somebody else may keep it busy:
 * after such a SILENCE, or so LONG after the last key, the turn is over all the same. */
#define REST 150
#define SILENCE 6000
#define LONG 45000
/* sudo and script copy between two terminals; nobody nests them deeper. */
#define MAX_NESTING 4
#define MAX_DEPTH 40
/* Looking may take one part of this many of the time. */
#define SPARING 12

/* `has_threads`: it is one of several of its process. */
struct reader { bool has_threads; };

static bool find_reader_below(int top, dev_t tty, int nesting, int depth, struct reader *out);

/* When a program has last started or ended. */
static uint64_t stirred_at;

/* ---- one thread */

static bool is_tty(int pid, long fd, dev_t tty) {
    char path[64];
    struct stat info;
    snprintf(path, sizeof path, "%d/fd/%ld", pid, fd);
    if (fstatat(proc_fd, path, &info, 0) < 0 || !S_ISCHR(info.st_mode)) return false;
    return info.st_rdev == tty || info.st_rdev == makedev(5, 0);
}

/* The terminal whose outer end this descriptor is; 0 if it is none. */
static dev_t inner_tty(int pid, long fd) {
    char path[64], text[512];
    struct stat info;
    snprintf(path, sizeof path, "%d/fd/%ld", pid, fd);
    if (fstatat(proc_fd, path, &info, 0) < 0 || info.st_rdev != makedev(5, 2)) return 0;
    snprintf(path, sizeof path, "%d/fdinfo/%ld", pid, fd);
    if (read_at(proc_fd, path, text, sizeof text) <= 0) return 0;
    char *at = strstr(text, "tty-index:");
    return at ? makedev(136, (unsigned)atoi(at + 10)) : 0;
}

struct waits { bool on_tty; dev_t inner; };

static void wait_on(struct waits *waits, int pid, long fd, dev_t tty) {
    if (is_tty(pid, fd, tty)) waits->on_tty = true;
    else if (!waits->inner) waits->inner = inner_tty(pid, fd);
}

static bool peek(int pid, unsigned long address, void *out, size_t n) {
    char path[32];
    snprintf(path, sizeof path, "%d/mem", pid);
    int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = pread64(fd, out, n, (off64_t)address);
    close(fd);
    return got == (ssize_t)n;
}

static void wait_poll(struct waits *waits, int pid, unsigned long address, unsigned long n, dev_t tty) {
    struct pollfd fds[64];
    if (n > 64) n = 64;
    if (!n || !peek(pid, address, fds, n * sizeof *fds)) return;
    for (unsigned long i = 0; i < n; i++) if (fds[i].fd >= 0 && fds[i].events & (POLLIN | POLLRDNORM)) wait_on(waits, pid, fds[i].fd, tty);
}

static void wait_select(struct waits *waits, int pid, unsigned long n, unsigned long address, dev_t tty) {
    unsigned char set[32];
    if (n > 8 * sizeof set) n = 8 * sizeof set;
    size_t word = sizeof(long), size = (n + 8 * word - 1) / (8 * word) * word;
    if (!address || !n || !peek(pid, address, set, size)) return;
    for (unsigned long fd = 0; fd < n; fd++) if (set[fd / 8] & (1 << fd % 8)) wait_on(waits, pid, (long)fd, tty);
}

static void wait_epoll(struct waits *waits, int pid, long epoll, dev_t tty) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "%d/fdinfo/%ld", pid, epoll);
    if (read_at(proc_fd, path, text, sizeof text) <= 0) return;
    for (char *at = text; (at = strstr(at, "tfd:")); at += 4) {
        long fd;
        unsigned events;
        if (sscanf(at, "tfd: %ld events: %x", &fd, &events) == 2 && events & POLLIN) wait_on(waits, pid, fd, tty);
    }
}

/* Does this thread sleep until something comes from `tty`? */
static bool is_reading(int pid, int tid, dev_t tty, int nesting) {
    char path[64], text[256];
    long nr;
    unsigned long a[2];
    snprintf(path, sizeof path, "%d/task/%d/syscall", pid, tid);
    if (read_at(proc_fd, path, text, sizeof text) <= 0 || sscanf(text, "%ld 0x%lx 0x%lx", &nr, &a[0], &a[1]) != 3) return false;
    struct waits waits = { 0 };
    switch (nr) {
    case SYS_read: case SYS_readv: return is_tty(pid, (long)a[0], tty);
    case SYS_poll: case SYS_ppoll: wait_poll(&waits, pid, a[0], a[1], tty); break;
    case SYS_pselect6: wait_select(&waits, pid, a[0], a[1], tty); break;
#ifdef SYS__newselect
    case SYS__newselect: wait_select(&waits, pid, a[0], a[1], tty); break;
#else
    case SYS_select: wait_select(&waits, pid, a[0], a[1], tty); break;
#endif
#ifdef SYS_pselect6_time64
    case SYS_pselect6_time64: wait_select(&waits, pid, a[0], a[1], tty); break;
    case SYS_ppoll_time64: wait_poll(&waits, pid, a[0], a[1], tty); break;
#endif
    case SYS_epoll_wait: case SYS_epoll_pwait: wait_epoll(&waits, pid, (long)a[0], tty); break;
    default: return false;
    }
    struct reader inner;
    return waits.on_tty && (!waits.inner || nesting >= MAX_NESTING || find_reader_below(pid, waits.inner, nesting + 1, 0, &inner));
}

/* ---- a terminal */

static bool is_reader(int pid, dev_t tty, int nesting, struct reader *out) {
    char path[32];
    snprintf(path, sizeof path, "%d/task", pid);
    int fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *threads = fd < 0 ? NULL : fdopendir(fd);
    if (!threads) return false;
    int tid, n = 0;
    bool is_found = false;
    while ((tid = next_pid(threads))) {
        n++;
        is_found = is_found || is_reading(pid, tid, tty, nesting);
    }
    closedir(threads);
    out->has_threads = n > 1;
    return is_found;
}

/* A member of the terminal's foreground group that waits for it, among the descendants of a process. */
static bool find_reader_below(int top, dev_t tty, int nesting, int depth, struct reader *out) {
    char path[48], text[4096];
    struct stat_line stat;
    if (depth > MAX_DEPTH || !read_stat(top, &stat)) return false;
    bool is_here = makedev(stat.tty >> 8 & 0xfff, (stat.tty & 0xff) | (stat.tty >> 12 & 0xfff00)) == tty && stat.pgrp == stat.tpgid;
    if (is_here && is_reader(top, tty, nesting, out)) return true;
    snprintf(path, sizeof path, "%d/task/%d/children", top, top);
    if (read_at(proc_fd, path, text, sizeof text) <= 0) return false;
    for (char *at = text; *at;) {
        char *end;
        int pid = (int)strtol(at, &end, 10);
        if (end == at) break;
        if (find_reader_below(pid, tty, nesting, depth + 1, out)) return true;
        at = end;
    }
    return false;
}

static bool reader_of(struct job *job, struct reader *out) {
    struct stat info;
    int group = 0;
    struct pollfd left = { .fd = job->slave, .events = POLLIN };
    if (job->slave < 0 || job->input.len || fstat(job->slave, &info) < 0 || ioctl(job->fd, TIOCGPGRP, &group) < 0) return false;
    /* Asking the inner end also waits until what was typed has come through the pty. What nobody has read yet isn't dealt with. */
    if (poll(&left, 1, 0) > 0) return false;
    /* Mostly it is the group's leader: the shell, or its one program. */
    return is_reader(group, info.st_rdev, 0, out) || find_reader_below(job->pid, info.st_rdev, 0, 0, out);
}

void turn_tell(struct job *job) {
    send_text(TURN, job->id, "{\"waiting\":%s,\"typed\":%llu}", job->turn.waiting ? "true" : "false", (unsigned long long)job->turn.typed);
}

void turn_typed(struct job *job) {
    job->turn.is_asked = true;
    job->turn.delay = FIRST_LOOK;
    job->turn.since = now_ms();
    job->turn.at = job->turn.since + FIRST_LOOK;
}

void turns_stirred(unsigned ms) {
    stirred_at = now_ms();
    uint64_t soon = stirred_at + ms;
    for (struct job *job = jobs; job; job = job->next) {
        if (!job->turn.is_asked) continue;
        if (job->turn.at > soon) job->turn.at = soon > job->turn.earliest ? soon : job->turn.earliest;
        job->turn.delay = FIRST_LOOK;
    }
}

/* Milliseconds that the CPUs have been busy since boot, together. */
static uint64_t busy_ms(void) {
    char text[64];
    double up, idle;
    if (read_at(proc_fd, "uptime", text, sizeof text) <= 0 || sscanf(text, "%lf %lf", &up, &idle) != 2) return 0;
    double busy = up * (double)sysconf(_SC_NPROCESSORS_ONLN) - idle;
    return busy > 0 ? (uint64_t)(busy * 1000) : 0;
}

static bool is_at_rest(struct job *job, uint64_t now) {
    uint64_t quiet = job->printed_at > job->turn.since ? job->printed_at : job->turn.since;
    if (stirred_at > quiet) quiet = stirred_at;
    if (now >= quiet + SILENCE || now >= job->turn.since + LONG) return true;
    if (job->turn.rest_from < quiet) {
        job->turn.rest_from = now;
        job->turn.busy_then = busy_ms();
        return false;
    }
    if (now < job->turn.rest_from + REST) return false;
    uint64_t busy = busy_ms();
    if (busy - job->turn.busy_then < (now - job->turn.rest_from) / 3) return true;
    job->turn.rest_from = now;
    job->turn.busy_then = busy;
    return false;
}

static void look(struct job *job, uint64_t now) {
    struct reader reader = { 0 };
    bool waits = reader_of(job, &reader);
    if (waits && reader.has_threads) waits = is_at_rest(job, now);
    if (waits || job->turn.waiting) {
        job->turn.waiting = waits;
        turn_tell(job);
    }
    job->turn.is_asked = !waits;
    if (job->turn.delay < RAREST_LOOK) job->turn.delay += 1 + job->turn.delay / 2;
    uint64_t after = now_ms(), least = after + SPARING * (after - now);
    job->turn.at = after + job->turn.delay > least ? after + job->turn.delay : least;
    job->turn.earliest = least;
}

void turns_look(void) {
    uint64_t now = now_ms();
    for (struct job *job = jobs; job; job = job->next)
        if (job->turn.is_asked && job->turn.at <= now && !job->has_ended) look(job, now_ms());
}

uint64_t turns_due(void) {
    uint64_t due = 0;
    for (struct job *job = jobs; job; job = job->next)
        if (job->turn.is_asked && !job->has_ended && (!due || job->turn.at < due)) due = job->turn.at;
    return due;
}
