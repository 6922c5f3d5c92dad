/* Mount namespaces: the text of mountinfo, read at their root, and what is mounted there that leads to further namespaces. */
#define _GNU_SOURCE
#include "world.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Blanks and backslashes in paths are written as three octal digits. */
static void unescape(char *text) {
    char *to = text;
    for (char *at = text; *at; at++) {
        if (at[0] == '\\' && at[1] && at[2] && at[3]) {
            *to++ = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            at += 3;
        } else *to++ = *at;
    }
    *to = 0;
}

static void visit_nsfs(struct world *w, const char *root, const char *target) {
    char *at = strchr(root, '[');
    unsigned id = at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
    if (!id || find_ns(w, id)) return;
    int fd = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    /* Something else may be mounted over it. */
    if (fd >= 0 && fstat(fd, &info) == 0 && (unsigned)info.st_ino == id) add_ns(w, fd, 0);
    else if (fd >= 0) close(fd);
}

static void visit_proc(struct world *w, unsigned major, unsigned minor, const char *target) {
    char path[4200];
    struct stat info;
    for (size_t i = 0; i < w->n_procs; i++) if (w->procs[i].major == major && w->procs[i].minor == minor) return;
    if (w->n_procs == sizeof w->procs / sizeof *w->procs || stat(target, &info) < 0 || info.st_dev != makedev(major, minor)) return;
    /* Whoever is number 1 in there lives in the namespace that is shown. */
    snprintf(path, sizeof path, "%s/1/ns/pid", target);
    unsigned ns = ns_of_link(AT_FDCWD, path);
    if (ns) w->procs[w->n_procs++] = (struct proc_mount){ major, minor, ns };
}

static void visit_line(struct world *w, const char *text, bool is_own) {
    char root[4096], target[4096];
    unsigned major, minor;
    const char *type = strstr(text, " - ");
    if (!type) return;
    bool is_nsfs = strncmp(type + 3, "nsfs ", 5) == 0, is_proc = strncmp(type + 3, "proc ", 5) == 0;
    bool is_cgroup = is_own && !*w->cgroups && strncmp(type + 3, "cgroup2 ", 8) == 0;
    if (!is_nsfs && !is_proc && !is_cgroup) return;
    if (sscanf(text, "%*d %*d %u:%u %4095s %4095s", &major, &minor, root, target) != 4) return;
    unescape(target);
    if (is_nsfs) visit_nsfs(w, root, target);
    else if (strcmp(root, "/") != 0) return;
    else if (is_proc) visit_proc(w, major, minor, target);
    else snprintf(w->cgroups, sizeof w->cgroups, "%s", target);
}

void visit_mounts(struct world *w, struct ns *ns, struct buf *text) {
    bool is_own = ns->id == w->own[NS_MNT];
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || (!is_own && setns(ns->fd, CLONE_NEWNS) < 0)) {
        if (root >= 0) close(root);
        return;
    }
    read_all_at(proc_fd, "self/mountinfo", text);
    if (text->len) {
        char *line = text->data;
        while (*line) {
            char *end = strchr(line, '\n');
            if (end) *end = 0;
            visit_line(w, line, is_own);
            if (!end) break;
            *end = '\n';
            line = end + 1;
        }
    }
    if (!is_own) {
        /* Back home: a failure here would leave the agent lost. */
        if (setns(w->own_fd[NS_MNT], CLONE_NEWNS) < 0 || fchdir(root) < 0 || chroot(".") < 0) exit(72);
    }
    close(root);
}
