/* Small files of /proc and elsewhere. /proc is a mount of the agent's own that hangs in no tree, so that it stays whatever is mounted over /proc. */
#define _GNU_SOURCE
#include "agent.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int proc_fd = -1;

void files_init(void) {
    int fs = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
    if (fs >= 0) {
        if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
            proc_fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
        close(fs);
    }
    if (proc_fd < 0) proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* One read gets a file of /proc whole, or as much as there is room for. */
ssize_t read_at(int dir, const char *path, char *out, size_t size) {
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return -1;
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    out[n > 0 ? n : 0] = 0;
    return n;
}

bool read_all_at(int dir, const char *path, struct buf *out) {
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return false;
    char part[8192];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) > 0) buf_add(out, part, (size_t)n);
    close(fd);
    return n == 0;
}

ssize_t link_at(int dir, const char *path, char *out, size_t size) {
    ssize_t n = readlinkat(dir, path, out, size - 1);
    if (n >= 0) out[n] = 0;
    return n;
}

bool write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text);
}

uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

bool read_stat(int pid, struct stat_line *out) {
    char path[32], text[512];
    snprintf(path, sizeof path, "%d/stat", pid);
    if (read_at(proc_fd, path, text, sizeof text) <= 0) return false;
    /* A command's name may hold blanks and brackets itself: it ends at the last bracket. */
    char *from = strchr(text, '('), *to = strrchr(text, ')');
    if (!from || !to || to < from) return false;
    size_t n = (size_t)(to - from - 1);
    if (n >= sizeof out->comm) n = sizeof out->comm - 1;
    memcpy(out->comm, from + 1, n);
    out->comm[n] = 0;
    return sscanf(to + 2, "%c %d %d %d %u %d %u", &out->state, &out->ppid, &out->pgrp, &out->session, &out->tty, &out->tpgid, &out->flags) == 7;
}

void *open_pids(void) {
    int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopendir(fd);
}

int next_pid(void *dir) {
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        int pid = atoi(entry->d_name);
        if (pid > 0) return pid;
    }
    return 0;
}
