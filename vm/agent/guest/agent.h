/* The guest agent: shows a host, over one stream of bytes, what this Linux is doing, and gives it terminals and scripts.
 * vm/README.md describes the frames; ../protocol.ts has the same numbers. */
#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define PROTOCOL_VERSION 2
#define HELLO_WORD "isolab-agent"
/* Bytes of a job's output that may be under way before its writers wait. */
#define OUTPUT_WINDOW (256 * 1024)
/* The longest request that is believed. */
#define MAX_REQUEST (4u << 20)
/* As long as so much waits for the channel, nothing more is read from terminals. */
#define MAX_BACKLOG (512 * 1024)

enum {
    HELLO = 1, WORLD, RUN, OPEN, INPUT, RESIZE, ACK, KILL, CLOCK, QUIESCE, ATTACH,
    REPLY = 32, ERROR, OUTPUT, EXIT, TURN, RAN,
};

/* buf.c: a buffer that grows; with JSON. Out of memory ends the agent. */
struct buf { char *data; size_t len, cap; };
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_cut(struct buf *b, size_t n);                      /* drops the first n bytes */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void json_string(struct buf *b, const char *text, size_t n); /* in quotes; bytes from 0x80 as they are */
void json_text(struct buf *b, const char *text);
void json_key(struct buf *b, const char *name);             /* with a comma before it, unless it is the first */
void json_next(struct buf *b);                              /* a comma, unless something was just opened */

/* files.c: small files and links, beneath a directory descriptor. */
extern int proc_fd;                                         /* a proc file system that nobody can unmount */
void files_init(void);
ssize_t read_at(int dir, const char *path, char *out, size_t size); /* cuts; ends with NUL; -1 if it can't be read */
bool read_all_at(int dir, const char *path, struct buf *out);
ssize_t link_at(int dir, const char *path, char *out, size_t size);
bool write_file(const char *path, const char *text);
uint64_t now_ms(void);

/* A process, from /proc/PID/stat. */
struct stat_line { char comm[64]; char state; int ppid, pgrp, session; unsigned tty, flags; int tpgid; };
bool read_stat(int pid, struct stat_line *out);
int next_pid(void *dir);                                    /* 0 at the end; `dir` is a DIR of /proc */
void *open_pids(void);

/* channel.c: the stream to the host. */
struct frame { uint8_t type; uint32_t id; char *payload; size_t length; };
bool channel_open(const char *path);
int channel_in(void);
int channel_out(void);
size_t channel_backlog(void);
bool channel_is_device(void);                               /* its host may come back */
bool channel_read(void);                                    /* false: there is nobody at the other end */
bool channel_next(struct frame *out);                       /* valid until the next channel_read */
void channel_flush(void);
void send_frame(uint8_t type, uint32_t id, const void *payload, size_t n);
void send_text(uint8_t type, uint32_t id, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* jobs.c: terminals and scripts. */
struct job {
    struct job *next;
    uint32_t id;
    bool is_terminal;
    int fd, slave;                                          /* master of the pty, or reading end of the pipe; slave: -1 for scripts */
    pid_t pid;
    char user[64], name[64];
    size_t unacked, last_words;
    struct buf input, kept;                                 /* typed, not yet taken; the last of the output */
    bool has_ended, hung_up;
    int status;
    uint64_t ended_at;
    /* turn.c */
    struct { bool is_asked, waiting; uint64_t typed, at, since, earliest, rest_from, busy_then; unsigned delay; } turn;
    uint64_t printed_at;
};
extern struct job *jobs;
struct job *job_by_id(uint32_t id);
void open_terminal(uint32_t id, const char *user, int rows, int cols, const char *name);
void run_script(uint32_t id, const char *user, const char *script, size_t n);
void job_input(struct job *job, const char *bytes, size_t n);
void job_resize(struct job *job, int rows, int cols);
void job_kill(struct job *job);
void job_attach(struct job *job, uint32_t request);
bool job_can_print(const struct job *job);
void job_read(struct job *job);
void job_write(struct job *job);
void jobs_forsake(void);                                    /* somebody else is listening now: ends the scripts */
void jobs_reap(void);
void jobs_finish(void);                                     /* tells of those that have ended, and forgets them */
uint64_t jobs_due(void);                                    /* when jobs_finish has to be called again, in ms; 0: need not */
bool is_script_session(int session);

/* passwd.c */
struct account { char name[64], home[256], shell[128]; unsigned uid, gid; };
bool find_account(const char *name, struct account *out);
void each_account(void (*tell)(const char *name, unsigned uid, void *arg), void *arg);
void become(const struct account *who);                     /* in a child, before exec: identity, environment, ordinary priority */

/* turn.c: does a terminal wait for its learner? */
void turn_typed(struct job *job);                           /* something was typed: it is asked for again */
void turns_stirred(unsigned ms);                            /* something happened: look again so soon */
void turns_look(void);
uint64_t turns_due(void);
void turn_tell(struct job *job);

/* connector.c: which programs run. */
int connector_open(void);                                   /* -1: the kernel doesn't tell */
void note_kernel_thread(int pid);                           /* it stays one until its number is given to another process */
bool is_kernel_thread(int pid);
void connector_read(void);

/* world*.c */
void world_print(struct buf *out);

#endif
