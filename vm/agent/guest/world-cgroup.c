/* Control groups and their limits, from the unified hierarchy where it is mounted. */
#define _GNU_SOURCE
#include "world.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 16

static const char *const LIMITS[] = { "pids.max", "memory.max", "memory.high", "cpu.max" };

static void print_limits(struct buf *b, int dir) {
    char text[64];
    json_key(b, "limits");
    buf_add(b, "{", 1);
    for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
        if (read_at(dir, LIMITS[i], text, sizeof text) <= 0 || strncmp(text, "max", 3) == 0) continue;
        text[strcspn(text, "\n")] = 0;
        json_key(b, LIMITS[i]);
        json_text(b, text);
    }
    buf_add(b, "}", 1);
}

/* The groups below one; `path` grows and shrinks on the way. */
static void walk(struct buf *b, int fd, char *path, size_t size, int depth) {
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    if (!all) return;
    struct dirent *entry;
    size_t length = strlen(path);
    while (depth < MAX_DEPTH && (entry = readdir(all))) {
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        int below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (below < 0) continue;
        snprintf(path + length, size - length, "/%s", entry->d_name);
        json_next(b);
        buf_printf(b, "{\"path\":");
        json_text(b, path);
        print_limits(b, below);
        buf_add(b, "}", 1);
        walk(b, below, path, size, depth + 1);
        path[length] = 0;
    }
    closedir(all);
}

void print_cgroups(struct world *w) {
    char path[4096] = "";
    json_key(w->out, "cgroups");
    buf_add(w->out, "[", 1);
    if (*w->cgroups) walk(w->out, open(w->cgroups, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, sizeof path, 0);
    buf_add(w->out, "]", 1);
}
