/* Processes. The dearest part of a World, since each file of /proc costs three system calls: only what a World shows is read. */
#define _GNU_SOURCE
#include "world.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000

/* Numbers, or words where `quoted`, of a line of /proc/PID/status. */
static void print_list(struct buf *b, const char *key, const char *line, bool quoted) {
    json_key(b, key);
    buf_add(b, "[", 1);
    while (*line && *line != '\n') {
        size_t n = strcspn(line, "\t \n");
        if (n) {
            json_next(b);
            if (quoted) json_string(b, line, n);
            else buf_add(b, line, n);
        }
        line += n;
        line += strspn(line, "\t ");
    }
    buf_add(b, "]", 1);
}

static const char *line_of(const char *status, const char *name) {
    const char *at = strstr(status, name);
    return at ? at + strlen(name) : "";
}

static void print_status(struct buf *b, int dir) {
    char text[4096];
    if (read_at(dir, "status", text, sizeof text) <= 0) return;
    print_list(b, "pids", line_of(text, "\nNSpid:"), false);
    print_list(b, "uid", line_of(text, "\nUid:"), false);
    print_list(b, "gid", line_of(text, "\nGid:"), false);
    static const char *const CAPS[] = { "\nCapInh:\t", "\nCapPrm:\t", "\nCapEff:\t", "\nCapBnd:\t", "\nCapAmb:\t" };
    json_key(b, "caps");
    buf_add(b, "[", 1);
    for (size_t i = 0; i < sizeof CAPS / sizeof *CAPS; i++) {
        const char *at = line_of(text, CAPS[i]);
        json_next(b);
        json_string(b, at, strcspn(at, "\n"));
    }
    buf_add(b, "]", 1);
    if (atoi(line_of(text, "\nNoNewPrivs:\t"))) buf_printf(b, ",\"noNewPrivs\":1");
}

static void print_file(struct buf *b, const char *key, int dir, const char *path) {
    char text[4096];
    ssize_t n = read_at(dir, path, text, sizeof text);
    json_key(b, key);
    json_string(b, text, n > 0 ? (size_t)n : 0);
}

static void print_link(struct buf *b, const char *key, int dir, const char *path) {
    char text[4096];
    ssize_t n = link_at(dir, path, text, sizeof text);
    if (n < 0) return;
    json_key(b, key);
    json_string(b, text, (size_t)n);
}

/* The path in the unified hierarchy: the line that begins with 0:: */
static void print_cgroup(struct buf *b, int dir) {
    char text[4096];
    if (read_at(dir, "cgroup", text, sizeof text) <= 0) return;
    const char *at = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
    if (!at) return;
    at = strchr(at, '/');
    if (!at) return;
    json_key(b, "cgroup");
    json_string(b, at, strcspn(at, "\n"));
}

static void print_namespace_links(struct world *w, int dir, int pid) {
    char path[32];
    json_key(w->out, "ns");
    buf_add(w->out, "[", 1);
    for (int type = 0; type < NS_TYPES; type++) {
        snprintf(path, sizeof path, "ns/%s", NS_NAMES[type]);
        unsigned id = ns_of_link(dir, path);
        json_next(w->out);
        if (!id) { buf_add(w->out, "null", 4); continue; }
        buf_printf(w->out, "%u", id);
        note_member(w, dir, pid, type, path, id);
    }
    buf_add(w->out, "]", 1);
    unsigned pid_ns = ns_of_link(dir, "ns/pid_for_children"), time_ns = ns_of_link(dir, "ns/time_for_children");
    if (pid_ns) note_member(w, dir, 0, NS_PID, "ns/pid_for_children", pid_ns);
    if (time_ns) note_member(w, dir, pid, NS_TIME, "ns/time_for_children", time_ns);
    json_key(w->out, "nsForChildren");
    pid_ns ? buf_printf(w->out, "[%u,", pid_ns) : buf_printf(w->out, "[null,");
    time_ns ? buf_printf(w->out, "%u]", time_ns) : buf_printf(w->out, "null]");
}

/* Descriptors that are open on namespaces. */
static void print_ns_descriptors(struct world *w, int dir) {
    int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    if (!all) return;
    struct dirent *entry;
    char text[64];
    bool is_first = true;
    while ((entry = readdir(all))) {
        if (*entry->d_name == '.' || link_at(dirfd(all), entry->d_name, text, sizeof text) <= 0) continue;
        char *at = strstr(text, ":[");
        int type = 0;
        while (type < NS_TYPES && (!at || strlen(NS_NAMES[type]) != (size_t)(at - text) || strncmp(text, NS_NAMES[type], (size_t)(at - text)) != 0)) type++;
        if (type == NS_TYPES) continue;
        unsigned id = (unsigned)strtoul(at + 2, NULL, 10);
        if (!find_ns(w, id)) {
            int ns = openat(dirfd(all), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
            if (ns >= 0) add_ns(w, ns, 0);
        }
        buf_printf(w->out, is_first ? ",\"nsFds\":[%u" : ",%u", id);
        is_first = false;
    }
    closedir(all);
    if (!is_first) buf_add(w->out, "]", 1);
}

/* ---- kernel threads: half of a small machine's processes, and always the same */

#define MAX_KNOWN 512

static struct kernel_thread { int pid, ppid; char comm[64]; } kernel_threads[MAX_KNOWN];
static size_t n_kernel_threads;

static struct kernel_thread *find_kernel_thread(int pid) {
    for (size_t i = 0; i < n_kernel_threads; i++) if (kernel_threads[i].pid == pid) return &kernel_threads[i];
    return NULL;
}

static void remember_kernel_thread(int pid, const struct stat_line *stat) {
    struct kernel_thread *known = find_kernel_thread(pid);
    if (!known && n_kernel_threads == MAX_KNOWN) return;
    if (!known) known = &kernel_threads[n_kernel_threads++];
    known->pid = pid;
    known->ppid = stat->ppid;
    memcpy(known->comm, stat->comm, sizeof known->comm);
    note_kernel_thread(pid);
}

static void print_start(struct buf *b, int pid, const char *comm, char state, int ppid) {
    json_next(b);
    buf_printf(b, "{\"pid\":%d,\"comm\":", pid);
    json_text(b, comm);
    buf_printf(b, ",\"state\":\"%c\",\"ppid\":%d", state, ppid);
}

static void print_process(struct world *w, int pid) {
    struct stat_line stat;
    const struct kernel_thread *known = is_kernel_thread(pid) ? find_kernel_thread(pid) : NULL;
    if (known) {
        print_start(w->out, pid, known->comm, 'S', known->ppid);
        buf_printf(w->out, ",\"kernel\":1}");
        return;
    }
    if (!read_stat(pid, &stat)) return;
    print_start(w->out, pid, stat.comm, stat.state, stat.ppid);
    if (stat.flags & PF_KTHREAD) {
        remember_kernel_thread(pid, &stat);
        buf_printf(w->out, ",\"kernel\":1}");
        return;
    }
    buf_printf(w->out, ",\"pgid\":%d,\"sid\":%d,\"tty\":%u", stat.pgrp, stat.session, stat.tty);
    char path[16];
    snprintf(path, sizeof path, "%d", pid);
    int dir = openat(proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        print_status(w->out, dir);
        print_cgroup(w->out, dir);
        if (stat.state != 'Z') {
            print_file(w->out, "cmdline", dir, "cmdline");
            print_link(w->out, "cwd", dir, "cwd");
            print_link(w->out, "root", dir, "root");
        }
        print_namespace_links(w, dir, pid);
        if (stat.state != 'Z') print_ns_descriptors(w, dir);
        close(dir);
    }
    buf_add(w->out, "}", 1);
}

void print_processes(struct world *w) {
    DIR *all = open_pids();
    json_key(w->out, "processes");
    buf_add(w->out, "[", 1);
    int pid, self = getpid();
    while (all && (pid = next_pid(all))) if (pid != self) print_process(w, pid);
    if (all) closedir(all);
    buf_add(w->out, "]", 1);
}
