/* Namespaces: those of processes, and those that only a mount, a descriptor or another namespace keeps alive. */
#define _GNU_SOURCE
#include "world.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const NS_NAMES[NS_TYPES] = { "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts" };
static const int FLAGS[NS_TYPES] = { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS };

struct ns *find_ns(struct world *w, unsigned id) {
    for (size_t i = 0; i < w->n; i++) if (w->all[i].id == id) return &w->all[i];
    return NULL;
}

struct ns *add_ns(struct world *w, int fd, int pid) {
    struct stat info;
    int flag = ioctl(fd, NS_GET_NSTYPE), type = 0;
    while (type < NS_TYPES && FLAGS[type] != flag) type++;
    if (type == NS_TYPES || fstat(fd, &info) < 0) { close(fd); return NULL; }
    struct ns *known = find_ns(w, (unsigned)info.st_ino);
    if (known) { close(fd); return known; }
    if (w->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 32;
        w->all = realloc(w->all, w->cap * sizeof *w->all);
        if (!w->all) exit(70);
    }
    struct ns *ns = &w->all[w->n++];
    *ns = (struct ns){ .id = (unsigned)info.st_ino, .type = type, .fd = fd, .pid = pid, .owner_uid = -1 };
    return ns;
}

unsigned ns_of_link(int dir, const char *path) {
    char text[64];
    if (link_at(dir, path, text, sizeof text) <= 0) return 0;
    char *at = strchr(text, '[');
    return at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
}

void note_member(struct world *w, int pid_dir, int pid, int type, const char *file, unsigned id) {
    struct ns *known = find_ns(w, id);
    /* Of a time namespace, timens_offsets tells that of the children. */
    int member = type == NS_TIME && strcmp(file, "ns/time") == 0 ? 0 : pid;
    if (known) {
        if (!known->pid) known->pid = member;
        return;
    }
    int fd = openat(pid_dir, file, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) add_ns(w, fd, member);
}

/* Parents and owners, and theirs; and what is found in mount namespaces. The table grows meanwhile. */
void complete_namespaces(struct world *w) {
    for (size_t i = 0; i < w->n; i++) {
        int fd = w->all[i].fd, type = w->all[i].type;
        int owner = ioctl(fd, NS_GET_USERNS), parent = type == NS_PID || type == NS_USER ? ioctl(fd, NS_GET_PARENT) : -1;
        struct ns *found = owner >= 0 ? add_ns(w, owner, 0) : NULL;
        w->all[i].owner = found ? found->id : 0;
        found = parent >= 0 ? add_ns(w, parent, 0) : NULL;
        w->all[i].parent = found ? found->id : 0;
        uid_t uid;
        if (type == NS_USER && ioctl(fd, NS_GET_OWNER_UID, &uid) == 0) w->all[i].owner_uid = (int)uid;
    }
}

/* ---- what there is to know */

/* A child that has gone into the namespace and waits there; 0 if it couldn't. To be killed. */
static pid_t stand_in(int fd, int flag) {
    int ready[2];
    char byte;
    if (pipe2(ready, O_CLOEXEC) < 0) return 0;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (setns(fd, flag) == 0 && write(ready[1], "", 1) == 1) pause();
        _exit(0);
    }
    close(ready[1]);
    bool is_there = pid > 0 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (pid > 0 && !is_there) waitpid(pid, NULL, 0);
    return is_there ? pid : 0;
}

static void print_file_of(struct buf *b, const char *key, int pid, const char *file) {
    char path[48], text[4096];
    snprintf(path, sizeof path, "%d/%s", pid, file);
    ssize_t n = read_at(proc_fd, path, text, sizeof text);
    if (n < 0) return;
    json_key(b, key);
    json_string(b, text, (size_t)n);
}

static void print_by_member(struct world *w, const struct ns *ns) {
    pid_t helper = ns->pid ? 0 : stand_in(ns->fd, FLAGS[ns->type]);
    int pid = ns->pid ? ns->pid : helper;
    if (pid && ns->type == NS_USER) {
        print_file_of(w->out, "uidMap", pid, "uid_map");
        print_file_of(w->out, "gidMap", pid, "gid_map");
        print_file_of(w->out, "setgroups", pid, "setgroups");
    } else if (pid) print_file_of(w->out, "offsets", pid, "timens_offsets");
    if (helper) {
        kill(helper, SIGKILL);
        waitpid(helper, NULL, 0);
    }
}

static void print_names(struct world *w, const struct ns *ns) {
    struct utsname u;
    bool is_own = ns->id == w->own[NS_UTS];
    if (!is_own && setns(ns->fd, CLONE_NEWUTS) < 0) return;
    uname(&u);
    if (!is_own) setns(w->own_fd[NS_UTS], CLONE_NEWUTS);
    json_key(w->out, "hostname");
    json_text(w->out, u.nodename);
    json_key(w->out, "domainname");
    json_text(w->out, u.domainname);
}

static bool cgroup_of(int pid, char *out, size_t size) {
    char path[32], text[4096];
    snprintf(path, sizeof path, "%d/cgroup", pid);
    if (read_at(proc_fd, path, text, sizeof text) <= 0) return false;
    char *at = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
    at = at ? strchr(at, '/') : NULL;
    if (!at) return false;
    at[strcspn(at, "\n")] = 0;
    snprintf(out, size, "%s", at);
    return true;
}

/* Its root is what its member's path has in front, seen from outside, of the path seen from inside. */
static void print_cgroup_root(struct world *w, const struct ns *ns) {
    char outside[4096] = "/", inside[4096] = "/";
    if (ns->id != w->own[NS_CGROUP]) {
        if (!ns->pid || !cgroup_of(ns->pid, outside, sizeof outside) || setns(ns->fd, CLONE_NEWCGROUP) < 0) return;
        bool is_known = cgroup_of(ns->pid, inside, sizeof inside);
        setns(w->own_fd[NS_CGROUP], CLONE_NEWCGROUP);
        size_t n = strlen(outside), tail = strcmp(inside, "/") == 0 ? 0 : strlen(inside);
        if (!is_known || strncmp(inside, "/..", 3) == 0 || tail > n || strcmp(outside + n - tail, tail ? inside : "") != 0) return;
        outside[n - tail ? n - tail : 1] = 0;
    }
    json_key(w->out, "root");
    json_text(w->out, outside);
}

static void print_namespace(struct world *w, const struct ns *ns, const struct buf *mounts) {
    struct buf *b = w->out;
    json_next(b);
    buf_printf(b, "{\"id\":%u,\"type\":\"%s\"", ns->id, NS_NAMES[ns->type]);
    if (ns->parent) buf_printf(b, ",\"parent\":%u", ns->parent);
    if (ns->owner) buf_printf(b, ",\"owner\":%u", ns->owner);
    if (ns->owner_uid >= 0) buf_printf(b, ",\"ownerUid\":%d", ns->owner_uid);
    switch (ns->type) {
    case NS_USER: case NS_TIME: print_by_member(w, ns); break;
    case NS_UTS: print_names(w, ns); break;
    case NS_CGROUP: print_cgroup_root(w, ns); break;
    case NS_NET: print_net(w, ns); break;
    case NS_MNT:
        json_key(b, "mountinfo");
        json_string(b, mounts->data ? mounts->data : "", mounts->len);
    }
    buf_add(b, "}", 1);
}

void print_namespaces(struct world *w) {
    struct buf *mounts = NULL;
    size_t n_mounts = 0;
    /* Mount namespaces first: what is mounted in them may be further namespaces, and these may be mount namespaces. */
    for (size_t i = 0; i < w->n; i++) {
        mounts = realloc(mounts, (i + 1) * sizeof *mounts);
        if (!mounts) exit(70);
        mounts[n_mounts++] = (struct buf){ 0 };
        struct ns ns = w->all[i];
        if (ns.type == NS_MNT) visit_mounts(w, &ns, &mounts[i]);
        if (i + 1 == w->n) complete_namespaces(w);
    }
    json_key(w->out, "namespaces");
    buf_add(w->out, "[", 1);
    for (size_t i = 0; i < n_mounts; i++) {
        print_namespace(w, &w->all[i], &mounts[i]);
        free(mounts[i].data);
    }
    free(mounts);
    buf_add(w->out, "]", 1);
}
