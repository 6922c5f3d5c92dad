// What rtnetlink tells unasked (include/uapi/linux/rtnetlink.h, netconf.h): its multicast groups, and messages that only they carry.

/** RTMGRP_…: multicast groups as bits of nl_groups, for bind(2). */
export const RTMGRP_LINK = 1 << 0, RTMGRP_NEIGH = 1 << 2, RTMGRP_IPV4_IFADDR = 1 << 4, RTMGRP_IPV4_ROUTE = 1 << 6, RTMGRP_IPV4_RULE = 1 << 7, RTMGRP_IPV6_IFADDR = 1 << 8
export const RTMGRP_IPV6_ROUTE = 1 << 10, RTMGRP_IPV6_RULE = 1 << 18, RTMGRP_IPV4_NETCONF = 1 << 23, RTMGRP_IPV6_NETCONF = 1 << 24, RTMGRP_NSID = 1 << 27

/** RTM_…NETCONF: what the sysctls of a device say about forwarding; absent fields have not been sent. */
export interface Netconf {
  readonly family: 'inet' | 'inet6'
  readonly index: number
  readonly forwarding?: boolean
  /** 0 off, 1 strict, 2 loose; inet only */
  readonly rpFilter?: number
  readonly mcForwarding?: boolean
  readonly proxyNeigh?: boolean
  readonly ignoreRoutesWithLinkdown?: boolean
}
