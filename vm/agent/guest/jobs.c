/* Terminals (a bash on a pty) and scripts (a bash that reads a pipe): what goes in, what comes out, and how they end. */
#define _GNU_SOURCE
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* So much of a terminal's output is kept for one who attaches. */
#define KEPT (64 * 1024)
/* Typed ahead of a program that doesn't read; the rest is lost, as in any terminal. */
#define MAX_TYPED (256 * 1024)
/* After the end of its shell, what is still on the way through the pty comes within so many milliseconds. */
#define LAST_WORDS 12
/* Who goes on printing after the end of the shell isn't listened to for ever. */
#define MAX_LAST_WORDS (128 * 1024)

struct job *jobs;

struct job *job_by_id(uint32_t id) {
    for (struct job *job = jobs; job; job = job->next) if (job->id == id) return job;
    return NULL;
}

static struct job *add_job(uint32_t id, const char *user, const char *name) {
    struct job *job = calloc(1, sizeof *job);
    if (!job) exit(70);
    job->id = id;
    job->fd = job->slave = -1;
    snprintf(job->user, sizeof job->user, "%s", user);
    snprintf(job->name, sizeof job->name, "%s", name);
    job->next = jobs;
    jobs = job;
    return job;
}

/* Descriptors 0 to 2 become these; nothing else stays open. */
static void take_descriptors(int in, int out) {
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    close_range(3, ~0u, 0);
}

static void exec_bash(void) {
    execl("/bin/bash", "bash", (char *)NULL);
    _exit(127);
}

static bool is_taken(uint32_t id) {
    if (!job_by_id(id)) return false;
    send_text(ERROR, id, "the number %u is in use", id);
    return true;
}

static bool know_account(uint32_t id, const char *user, struct account *who) {
    if (find_account(user, who)) return true;
    send_text(ERROR, id, "no user %s on this machine", user);
    return false;
}

void open_terminal(uint32_t id, const char *user, int rows, int cols, const char *name) {
    struct account who;
    if (is_taken(id) || !know_account(id, user, &who)) return;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), unlocked = 0, slave = -1;
    if (master >= 0 && ioctl(master, TIOCSPTLCK, &unlocked) == 0) slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        send_text(ERROR, id, "no terminal: %s", strerror(errno));
        if (master >= 0) close(master);
        return;
    }
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    ioctl(master, TIOCSWINSZ, &size);
    if (fchown(slave, who.uid, 5) == 0) fchmod(slave, 0620);
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        take_descriptors(slave, slave);
        become(&who);
        exec_bash();
    }
    if (pid < 0) {
        send_text(ERROR, id, "no process: %s", strerror(errno));
        close(master);
        close(slave);
        return;
    }
    struct job *job = add_job(id, user, name);
    job->is_terminal = true;
    job->fd = master;
    job->slave = slave;
    job->pid = pid;
    send_text(REPLY, id, "{\"pid\":%d}", pid);
    turn_typed(job);
}

void run_script(uint32_t id, const char *user, const char *script, size_t n) {
    struct account who;
    if (is_taken(id) || !know_account(id, user, &who)) return;
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
        send_text(ERROR, id, "no pipe: %s", strerror(errno));
        for (int i = 0; i < 2; i++) { close(in[i]); close(out[i]); }
        return;
    }
    /* The whole script lies in the pipe: a command in it that reads standard input gets the lines after its own. */
    if (n > 65536) fcntl(in[1], F_SETPIPE_SZ, (int)n);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    ssize_t put = n ? write(in[1], script, n) : 0;
    close(in[1]);
    pid_t pid = put == (ssize_t)n ? fork() : -1;
    if (pid == 0) {
        setsid();
        take_descriptors(in[0], out[1]);
        become(&who);
        exec_bash();
    }
    close(in[0]);
    close(out[1]);
    if (pid < 0) {
        send_text(ERROR, id, put == (ssize_t)n ? "no process: %s" : "a script of that size: %s", strerror(errno));
        close(out[0]);
        return;
    }
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    struct job *job = add_job(id, user, "");
    job->fd = out[0];
    job->pid = pid;
}

/* ---- input and output */

void job_input(struct job *job, const char *bytes, size_t n) {
    if (!job->is_terminal || job->hung_up) return;
    turn_typed(job);
    job->turn.typed += n;
    if (job->input.len + n > MAX_TYPED) n = MAX_TYPED - job->input.len;
    buf_add(&job->input, bytes, n);
    job_write(job);
}

void job_write(struct job *job) {
    while (job->input.len) {
        ssize_t n = write(job->fd, job->input.data, job->input.len);
        if (n <= 0) return;
        buf_cut(&job->input, (size_t)n);
    }
}

void job_resize(struct job *job, int rows, int cols) {
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    if (job->is_terminal && !job->hung_up) ioctl(job->fd, TIOCSWINSZ, &size);
}

void job_kill(struct job *job) {
    if (!job->is_terminal) {
        if (!job->has_ended) kill(-job->pid, SIGKILL);
        return;
    }
    /* Without its master the terminal is hung up: SIGHUP for the session. */
    if (job->hung_up) return;
    job->hung_up = true;
    close(job->slave);
    close(job->fd);
    job->slave = job->fd = -1;
}

void jobs_forsake(void) {
    for (struct job *job = jobs; job; job = job->next) {
        if (job->is_terminal) continue;
        job_kill(job);
        if (job->fd >= 0) close(job->fd);
        job->fd = -1;
        job->unacked = 0;
    }
}

bool job_can_print(const struct job *job) {
    return job->fd >= 0 && job->unacked < OUTPUT_WINDOW && channel_backlog() < MAX_BACKLOG;
}

static void print(struct job *job, const char *bytes, size_t n) {
    job->unacked += n;
    send_frame(OUTPUT, job->id, bytes, n);
}

void job_read(struct job *job) {
    char part[16384];
    for (int i = 0; i < 4 && job_can_print(job); i++) {
        ssize_t n = read(job->fd, part, sizeof part);
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN) { close(job->fd); job->fd = -1; }
            return;
        }
        job->printed_at = now_ms();
        if (job->has_ended) job->last_words += (size_t)n;
        print(job, part, (size_t)n);
        if (!job->is_terminal) continue;
        buf_add(&job->kept, part, (size_t)n);
        if (job->kept.len > 2 * KEPT) {
            /* From the beginning of a line, so that no half of a control sequence comes first. */
            size_t cut = job->kept.len - KEPT;
            char *line = memchr(job->kept.data + cut, '\n', KEPT);
            buf_cut(&job->kept, line ? (size_t)(line + 1 - job->kept.data) : cut);
        }
    }
}

void job_attach(struct job *job, uint32_t request) {
    send_text(REPLY, request, "{}");
    job->unacked = 0;
    if (job->kept.len) print(job, job->kept.data, job->kept.len);
    job->turn.typed = 0;
    turn_tell(job);
}

/* ---- the end */

void jobs_reap(void) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (struct job *job = jobs; job; job = job->next) {
            if (job->pid != pid || job->has_ended) continue;
            job->has_ended = true;
            job->ended_at = now_ms();
            job->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
}

/* A script's processes that go on without it are not waited for. */
static bool is_over(struct job *job) {
    if (!job->has_ended || channel_backlog() >= MAX_BACKLOG) return false;
    if (job->fd >= 0 && job->unacked >= OUTPUT_WINDOW) return false;
    if (job->fd >= 0) job_read(job);
    int left = 0;
    if (job->fd >= 0 && job->last_words < MAX_LAST_WORDS && (job->unacked >= OUTPUT_WINDOW || (ioctl(job->fd, FIONREAD, &left) == 0 && left > 0))) return false;
    return !job->is_terminal || job->hung_up || now_ms() >= job->ended_at + LAST_WORDS;
}

void jobs_finish(void) {
    for (struct job **at = &jobs; *at;) {
        struct job *job = *at;
        if (!is_over(job)) { at = &job->next; continue; }
        send_text(EXIT, job->id, "%d", job->status);
        if (job->fd >= 0) close(job->fd);
        if (job->slave >= 0) close(job->slave);
        *at = job->next;
        free(job->input.data);
        free(job->kept.data);
        free(job);
    }
}

uint64_t jobs_due(void) {
    for (struct job *job = jobs; job; job = job->next)
        if (job->has_ended && job->unacked < OUTPUT_WINDOW && channel_backlog() < MAX_BACKLOG) return job->ended_at + LAST_WORDS;
    return 0;
}

bool is_script_session(int session) {
    for (struct job *job = jobs; job; job = job->next) if (!job->is_terminal && job->pid == session) return true;
    return false;
}
