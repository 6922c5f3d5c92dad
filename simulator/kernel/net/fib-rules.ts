// The rules that choose a routing table (net/core/fib_rules.c, ip-rule(8)): tried by rising priority until one of them answers.
import { Errno } from '../../abi/errno.ts'
import { type Rule, type RuleRequest, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_UNSPEC, RTPROT_KERNEL } from '../../abi/netlink.ts'
import { inPrefix, ipBits, ipMask, type IpVersion, parseIp } from '../../lib/ip.ts'
import type { RouteKey } from './fib.ts'
import type { NetNamespace } from './net-namespace.ts'
import { NetlinkError } from './netlink-error.ts'
import { ruleChanged } from './rtnl-notify.ts'

const LAST_PRIORITY = 32766
type RuleSpec = RuleRequest & Pick<Rule, 'priority' | 'action' | 'table'>

interface Compiled extends RuleSpec {
  readonly source: bigint | undefined
  readonly destination: bigint | undefined
}

const DEFAULTS: Readonly<Record<IpVersion, readonly (readonly [number, number])[]>> = {
  inet: [[0, RT_TABLE_LOCAL], [LAST_PRIORITY, RT_TABLE_MAIN], [32767, RT_TABLE_DEFAULT]],
  inet6: [[0, RT_TABLE_LOCAL], [LAST_PRIORITY, RT_TABLE_MAIN]],
}

const within = (value: number | undefined, range: readonly [number, number] | undefined): boolean => range === undefined || (value !== undefined && value >= range[0] && value <= range[1])

export class FibRules {
  readonly #net: NetNamespace
  readonly #family: IpVersion
  #rules: readonly Compiled[]
  /** fib_has_custom_rules: the rules have been changed once. */
  isCustom = false

  constructor(net: NetNamespace, family: IpVersion) {
    this.#net = net
    this.#family = family
    this.#rules = DEFAULTS[family].map(([priority, table]) => ({ family, priority, action: 'lookup', table, protocol: RTPROT_KERNEL, source: undefined, destination: undefined }))
  }

  /** Rules that apply to a packet, in order; `goto` jumps. */
  *matching(dst: bigint, key: RouteKey): Iterable<RuleSpec> {
    let from = 0
    for (const rule of this.#rules) {
      if (rule.priority < from || rule.action === 'nop' || this.#matches(rule, dst, key) === (rule.invert === true)) continue
      if (rule.action !== 'goto') yield rule
      else if (this.#isResolved(rule)) from = rule.target ?? 0
    }
  }

  #matches(rule: Compiled, dst: bigint, key: RouteKey): boolean {
    const family = this.#family
    if (rule.iif !== undefined && (key.input ?? this.#net.loopback).name !== rule.iif) return false
    if (rule.oif !== undefined && key.device?.name !== rule.oif) return false
    if (rule.mark !== undefined && (((key.mark ?? 0) ^ rule.mark) & (rule.markMask ?? 0xffffffff)) !== 0) return false
    if (rule.tos !== undefined && rule.tos !== 0 && rule.tos !== key.tos) return false
    if (rule.destination !== undefined && !inPrefix(family, dst, rule.destination, rule.dstLen ?? 0)) return false
    if (rule.source !== undefined && (key.source === undefined || !inPrefix(family, key.source, rule.source, rule.srcLen ?? 0))) return false
    if (rule.ipProto !== undefined && rule.ipProto !== key.ipProto) return false
    return within(key.sport, rule.sport) && within(key.dport, rule.dport) && within(key.uid ?? 0, rule.uids)
  }
  #isResolved(rule: RuleSpec): boolean {
    return this.#rules.some((other) => other.priority === rule.target)
  }

  list(): readonly Rule[] {
    return this.#rules.map((rule) => this.#message(rule))
  }
  #message({ source: _, destination: __, ...rule }: Compiled): Rule {
    return {
      ...rule, isInputDetached: rule.iif !== undefined && this.#net.find(rule.iif) === undefined, isOutputDetached: rule.oif !== undefined && this.#net.find(rule.oif) === undefined,
      isUnresolved: rule.action === 'goto' && !this.#isResolved(rule),
    }
  }

  #compile(request: RuleRequest): Compiled {
    const address = (text: string | undefined, length: number | undefined): bigint | undefined => {
      if (text === undefined || length === 0) return undefined
      const value = parseIp(this.#family, text)
      if (value === undefined) throw Errno.EINVAL
      return value & ipMask(this.#family, length ?? ipBits(this.#family))
    }
    const priority = request.priority ?? this.#defaultPriority()
    const table = request.action === undefined || request.action === 'lookup' ? (request.table ?? RT_TABLE_MAIN) : RT_TABLE_UNSPEC
    return { ...request, priority, action: request.action ?? 'lookup', table, source: address(request.src, request.srcLen), destination: address(request.dst, request.dstLen) }
  }
  /** fib_default_rule_pref: just before the second rule. */
  #defaultPriority(): number {
    const second = this.#rules[1]
    return second !== undefined && second.priority > 0 ? second.priority - 1 : 0
  }

  /** fib_nl_newrule. Throws EEXIST for the same rule again, EINVAL. */
  add(request: RuleRequest): void {
    const rule = this.#compile(request)
    if (rule.action === 'goto' && (rule.target ?? 0) <= rule.priority) throw new NetlinkError(Errno.EINVAL, 'Backward goto not supported')
    if (request.priority !== undefined && this.#rules.some((other) => sameRule(other, rule))) throw Errno.EEXIST
    const at = this.#rules.findIndex((other) => other.priority > rule.priority)
    this.#rules = at < 0 ? [...this.#rules, rule] : [...this.#rules.slice(0, at), rule, ...this.#rules.slice(at)]
    this.isCustom = true
    ruleChanged(this.#net, this.#family, 'RTM_NEWRULE', () => this.#message(rule))
  }
  /** fib_nl_delrule: the first that has all that is asked for. Throws ENOENT. */
  delete(request: RuleRequest): void {
    const wanted = this.#compile(request)
    const found = this.#rules.find((rule) =>
      (request.action === undefined || rule.action === request.action) && (request.table === undefined || request.table === 0 || rule.table === request.table) &&
      (request.priority === undefined || rule.priority === request.priority) && (request.iif === undefined || rule.iif === request.iif) && (request.oif === undefined || rule.oif === request.oif) &&
      (request.mark === undefined || rule.mark === request.mark) && (request.markMask === undefined || rule.markMask === request.markMask) &&
      (request.suppressPrefixlen === undefined || rule.suppressPrefixlen === request.suppressPrefixlen) && (request.ipProto === undefined || rule.ipProto === request.ipProto) &&
      (request.tos === undefined || request.tos === 0 || rule.tos === request.tos) && samePair(request.sport, rule.sport, true) && samePair(request.dport, rule.dport, true) &&
      samePair(request.uids, rule.uids, true) && (request.src === undefined || (rule.source === wanted.source && rule.srcLen === request.srcLen)) &&
      (request.dst === undefined || (rule.destination === wanted.destination && rule.dstLen === request.dstLen)) && (request.target === undefined || rule.target === request.target))
    if (found === undefined) throw Errno.ENOENT
    this.#rules = this.#rules.filter((rule) => rule !== found)
    this.isCustom = true
    ruleChanged(this.#net, this.#family, 'RTM_DELRULE', () => this.#message(found))
  }
}

const samePair = (a: readonly [number, number] | undefined, b: readonly [number, number] | undefined, absentMatches = false): boolean =>
  (a === undefined && (absentMatches || b === undefined)) || (a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1])

/** rule_exists */
const sameRule = (a: Compiled, b: Compiled): boolean =>
  a.action === b.action && a.table === b.table && a.priority === b.priority && a.iif === b.iif && a.oif === b.oif && a.mark === b.mark && (a.markMask ?? -1) === (b.markMask ?? -1) &&
  a.source === b.source && (a.srcLen ?? 0) === (b.srcLen ?? 0) && a.destination === b.destination && (a.dstLen ?? 0) === (b.dstLen ?? 0) && (a.tos ?? 0) === (b.tos ?? 0) &&
  a.suppressPrefixlen === b.suppressPrefixlen && a.ipProto === b.ipProto && samePair(a.sport, b.sport) && samePair(a.dport, b.dport) && samePair(a.uids, b.uids) && (a.invert ?? false) === (b.invert ?? false)
