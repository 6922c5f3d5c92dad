// The objects of nf_tables (net/netfilter/nf_tables_api.c): tables with chains, rules, sets and stateful objects. A batch works on copies (copy on write down
// to the rule) and puts them in place in one step, so that a refused batch changes nothing; what counts (counters, limits) is shared by all copies.
import type { NfFamily, NftBaseChain, NftElement, NftExpr, NftObjectType, NftSetInfo } from '../../../abi/nf-tables.ts'
import { ConnCount } from './conncount.ts'

/** What an expression remembers between packets. */
export interface ExprState {
  packets: number
  bytes: number
  /** Tokens of a limit in nanoseconds, and when they were counted. */
  tokens: number
  last: number
  /** Of a limit on connections. */
  readonly connections: ConnCount
}
export const newState = (packets = 0, bytes = 0): ExprState => ({ packets, bytes, tokens: -1, last: 0, connections: new ConnCount() })

export interface Rule {
  readonly handle: number
  readonly expressions: readonly NftExpr[]
  /** Beside each expression: its memory, if it has one. */
  readonly states: readonly (ExprState | undefined)[]
  readonly comment: string | undefined
}

const isStateful = (e: NftExpr): boolean => e.kind === 'counter' || e.kind === 'limit' || e.kind === 'quota' || e.kind === 'connlimit' || (e.kind === 'match' && (e.match.name === 'statistic' || e.match.name === 'connlimit'))
export function stateOf(e: NftExpr): ExprState | undefined {
  if (e.kind === 'counter') return newState(e.packets, e.bytes)
  if (e.kind === 'quota') return newState(0, e.used)
  return isStateful(e) ? newState() : undefined
}
export const newRule = (handle: number, expressions: readonly NftExpr[], comment: string | undefined): Rule => ({ handle, expressions, states: expressions.map(stateOf), comment })

/** An expression as it is now: with what its memory says. */
export function current(e: NftExpr, state: ExprState | undefined): NftExpr {
  if (state === undefined) return e
  if (e.kind === 'counter') return { kind: 'counter', packets: state.packets, bytes: state.bytes }
  if (e.kind === 'quota') return { ...e, used: state.bytes }
  return e
}

export interface Chain {
  name: string
  readonly handle: number
  base: NftBaseChain | undefined
  /** Live counters of the policy. */
  stats: ExprState | undefined
  comment: string | undefined
  rules: readonly Rule[]
}

/** An element with its memory. */
export interface Element {
  readonly info: NftElement
  readonly state: ExprState | undefined
  /** Virtual time in nanoseconds at which it goes. */
  readonly expires: number | undefined
}
export interface SetObject {
  readonly info: NftSetInfo
  /** By key; intervals by their first key. Shared with copies: `writable` copies before a batch writes. Rules with dynset write directly. */
  elements: Map<string, Element>
  /** Elements of an interval set in order of their keys, for the search; made anew after a change. */
  sorted: readonly Element[] | undefined
}
export interface StatefulObject {
  readonly name: string
  readonly type: NftObjectType
  readonly handle: number
  readonly expression: NftExpr
  readonly state: ExprState
}

export interface Table {
  readonly family: NfFamily
  readonly name: string
  readonly handle: number
  dormant: boolean
  readonly chains: Map<string, Chain>
  readonly sets: Map<string, SetObject>
  readonly objects: Map<string, StatefulObject>
  /** Numbers of its chains, rules and sets; shared by copies, since a refused batch has used its numbers up. */
  readonly handles: { last: number }
}

export type Ruleset = ReadonlyMap<string, Table>
export const tableKey = (family: NfFamily, name: string): string => `${family} ${name}`

export const copyTable = (t: Table): Table => ({ ...t, chains: new Map(t.chains), sets: new Map(t.sets), objects: new Map(t.objects) })

/** Chains a rule jumps to, by its verdicts and those of the maps it looks up. */
export function* targetsOf(table: Table, rule: Rule): Generator<string> {
  for (const e of rule.expressions) {
    if (e.kind === 'verdict' && 'chain' in e.verdict) yield e.verdict.chain
    if (e.kind === 'vmap') for (const { info } of table.sets.get(e.set)?.elements.values() ?? []) if (info.verdict !== undefined && 'chain' in info.verdict) yield info.verdict.chain
  }
}

/** Sets an expression refers to. */
export function* setsOf(e: NftExpr): Generator<string> {
  if (e.kind === 'lookup' || e.kind === 'vmap' || e.kind === 'dynset') yield e.set
  const stack: unknown[] = [e]
  while (stack.length > 0) {
    const x = stack.pop()
    if (typeof x !== 'object' || x === null) continue
    if ((x as { kind?: string }).kind === 'map') yield (x as { set: string }).set
    stack.push(...Object.values(x))
  }
}
