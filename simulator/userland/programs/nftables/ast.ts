// What the parser makes of the nft language: statements with their places in the input.
import type { ChainType, NfFamily, NfHook } from '../../../abi/nf-tables.ts'
import type { Selector } from './selector.ts'
import type { Span } from './source.ts'

export type Expr = Span & (
  | { readonly k: 'selector'; readonly sel: Selector }
  | { readonly k: 'concat'; readonly parts: readonly Expr[] }
  | { readonly k: 'binop'; readonly op: '&' | '|' | '^'; readonly left: Expr; readonly right: Expr }
  | { readonly k: 'value'; readonly text: string }
  | { readonly k: 'range'; readonly from: Expr; readonly to: Expr }
  | { readonly k: 'prefix'; readonly base: Expr; readonly length: number }
  | { readonly k: 'list'; readonly items: readonly Expr[] }
  | { readonly k: 'set'; readonly items: readonly Elem[] }
  | { readonly k: 'setref'; readonly name: string }
  | { readonly k: 'map'; readonly key: Expr; readonly map: Expr }
)
export interface VerdictNode extends Span { readonly code: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto'; readonly chain?: string; readonly chainSpan?: Span }
export interface Elem extends Span {
  readonly key: Expr
  readonly value?: Expr
  readonly verdict?: VerdictNode
  readonly timeout?: number
  readonly expires?: number
  readonly comment?: string
  readonly counter?: true
}
export type NatKind = 'snat' | 'dnat' | 'masquerade' | 'redirect'
export type RelOp = '==' | '!=' | '<' | '>' | '<=' | '>=' | '!' | undefined

export type Stmt = Span & (
  | { readonly s: 'match'; readonly left: Expr; readonly op: RelOp; readonly right: Expr; /** `value / mask` */ readonly mask?: Expr }
  | { readonly s: 'vmap'; readonly key: Expr; readonly map: Expr }
  | { readonly s: 'verdict'; readonly verdict: VerdictNode }
  | { readonly s: 'counter'; readonly packets: number; readonly bytes: number }
  | { readonly s: 'object'; readonly type: 'counter' | 'quota' | 'limit'; readonly name: string; readonly nameSpan: Span }
  | { readonly s: 'limit'; readonly rate: number; readonly unit: number; readonly burst: number | undefined; readonly bytes: boolean; readonly over: boolean }
  | { readonly s: 'quota'; readonly bytes: number; readonly used: number; readonly over: boolean }
  | { readonly s: 'connlimit'; readonly count: number; readonly over: boolean }
  | { readonly s: 'log'; readonly prefix?: string; readonly level?: number; readonly group?: number; readonly snaplen?: number; readonly threshold?: number; readonly flags?: number }
  | { readonly s: 'reject'; readonly type?: 'icmp' | 'icmpv6' | 'icmpx' | 'tcp'; readonly code?: { readonly text: string } & Span }
  | { readonly s: 'nat'; readonly kind: NatKind; readonly family?: 'ip' | 'ip6'; readonly address?: Expr; readonly port?: Expr; readonly portSpan?: Span; readonly word: Span; readonly flags: readonly string[] }
  | { readonly s: 'set'; readonly target: Expr; readonly value: Expr }
  | { readonly s: 'notrack' }
  | { readonly s: 'dynset'; readonly op: 'add' | 'update' | 'delete'; readonly set: string; readonly setSpan: Span; readonly key: Expr; readonly timeout?: number; readonly counter: boolean }
)

export interface Named extends Span { readonly name: string }
export interface Target { readonly family: NfFamily; readonly table: Named }
export interface RuleSpec { readonly statements: readonly Stmt[]; readonly comment?: string }
export interface ChainBase { readonly type: ChainType; readonly hook: NfHook; readonly hookSpan: Span; readonly priority: number; readonly devices?: readonly string[] }
export interface ChainBlock { readonly base?: ChainBase; readonly policy?: 'accept' | 'drop'; readonly comment?: string; readonly rules: readonly (RuleSpec & Span)[] }
export interface SetBlock {
  readonly isMap: boolean
  readonly types: readonly Named[]
  readonly dataType?: Named
  readonly flags: readonly string[]
  readonly timeout?: number
  readonly gcInterval?: number
  readonly size?: number
  readonly policy?: 'memory' | 'performance'
  readonly autoMerge: boolean
  readonly counter: boolean
  readonly comment?: string
  readonly elements?: readonly Elem[]
}

/** add, create, insert …: as typed. */
export type Verb = 'add' | 'create' | 'insert' | 'replace' | 'delete' | 'flush' | 'list' | 'rename' | 'reset' | 'get'
export interface Command extends Span {
  readonly verb: Verb
  readonly object: string
  readonly at?: Target
  readonly family?: NfFamily
  readonly name?: Named
  readonly handle?: { readonly value: number } & Span
  readonly index?: { readonly value: number } & Span
  readonly newName?: string
  readonly rule?: RuleSpec
  readonly chain?: ChainBlock
  readonly set?: SetBlock
  readonly elements?: readonly Elem[]
  readonly stateful?: Stmt
  /** Of `{ … }` behind a table: the things in it. */
  readonly inner?: readonly Command[]
}
