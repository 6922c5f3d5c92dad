/* Takes the raw facts of a World: one JSON object, see ../raw-world.ts. */
#define _GNU_SOURCE
#include "world.h"
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void print_user(const char *name, unsigned uid, void *arg) {
    json_next(arg);
    buf_printf(arg, "[%u,", uid);
    json_text(arg, name);
    buf_add(arg, "]", 1);
}

static void open_own(struct world *w) {
    char path[32];
    for (int type = 0; type < NS_TYPES; type++) {
        snprintf(path, sizeof path, "self/ns/%s", NS_NAMES[type]);
        w->own[type] = ns_of_link(proc_fd, path);
        int fd = w->own_fd[type] = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) add_ns(w, fd, type == NS_USER || type == NS_TIME || type == NS_CGROUP ? getpid() : 0);
    }
}

void world_print(struct buf *out) {
    struct world w = { .out = out };
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    open_own(&w);
    buf_printf(out, "{\"time\":%llu,\"agent\":%d,\"init\":1,\"initial\":[", (unsigned long long)t.tv_sec * 1000000000 + (unsigned long long)t.tv_nsec, getpid());
    for (int type = 0; type < NS_TYPES; type++) buf_printf(out, type ? ",%u" : "%u", w.own[type]);
    buf_add(out, "]", 1);
    print_processes(&w);
    print_namespaces(&w);
    print_cgroups(&w);
    json_key(out, "procs");
    buf_add(out, "{", 1);
    for (size_t i = 0; i < w.n_procs; i++) buf_printf(out, "%s\"%u:%u\":%u", i ? "," : "", w.procs[i].major, w.procs[i].minor, w.procs[i].ns);
    buf_add(out, "}", 1);
    json_key(out, "users");
    buf_add(out, "[", 1);
    each_account(print_user, out);
    buf_add(out, "]}", 2);
    for (size_t i = 0; i < w.n; i++) close(w.all[i].fd);
    free(w.all);
}
