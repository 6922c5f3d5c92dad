// What may stand where (nft_chain_validate, nft_chain_validate_hooks, xt_check_target, xt_check_match): NAT only in NAT chains at the right hooks, REJECT where
// somebody can be answered, jumps without end nowhere.
import { Errno } from '../../../abi/errno.ts'
import type { NfHook, NftExpr } from '../../../abi/nf-tables.ts'
import type { XtMatch, XtTarget } from '../../../abi/xtables.ts'
import { type Chain, type Table, targetsOf } from './ruleset.ts'

const MAX_DEPTH = 16

const NAT_HOOKS: Readonly<Record<string, readonly NfHook[]>> = {
  SNAT: ['postrouting', 'input'], DNAT: ['prerouting', 'output'], MASQUERADE: ['postrouting'], REDIRECT: ['prerouting', 'output'], NETMAP: ['prerouting', 'output', 'postrouting', 'input'],
}
const REJECT_HOOKS: readonly NfHook[] = ['input', 'forward', 'output']

/** The hooks at which an expression may run; undefined: anywhere. */
function hooksOf(e: NftExpr): { readonly hooks: readonly NfHook[]; readonly nat: boolean; readonly errno: Errno } | undefined {
  switch (e.kind) {
    case 'nat': return { hooks: e.type === 'snat' ? NAT_HOOKS.SNAT : NAT_HOOKS.DNAT, nat: true, errno: Errno.EOPNOTSUPP }
    case 'masq': return { hooks: NAT_HOOKS.MASQUERADE, nat: true, errno: Errno.EOPNOTSUPP }
    case 'redir': return { hooks: NAT_HOOKS.REDIRECT, nat: true, errno: Errno.EOPNOTSUPP }
    case 'reject': return { hooks: [...REJECT_HOOKS, 'prerouting'], nat: false, errno: Errno.EOPNOTSUPP }
    case 'notrack': return undefined
    case 'target': {
      const hooks = NAT_HOOKS[e.target.name]
      if (hooks !== undefined) return { hooks, nat: true, errno: Errno.EINVAL }
      if (e.target.name === 'REJECT') return { hooks: REJECT_HOOKS, nat: false, errno: Errno.EINVAL }
      if (e.target.name === 'TCPMSS' && e.target.mss < 0) return { hooks: ['forward', 'output', 'postrouting'], nat: false, errno: Errno.EINVAL }
      return undefined
    }
    case 'match': return e.match.name === 'owner' ? { hooks: ['output', 'postrouting'], nat: false, errno: Errno.EINVAL } : undefined
    default: return undefined
  }
}

export const isRestricted = (e: NftExpr): boolean => hooksOf(e) !== undefined

/** xt_check_target: extensions that belong to one table by its name, in user chains too. */
function checkTable(table: Table, target: XtTarget): void {
  const { name } = target
  const wanted = name in NAT_HOOKS ? 'nat' : name === 'REJECT' ? 'filter' : name === 'CT' ? 'raw' : name === 'TTL' || name === 'HL' ? 'mangle' : undefined
  if (wanted !== undefined && table.name !== wanted) throw Errno.EINVAL
}
const PORT_PROTOCOLS: ReadonlySet<string> = new Set(['06', '11', '84', '21', '88'])
/** The protocol a rule of iptables names (`-p`). */
export function protocolOfRule(expressions: readonly NftExpr[]): string | undefined {
  for (const e of expressions) {
    if (e.kind === 'cmp' && e.op === 'eq' && e.left.kind === 'meta' && e.left.key === 'l4proto') return e.data
    if (e.kind === 'cmp' && e.op === 'eq' && e.left.kind === 'payload' && e.left.base === 'network' && e.left.offset === 9) return e.data
  }
  return undefined
}
function checkMatch(match: XtMatch, chain: Chain, protocol: string | undefined): void {
  if (match.name === 'multiport' && !PORT_PROTOCOLS.has(protocol ?? '')) throw Errno.EINVAL
  if (match.name === 'physdev' && match.output !== undefined && chain.base?.hook === 'output') throw Errno.EINVAL
}

/** Checks a new rule by itself. */
export function checkRule(table: Table, chain: Chain, expressions: readonly NftExpr[]): void {
  const protocol = protocolOfRule(expressions)
  for (const e of expressions) {
    if (e.kind === 'target') {
      checkTable(table, e.target)
      if (e.target.name === 'TCPMSS' && protocol !== '06') throw Errno.EINVAL
      if (e.target.name === 'REJECT' && e.target.with === 'tcp-reset' && protocol !== '06') throw Errno.EINVAL
    }
    if (e.kind === 'match') checkMatch(e.match, chain, protocol)
    if (e.kind === 'verdict' && 'chain' in e.verdict && !table.chains.has(e.verdict.chain)) throw Errno.ENOENT
    if (e.kind === 'verdict' && 'chain' in e.verdict && table.chains.get(e.verdict.chain)?.base !== undefined) throw Errno.EOPNOTSUPP
    // A new jump: what it leads to may have no loop, even where no base chain leads yet.
    const target = e.kind === 'verdict' && 'chain' in e.verdict ? table.chains.get(e.verdict.chain) : undefined
    if (target !== undefined) followJumps(table, chain, target)
    if (e.kind === 'objref' && !table.objects.has(e.name)) throw Errno.ENOENT
  }
  if (chain.base !== undefined) checkHooks(chain, expressions)
}
function checkHooks(base: Chain, expressions: readonly NftExpr[]): void {
  if (base.base === undefined) return
  const { hook, type } = base.base
  for (const e of expressions) {
    const allowed = hooksOf(e)
    if (allowed !== undefined && (!allowed.hooks.includes(hook) || (allowed.nat && type !== 'nat'))) throw allowed.errno
  }
}

/** nft_chain_validate: follows all jumps from a chain, on the way of packets of `base`. No expression where it may not be, no depth above 16 (which a loop always has). */
function followJumps(table: Table, base: Chain, from: Chain): void {
  const done = new Map<Chain, number>()
  const visit = (chain: Chain, depth: number): void => {
    if (depth === MAX_DEPTH) throw Errno.EMLINK
    if ((done.get(chain) ?? -1) >= depth) return
    for (const rule of chain.rules) {
      if (chain !== base) checkHooks(base, rule.expressions)
      for (const name of targetsOf(table, rule)) {
        const next = table.chains.get(name)
        if (next !== undefined) visit(next, depth + 1)
      }
    }
    done.set(chain, depth)
  }
  visit(from, 0)
}

/** The whole table, from its base chains. */
export function validateTable(table: Table): void {
  for (const chain of table.chains.values()) if (chain.base !== undefined) followJumps(table, chain, chain)
}
