// RTM_…RULE (net/core/fib_rules.c; ip-rule(8)).
import type { NetlinkReply, NetlinkRequest } from '../../abi/netlink.ts'
import type { NetNamespace } from './net-namespace.ts'

export function dumpRules(net: NetNamespace, request: Extract<NetlinkRequest, { readonly type: 'RTM_GETRULE' }>): readonly NetlinkReply[] {
  return net.routes.rules[request.family ?? 'inet'].list().map((rule) => ({ type: 'RTM_NEWRULE', rule }))
}
export function changeRule(net: NetNamespace, { type, rule }: Extract<NetlinkRequest, { readonly type: 'RTM_NEWRULE' | 'RTM_DELRULE' }>): readonly NetlinkReply[] {
  const rules = net.routes.rules[rule.family]
  if (type === 'RTM_NEWRULE') rules.add(rule)
  else rules.delete(rule)
  return []
}
