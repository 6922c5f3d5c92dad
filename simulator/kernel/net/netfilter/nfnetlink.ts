// Requests over NETLINK_NETFILTER (net/netfilter/nfnetlink.c): who may, which room answers. Nothing is shown to who lacks CAP_NET_ADMIN.
import { CAP_NET_ADMIN } from '../../../abi/capability.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import type { NfDatagram, NfFamily, NfReply, NfRequest, NftChange } from '../../../abi/nf-tables.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { Batch, references } from './batch.ts'
import { answerConntrack } from './conntrack-dump.ts'
import { type Chain, current, type Rule, type Table, tableKey } from './ruleset.ts'
import { liveElements } from './set.ts'
import { Room } from '../../rooms.ts'

function tables(net: NetNamespace, family: NfFamily | undefined): Table[] {
  return [...net.netfilter.ruleset.values()].filter((t) => family === undefined || t.family === family)
}
/** Chains, sets and objects of a table count as its users. */
const tableReply = (t: Table): NfReply => ({
  type: 'NFT_MSG_NEWTABLE', table: { family: t.family, name: t.name, handle: t.handle, use: t.chains.size + t.sets.size + t.objects.size, dormant: t.dormant },
})
function chainReply(t: Table, c: Chain, users: ReadonlyMap<string, number>): NfReply {
  const base = c.base === undefined ? undefined : { ...c.base, ...(c.stats === undefined ? {} : { counters: { packets: c.stats.packets, bytes: c.stats.bytes } }) }
  const comment = c.comment === undefined ? {} : { comment: c.comment }
  return { type: 'NFT_MSG_NEWCHAIN', chain: { family: t.family, table: t.name, name: c.name, handle: c.handle, use: c.rules.length + (users.get(c.name) ?? 0), base, ...comment } }
}
function ruleReply(t: Table, c: Chain, r: Rule): NfReply {
  const comment = r.comment === undefined ? {} : { comment: r.comment }
  return { type: 'NFT_MSG_NEWRULE', rule: { family: t.family, table: t.name, chain: c.name, handle: r.handle, expressions: r.expressions.map((e, i) => current(e, r.states[i])), ...comment } }
}

function dumpRules(net: NetNamespace, request: Extract<NfRequest, { readonly type: 'NFT_MSG_GETRULE' }>): NfReply[] {
  const replies: NfReply[] = []
  for (const table of tables(net, request.family)) {
    if (request.table !== undefined && table.name !== request.table) continue
    for (const chain of table.chains.values()) {
      if (request.chain !== undefined && chain.name !== request.chain) continue
      for (const rule of chain.rules) {
        replies.push(ruleReply(table, chain, rule))
        if (request.reset === true) for (const state of rule.states) if (state !== undefined) state.packets = state.bytes = 0
      }
    }
  }
  return replies
}
function dumpElements(net: NetNamespace, { family, table: name, set: setName }: Extract<NfRequest, { readonly type: 'NFT_MSG_GETSETELEM' }>): NfReply[] {
  const set = net.netfilter.ruleset.get(tableKey(family, name))?.sets.get(setName)
  if (set === undefined) throw Errno.ENOENT
  return liveElements(set, net.kernel.clock.now).map((element) => ({ type: 'NFT_MSG_NEWSETELEM', element }))
}
function dumpObjects(net: NetNamespace, family: NfFamily | undefined, reset: boolean, only?: { readonly table?: string; readonly name?: string }): NfReply[] {
  const replies: NfReply[] = []
  for (const table of tables(net, family)) {
    if (only?.table !== undefined && table.name !== only.table) continue
    for (const o of table.objects.values()) {
      if (only?.name !== undefined && o.name !== only.name) continue
      replies.push({ type: 'NFT_MSG_NEWOBJ', object: { family: table.family, table: table.name, name: o.name, type: o.type, handle: o.handle, state: current(o.expression, o.state) } })
      if (reset) o.state.packets = o.state.bytes = 0
    }
  }
  return replies
}

/** Modules of expressions that somebody has used since the machine was booted. */
const LOADED_MODULES = new Room<Set<string>>('nft-modules')
const loadedModules = (kernel: Kernel): Set<string> => kernel.rooms.open(LOADED_MODULES, () => new Set())

/** All or nothing; answers every refusal. */
function runBatch(task: Task, net: NetNamespace, changes: readonly NftChange[]): NfReply[] {
  const netfilter = net.netfilter
  const batch = new Batch(netfilter.ruleset, net.kernel.clock.now, (name) => net.find(name) !== undefined, loadedModules(net.kernel))
  const errors: NfReply[] = []
  changes.forEach((change, index) => {
    try {
      batch.apply(change, index)
    } catch (thrown) {
      if (!isErr(thrown)) throw thrown
      errors.push({ type: 'NLMSG_ERROR', errno: thrown, index })
    }
  })
  if (errors.length > 0) return errors
  netfilter.commit(batch.result, task.numberIn(task.pidNs), task.comm)
  return []
}

function answer(task: Task, net: NetNamespace, request: NfRequest): readonly NfReply[] {
  if (net.owner === undefined || !nsCapable(task, net.owner, CAP_NET_ADMIN)) throw Errno.EPERM
  switch (request.type) {
    case 'NFT_MSG_GETGEN': return [{ type: 'NFT_MSG_NEWGEN', id: net.netfilter.generation, processId: net.netfilter.lastChange.pid, processName: net.netfilter.lastChange.name }]
    case 'NFT_MSG_GETTABLE': return tables(net, request.family).map(tableReply)
    case 'NFT_MSG_GETCHAIN': return tables(net, request.family).flatMap((t) => {
      const users = references(t)
      return [...t.chains.values()].map((c) => chainReply(t, c, users))
    })
    case 'NFT_MSG_GETRULE': return dumpRules(net, request)
    case 'NFT_MSG_GETSET': return tables(net, request.family).flatMap((t) => [...t.sets.values()].map((s) => ({ type: 'NFT_MSG_NEWSET' as const, set: s.info })))
    case 'NFT_MSG_GETSETELEM': return dumpElements(net, request)
    case 'NFT_MSG_GETOBJ': return dumpObjects(net, request.family, false)
    case 'NFT_MSG_GETOBJ_RESET': return dumpObjects(net, request.family, true, request)
    case 'NFT_BATCH': return runBatch(task, net, request.changes)
    case 'IPCTNL_MSG_CT_GET':
    case 'IPCTNL_MSG_CT_DELETE':
    case 'IPCTNL_MSG_CT_NEW':
    case 'IPCTNL_MSG_CT_GET_STATS': return answerConntrack(net, request)
  }
}

/** The whole answer to a request. A refused one has changed nothing. */
export function answerNfnetlink(task: Task, net: NetNamespace, request: NfRequest): NfDatagram {
  try {
    return [...answer(task, net, request), { type: 'NLMSG_DONE' }]
  } catch (thrown) {
    if (isErr(thrown)) return [{ type: 'NLMSG_ERROR', errno: thrown }, { type: 'NLMSG_DONE' }]
    throw thrown
  }
}
