/* The parts of taking a World: raw facts as JSON, see ../raw-world.ts. */
#ifndef WORLD_H
#define WORLD_H
#include "agent.h"

enum { NS_CGROUP, NS_IPC, NS_MNT, NS_NET, NS_PID, NS_TIME, NS_USER, NS_UTS, NS_TYPES };
extern const char *const NS_NAMES[NS_TYPES];

/* A namespace: in use, or only held by a mount, a descriptor or another namespace. */
struct ns {
    unsigned id;
    int type, fd;
    int pid;            /* a process in it; time: one whose children will be; 0 if none is known */
    unsigned parent, owner;
    int owner_uid;      /* -1: unknown */
};

/* A proc file system and the PID namespace that it shows. */
struct proc_mount { unsigned major, minor, ns; };

struct world {
    struct buf *out;
    struct ns *all;
    size_t n, cap;
    unsigned own[NS_TYPES];
    int own_fd[NS_TYPES];
    struct proc_mount procs[128];
    size_t n_procs;
    char cgroups[4096];  /* where the unified hierarchy is mounted; empty: nowhere */
};

/* world-ns.c: finds them, and what there is to know of each. `fd` is given away. */
struct ns *find_ns(struct world *w, unsigned id);
struct ns *add_ns(struct world *w, int fd, int pid);
unsigned ns_of_link(int dir, const char *path);
void note_member(struct world *w, int pid_dir, int pid, int type, const char *file, unsigned id);
void complete_namespaces(struct world *w);
void print_namespaces(struct world *w);

/* world-mount.c: reads a mount namespace, finding namespaces and proc file systems that are mounted in it. */
void visit_mounts(struct world *w, struct ns *ns, struct buf *text);

/* world-process.c */
void print_processes(struct world *w);

/* world-cgroup.c */
void print_cgroups(struct world *w);

/* world-net.c: prints `"net":{…}` of a network namespace. */
void print_net(struct world *w, const struct ns *ns);

/* netlink.c */
struct nlmsghdr;
int netlink_open(int protocol);
/* Sends a request and hands over each message of the answer; false on an error. */
bool netlink_ask(int fd, struct nlmsghdr *request, void (*take)(const struct nlmsghdr *, void *), void *arg);

/* Attributes of a message, by number; those beyond `n` are left out. */
struct attribute { const void *data; size_t length; };
void attributes(const void *from, size_t length, struct attribute *out, size_t n);
uint32_t number_in(const struct attribute *a, uint32_t otherwise);

#endif
