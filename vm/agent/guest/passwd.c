/* Users, from /etc/passwd as it is now, and becoming one of them. */
#define _GNU_SOURCE
#include "agent.h"
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void each_line(bool (*take)(char *fields[7], void *arg), void *arg) {
    struct buf text = { 0 };
    if (read_all_at(AT_FDCWD, "/etc/passwd", &text) && text.len) {
        char *rest = text.data, *line;
        while ((line = strsep(&rest, "\n"))) {
            char *fields[7] = { 0 };
            int n = 0;
            while (n < 7 && (fields[n] = strsep(&line, ":"))) n++;
            if (n == 7 && !take(fields, arg)) break;
        }
    }
    free(text.data);
}

struct search { const char *name; struct account *out; bool is_found; };

static bool take_account(char *f[7], void *arg) {
    struct search *search = arg;
    if (strcmp(f[0], search->name) != 0) return true;
    struct account *out = search->out;
    snprintf(out->name, sizeof out->name, "%s", f[0]);
    snprintf(out->home, sizeof out->home, "%s", f[5]);
    snprintf(out->shell, sizeof out->shell, "%s", *f[6] ? f[6] : "/bin/sh");
    out->uid = (unsigned)strtoul(f[2], NULL, 10);
    out->gid = (unsigned)strtoul(f[3], NULL, 10);
    search->is_found = true;
    return false;
}

bool find_account(const char *name, struct account *out) {
    struct search search = { name, out, false };
    each_line(take_account, &search);
    return search.is_found;
}

struct telling { void (*tell)(const char *, unsigned, void *); void *arg; };

static bool tell_account(char *f[7], void *arg) {
    struct telling *telling = arg;
    telling->tell(f[0], (unsigned)strtoul(f[2], NULL, 10), telling->arg);
    return true;
}

void each_account(void (*tell)(const char *name, unsigned uid, void *arg), void *arg) {
    struct telling telling = { tell, arg };
    each_line(tell_account, &telling);
}

static void put_env(const char *name, const char *value) { setenv(name, value, 1); }

void become(const struct account *who) {
    struct sched_param ordinary = { 0 };
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    write_file("/proc/self/oom_score_adj", "0");
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int sig = 1; sig < NSIG; sig++) signal(sig, SIG_DFL);
    umask(022);
    clearenv();
    put_env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    put_env("TERM", "xterm-256color");
    put_env("LANG", "C.UTF-8");
    put_env("HOME", who->home);
    put_env("USER", who->name);
    put_env("LOGNAME", who->name);
    put_env("SHELL", who->shell);
    if (setgroups(0, NULL) < 0 || setgid(who->gid) < 0 || setuid(who->uid) < 0) _exit(126);
    if (chdir(who->home) < 0 && chdir("/") < 0) _exit(126);
}
