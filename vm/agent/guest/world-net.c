/* Links, addresses, routes and netfilter's base chains of one network namespace, over netlink. */
#define _GNU_SOURCE
#include "world.h"
#include <arpa/inet.h>
#include <endian.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct visit {
    struct buf *out;
    /* Has some link its other end in another namespace? */
    bool has_nsids;
};

static void print_text(struct buf *b, const char *key, const struct attribute *a) {
    if (!a->data) return;
    json_key(b, key);
    json_string(b, a->data, strnlen(a->data, a->length));
}

static void print_address(struct buf *b, const char *key, int family, const struct attribute *a) {
    char text[INET6_ADDRSTRLEN];
    if (!a->data || a->length < (family == AF_INET ? 4u : 16u) || !inet_ntop(family, a->data, text, sizeof text)) return;
    json_key(b, key);
    json_text(b, text);
}

static void print_number(struct buf *b, const char *key, long long n) {
    json_key(b, key);
    buf_printf(b, "%lld", n);
}

static void take_link(const struct nlmsghdr *head, void *arg) {
    struct visit *v = arg;
    struct buf *b = v->out;
    const struct ifinfomsg *info = NLMSG_DATA(head);
    struct attribute a[IFLA_LINK_NETNSID + 1], kind[IFLA_INFO_KIND + 1];
    attributes(IFLA_RTA(info), IFLA_PAYLOAD(head), a, IFLA_LINK_NETNSID + 1);
    json_next(b);
    buf_printf(b, "{\"index\":%d,\"flags\":%u,\"arp\":%u", info->ifi_index, info->ifi_flags, info->ifi_type);
    print_text(b, "name", &a[IFLA_IFNAME]);
    print_number(b, "mtu", number_in(&a[IFLA_MTU], 0));
    print_number(b, "operstate", number_in(&a[IFLA_OPERSTATE], 0));
    if (a[IFLA_ADDRESS].data && a[IFLA_ADDRESS].length <= 32) {
        const unsigned char *mac = a[IFLA_ADDRESS].data;
        json_key(b, "mac");
        buf_add(b, "\"", 1);
        for (size_t i = 0; i < a[IFLA_ADDRESS].length; i++) buf_printf(b, i ? ":%02x" : "%02x", mac[i]);
        buf_add(b, "\"", 1);
    }
    attributes(a[IFLA_LINKINFO].data, a[IFLA_LINKINFO].length, kind, IFLA_INFO_KIND + 1);
    print_text(b, "kind", &kind[IFLA_INFO_KIND]);
    if (a[IFLA_MASTER].data) print_number(b, "master", number_in(&a[IFLA_MASTER], 0));
    if (a[IFLA_LINK].data) print_number(b, "link", number_in(&a[IFLA_LINK], 0));
    if (a[IFLA_LINK_NETNSID].data) {
        print_number(b, "nsid", (int)number_in(&a[IFLA_LINK_NETNSID], 0));
        v->has_nsids = true;
    }
    buf_add(b, "}", 1);
}

static void take_address(const struct nlmsghdr *head, void *arg) {
    struct buf *b = ((struct visit *)arg)->out;
    const struct ifaddrmsg *info = NLMSG_DATA(head);
    struct attribute a[IFA_LOCAL + 1];
    attributes(IFA_RTA(info), IFA_PAYLOAD(head), a, IFA_LOCAL + 1);
    if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) return;
    json_next(b);
    buf_printf(b, "{\"index\":%u,\"prefix\":%u,\"scope\":%u", info->ifa_index, info->ifa_prefixlen, info->ifa_scope);
    print_address(b, "address", info->ifa_family, a[IFA_LOCAL].data ? &a[IFA_LOCAL] : &a[IFA_ADDRESS]);
    buf_add(b, "}", 1);
}

static void take_route(const struct nlmsghdr *head, void *arg) {
    struct buf *b = ((struct visit *)arg)->out;
    const struct rtmsg *info = NLMSG_DATA(head);
    struct attribute a[RTA_TABLE + 1];
    attributes(RTM_RTA(info), RTM_PAYLOAD(head), a, RTA_TABLE + 1);
    if (number_in(&a[RTA_TABLE], info->rtm_table) != RT_TABLE_MAIN || info->rtm_flags & RTM_F_CLONED) return;
    json_next(b);
    buf_printf(b, "{\"dstLength\":%u,\"scope\":%u", info->rtm_dst_len, info->rtm_scope);
    print_address(b, "dst", AF_INET, &a[RTA_DST]);
    print_address(b, "via", AF_INET, &a[RTA_GATEWAY]);
    print_address(b, "src", AF_INET, &a[RTA_PREFSRC]);
    if (a[RTA_OIF].data) print_number(b, "dev", number_in(&a[RTA_OIF], 0));
    if (a[RTA_PRIORITY].data) print_number(b, "metric", number_in(&a[RTA_PRIORITY], 0));
    buf_add(b, "}", 1);
}

static long long big_endian(const struct attribute *a, long long otherwise) {
    if (!a->data || a->length < 4) return otherwise;
    return (int32_t)be32toh(number_in(a, 0));
}

static void take_chain(const struct nlmsghdr *head, void *arg) {
    struct buf *b = ((struct visit *)arg)->out;
    const struct nfgenmsg *info = NLMSG_DATA(head);
    struct attribute a[NFTA_CHAIN_USE + 1], hook[NFTA_HOOK_PRIORITY + 1];
    size_t skip = NLMSG_SPACE(sizeof *info);
    if (head->nlmsg_len < skip) return;
    attributes((const char *)head + skip, head->nlmsg_len - skip, a, NFTA_CHAIN_USE + 1);
    if (!a[NFTA_CHAIN_HOOK].data) return;
    attributes(a[NFTA_CHAIN_HOOK].data, a[NFTA_CHAIN_HOOK].length, hook, NFTA_HOOK_PRIORITY + 1);
    json_next(b);
    buf_printf(b, "{\"family\":%u", info->nfgen_family);
    print_text(b, "table", &a[NFTA_CHAIN_TABLE]);
    print_text(b, "chain", &a[NFTA_CHAIN_NAME]);
    print_number(b, "hook", big_endian(&hook[NFTA_HOOK_HOOKNUM], 0));
    print_number(b, "priority", big_endian(&hook[NFTA_HOOK_PRIORITY], 0));
    print_number(b, "policy", big_endian(&a[NFTA_CHAIN_POLICY], 1));
    /* Nobody can jump to a base chain: what uses it are its rules. */
    print_number(b, "rules", big_endian(&a[NFTA_CHAIN_USE], 0));
    buf_add(b, "}", 1);
}

/* ---- questions */

static void dump(int fd, int type, int family, void (*take)(const struct nlmsghdr *, void *), struct visit *v, const char *key) {
    struct { struct nlmsghdr head; union { struct ifinfomsg link; struct ifaddrmsg address; struct rtmsg route; } body; } request;
    memset(&request, 0, sizeof request);
    request.head.nlmsg_len = NLMSG_LENGTH(type == RTM_GETLINK ? sizeof request.body.link : type == RTM_GETADDR ? sizeof request.body.address : sizeof request.body.route);
    request.head.nlmsg_type = (uint16_t)type;
    request.head.nlmsg_flags = NLM_F_DUMP;
    *(unsigned char *)&request.body = (unsigned char)family;
    json_key(v->out, key);
    buf_add(v->out, "[", 1);
    netlink_ask(fd, &request.head, take, v);
    buf_add(v->out, "]", 1);
}

static void print_chains(struct visit *v) {
    int fd = netlink_open(NETLINK_NETFILTER);
    struct { struct nlmsghdr head; struct nfgenmsg body; } request = {
        .head = { .nlmsg_len = sizeof request, .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, .nlmsg_flags = NLM_F_DUMP },
        .body = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
    };
    json_key(v->out, "chains");
    buf_add(v->out, "[", 1);
    if (fd >= 0) {
        netlink_ask(fd, &request.head, take_chain, v);
        close(fd);
    }
    buf_add(v->out, "]", 1);
}

static void take_nsid(const struct nlmsghdr *head, void *arg) {
    struct attribute a[NETNSA_FD + 1];
    size_t skip = NLMSG_SPACE(sizeof(struct rtgenmsg));
    attributes((const char *)head + skip, head->nlmsg_len - skip, a, NETNSA_FD + 1);
    *(int *)arg = (int)number_in(&a[NETNSA_NSID], (uint32_t)-1);
}

/* Which namespaces this one means by its numbers; asked after the links, since their dump gives the numbers out. */
static void print_nsids(struct visit *v, int fd, const struct world *w) {
    json_key(v->out, "nsids");
    buf_add(v->out, "[", 1);
    for (size_t i = 0; i < w->n && v->has_nsids; i++) {
        if (w->all[i].type != NS_NET) continue;
        struct { struct nlmsghdr head; struct rtgenmsg body; char pad[3]; struct nlattr attribute; int32_t ns; } request = {
            .head = { .nlmsg_len = sizeof request, .nlmsg_type = RTM_GETNSID },
            .attribute = { .nla_len = sizeof(struct nlattr) + sizeof(int32_t), .nla_type = NETNSA_FD }, .ns = w->all[i].fd,
        };
        int nsid = -1;
        if (!netlink_ask(fd, &request.head, take_nsid, &nsid) || nsid < 0) continue;
        json_next(v->out);
        buf_printf(v->out, "[%d,%u]", nsid, w->all[i].id);
    }
    buf_add(v->out, "]", 1);
}

void print_net(struct world *w, const struct ns *ns) {
    struct visit v = { .out = w->out };
    bool is_own = ns->id == w->own[NS_NET];
    if (!is_own && setns(ns->fd, CLONE_NEWNET) < 0) return;
    int fd = netlink_open(NETLINK_ROUTE);
    json_key(w->out, "net");
    buf_add(w->out, "{", 1);
    dump(fd, RTM_GETLINK, AF_UNSPEC, take_link, &v, "links");
    print_nsids(&v, fd, w);
    dump(fd, RTM_GETADDR, AF_UNSPEC, take_address, &v, "addresses");
    dump(fd, RTM_GETROUTE, AF_INET, take_route, &v, "routes");
    print_chains(&v);
    buf_add(w->out, "}", 1);
    if (fd >= 0) close(fd);
    if (!is_own) setns(w->own_fd[NS_NET], CLONE_NEWNET);
}
