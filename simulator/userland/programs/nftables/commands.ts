// Commands that change something (src/rule.c, evaluate.c, cmd.c): messages for the kernel, each with the places its refusals are shown at.
import { Errno } from '../../../abi/errno.ts'
import type { NfFamily, NftChange, NftElement, NftExpr } from '../../../abi/nf-tables.ts'
import type { Command, RuleSpec, SetBlock, Stmt, Target } from './ast.ts'
import { BatchList, type Cache, type CachedTable } from './cache.ts'
import { type DataType, type Names, TYPES } from './datatype.ts'
import { limitExpr, RuleEvaluator } from './evaluate.ts'
import { tableNames } from './list.ts'
import { nearest, NftError, NftGap, type Span } from './source.ts'

/** A command with the newline that ends it. */
const whole = ({ start, end }: Span): Span => ({ start, end: end + 1 })

/** Where a message came from, for its errors. */
export interface Origin {
  readonly command: Command
  /** The place an error is about, unless the table or chain is what is missing. */
  readonly place: Span
  readonly at?: Target
  readonly chain?: Span & { readonly name: string }
  /** Names of chains, sets and objects the message refers to. */
  readonly names: readonly { readonly name: string; readonly span: Span }[]
  readonly exists?: Span
}

export class Builder {
  readonly batch = new BatchList<Origin>()
  readonly #cache: Cache
  readonly #names: Names
  readonly #usedSetNames = new Map<string, Set<string>>()

  constructor(cache: Cache, names: Names) {
    this.#cache = cache
    this.#names = names
  }

  add(cmd: Command): void {
    const { verb, object, at } = cmd
    if (at === undefined) {
      if (verb === 'flush' && object === 'ruleset') {
        this.#push({ type: 'DELTABLE', family: cmd.family }, { command: cmd, place: cmd, names: [] })
        for (const [key, t] of this.#cache.tables) if (cmd.family === undefined || t.table.family === cmd.family) this.#cache.tables.delete(key)
      }
      return
    }
    switch (object) {
      case 'table': return this.#table(cmd, at)
      case 'chain': return this.#chain(cmd, at)
      case 'rule': return this.#rule(cmd, at)
      case 'set':
      case 'map': return this.#set(cmd, at)
      case 'element': return this.#element(cmd, at)
      case 'counter':
      case 'quota':
      case 'limit': return this.#object(cmd, at, object)
    }
  }
  #push(change: NftChange, origin: Omit<Origin, 'names'> & { readonly names?: Origin['names'] }): void {
    this.batch.push(change, { names: [], ...origin })
  }
  #noTable({ family, table }: Target): NftError {
    const near = nearest(table.name, tableNames(this.#cache, family))
    return new NftError(`No such file or directory${near === undefined ? '' : `; did you mean table ‘${near}’ in family ${family}?`}`, table)
  }

  #table(cmd: Command, at: Target): void {
    const { family, table } = at
    const origin = { command: cmd, place: table, at }
    if (cmd.verb === 'delete') {
      this.#push(cmd.handle === undefined ? { type: 'DELTABLE', family, table: table.name } : { type: 'DELTABLE', family, handle: cmd.handle.value }, cmd.handle === undefined ? origin : { ...origin, place: cmd.handle })
      return
    }
    if (cmd.verb === 'flush') {
      this.#push({ type: 'DELRULE', family, table: table.name }, origin)
      return
    }
    this.#push({ type: 'NEWTABLE', family, table: table.name, exclusive: cmd.verb === 'create' }, origin)
    this.#cache.note(family, table.name)
    const inner = cmd.inner ?? []
    // Chains first, so that rules may jump to those that come later; then sets; rules at the end.
    for (const c of inner) if (c.object === 'chain') this.#declareChain(c, at)
    for (const c of inner) if (c.object !== 'chain') this.add(c)
    for (const c of inner) if (c.object === 'chain') this.#chainRules(c, at)
  }

  #chain(cmd: Command, at: Target): void {
    const { family, table } = at
    const name = cmd.name
    if (cmd.verb === 'delete' || cmd.verb === 'flush') {
      if (cmd.handle !== undefined) {
        this.#push({ type: 'DELCHAIN', family, table: table.name, handle: cmd.handle.value, recursive: true }, { command: cmd, place: cmd.handle, at })
        return
      }
      if (name === undefined) return
      this.#push(cmd.verb === 'delete' ? { type: 'DELCHAIN', family, table: table.name, chain: name.name, recursive: true } : { type: 'DELRULE', family, table: table.name, chain: name.name }, { command: cmd, place: name, at, chain: name })
      return
    }
    const known = this.#cache.find(family, table.name)
    if (known === undefined) throw this.#noTable(at)
    if (cmd.verb === 'rename') {
      const handle = known.chains.get(name?.name ?? '')?.chain.handle
      if (handle === undefined) throw new NftError('No such file or directory', name ?? cmd)
      this.#push({ type: 'NEWCHAIN', family, table: table.name, chain: cmd.newName ?? '', exclusive: false, rename: handle }, { command: cmd, place: whole(cmd), at })
      return
    }
    this.#declareChain(cmd, at)
    this.#chainRules(cmd, at)
  }
  #declareChain(cmd: Command, at: Target): void {
    const { family, table } = at
    const { name, chain } = cmd
    if (name === undefined) return
    if (chain?.base !== undefined && (family === 'bridge' || family === 'arp' || family === 'netdev')) throw new NftGap(`a hook of the family ${family}`)
    if (chain?.base !== undefined && (chain.base.hook === 'ingress' || chain.base.hook === 'egress')) throw new NftGap(`the hook ${chain.base.hook}`)
    const base = chain?.base === undefined ? undefined : { type: chain.base.type, hook: chain.base.hook, priority: chain.base.priority, ...(chain.base.devices && { devices: chain.base.devices }) }
    this.#push({
      type: 'NEWCHAIN', family, table: table.name, chain: name.name, exclusive: cmd.verb === 'create', ...(base && { base }), ...(chain?.policy && { policy: chain.policy }),
      ...(chain?.comment === undefined ? {} : { comment: chain.comment }),
    }, { command: cmd, place: whole(cmd), at, exists: name })
    const t = this.#cache.note(family, table.name)
    if (!t.chains.has(name.name)) t.chains.set(name.name, { chain: { family, table: table.name, name: name.name, handle: 0, use: 0, base: undefined }, rules: [] })
  }
  #chainRules(cmd: Command, at: Target): void {
    for (const rule of cmd.chain?.rules ?? []) this.#newRule(cmd, at, rule, rule, 'append', {})
  }

  #rule(cmd: Command, at: Target): void {
    const { family, table } = at
    const { name } = cmd
    if (name === undefined) return
    if (cmd.verb === 'delete') {
      this.#push({ type: 'DELRULE', family, table: table.name, chain: name.name, handle: cmd.handle?.value ?? 0 }, { command: cmd, place: cmd.handle ?? whole(cmd), at, chain: name })
      return
    }
    const mode = cmd.verb === 'replace' ? 'replace' : cmd.verb === 'insert' ? 'insert' : 'append'
    if (cmd.rule === undefined) return
    let handle = cmd.handle?.value
    if (cmd.index !== undefined) {
      const rule = this.#cache.find(family, table.name)?.chains.get(name.name)?.rules.at(cmd.index.value)
      if (rule === undefined) throw new NftError('Could not process rule: No such file or directory', cmd.index)
      handle = rule.handle
    }
    this.#newRule(cmd, at, cmd.rule, cmd.handle ?? whole(cmd), mode, handle === undefined ? {} : { handle })
  }
  #newRule(cmd: Command, at: Target, spec: RuleSpec, place: Span, mode: 'append' | 'insert' | 'replace', beside: { readonly handle?: number }): void {
    const { family, table } = at
    const names: { name: string; span: Span }[] = []
    const origin: Origin = { command: cmd, place, at, ...(cmd.name && { chain: cmd.name }), names }
    const expressions = this.#evaluator(at, cmd, names).rule(spec)
    this.#push({ type: 'NEWRULE', family, table: table.name, chain: cmd.name?.name ?? '', expressions, mode, ...beside, ...(spec.comment === undefined ? {} : { comment: spec.comment }) }, origin)
  }
  #evaluator(at: Target, cmd: Command, names: { name: string; span: Span }[]): RuleEvaluator {
    const { family, table } = at
    const known = this.#cache.find(family, table.name)
    const sets = new Map([...(known?.sets ?? [])].filter(([, s]) => !s.info.anonymous))
    return new RuleEvaluator({
      family, table: table.name, names: this.#names, sets,
      addSet: (set, elements) => {
        const name = this.#setName(family, table.name, known)
        this.#push({ type: 'NEWSET', set: { ...set, family, table: table.name, name, anonymous: true, constant: true }, exclusive: false }, { command: cmd, place: whole(cmd), at, ...(cmd.name && { chain: cmd.name }) })
        this.#push({ type: 'NEWSETELEM', family, table: table.name, set: name, elements, exclusive: false }, { command: cmd, place: whole(cmd), at, names })
        return name
      },
      noteName: (name, span) => names.push({ name, span }),
    })
  }
  /** The lowest `__set%d` that is free. */
  #setName(family: NfFamily, table: string, known: CachedTable | undefined): string {
    const key = `${family} ${table}`
    const used = this.#usedSetNames.get(key) ?? new Set(known?.sets.keys())
    this.#usedSetNames.set(key, used)
    for (let n = 0; ; n++) {
      const name = `__set${n}`
      if (used.has(name)) continue
      used.add(name)
      return name
    }
  }

  #set(cmd: Command, at: Target): void {
    const { family, table } = at
    const { name, set } = cmd
    if (cmd.verb === 'delete') {
      this.#push({ type: 'DELSET', family, table: table.name, ...(name === undefined ? { handle: cmd.handle?.value ?? 0 } : { set: name.name }) }, { command: cmd, place: name ?? whole(cmd), at })
      return
    }
    if (name === undefined) return
    if (cmd.verb === 'flush') {
      const known = this.#cache.find(family, table.name)
      if (known === undefined) throw this.#noTable(at)
      if (!known.sets.has(name.name)) throw this.#noSet(at, name)
      this.#push({ type: 'DELSETELEM', family, table: table.name, set: name.name }, { command: cmd, place: name, at })
      return
    }
    if (set === undefined) return
    const known = this.#cache.find(family, table.name)
    if (known === undefined) throw this.#noTable(at)
    const { types, dataType } = this.#types(set, cmd)
    const isObject = dataType === 'object'
    const info = {
      family, table: table.name, name: name.name, anonymous: false, constant: set.flags.includes('constant'), interval: set.flags.includes('interval'), dynamic: set.flags.includes('dynamic'),
      keyType: types.map((t) => t.name).join(' . '), keyLength: types.reduce((n, t) => n + t.bytes, 0),
      ...(set.dataType === undefined || isObject ? {} : { dataType: set.dataType.name }), ...(isObject ? { objectType: set.dataType?.name as 'counter' } : {}),
      ...(set.timeout === undefined ? (set.flags.includes('timeout') ? { timeout: 0 } : {}) : { timeout: set.timeout }), ...(set.gcInterval === undefined ? {} : { gcInterval: set.gcInterval }),
      ...(set.size === undefined ? {} : { size: set.size }), ...(set.policy && { policy: set.policy }), ...(set.autoMerge && { autoMerge: true }), ...(set.counter && { counter: true }),
      ...(set.comment === undefined ? {} : { comment: set.comment }),
    }
    this.#push({ type: 'NEWSET', set: info, exclusive: cmd.verb === 'create' }, { command: cmd, place: whole(cmd), at, exists: name })
    known.sets.set(name.name, { info: { ...info, handle: 0 }, elements: known.sets.get(name.name)?.elements ?? [] })
    if (set.elements !== undefined) this.#addElements(cmd, at, name.name, set.elements, 'add')
  }
  #types(set: SetBlock, cmd: Command): { types: readonly DataType[]; dataType: DataType | 'verdict' | 'object' | undefined } {
    const type = (n: Span & { readonly name: string }): DataType => {
      const found = TYPES.get(n.name)
      if (found === undefined) throw new NftError(`unknown datatype ${n.name}`, n)
      return found
    }
    if (set.types.length === 0) throw new NftError('set definition does not specify key', cmd)
    const types = set.types.map(type)
    const { dataType } = set
    if (!set.isMap || dataType === undefined) return { types, dataType: undefined }
    return { types, dataType: dataType.name === 'verdict' ? 'verdict' : ['counter', 'quota', 'limit'].includes(dataType.name) ? 'object' : type(dataType) }
  }
  #noSet({ family, table }: Target, name: Span & { readonly name: string }): NftError {
    const near = nearest(name.name, [...(this.#cache.find(family, table.name)?.sets.values() ?? [])].filter((s) => !s.info.anonymous).map((s) => s.info.name))
    return new NftError(`No such file or directory${near === undefined ? '' : `; did you mean set ‘${near}’ in table ${family} ‘${table.name}’?`}`, name)
  }
  #element(cmd: Command, at: Target): void {
    const { name } = cmd
    if (name === undefined) return
    const known = this.#cache.find(at.family, at.table.name)
    if (known === undefined) throw this.#noTable(at)
    if (!known.sets.has(name.name)) throw this.#noSet(at, name)
    if (cmd.verb === 'get') throw new NftGap('get element')
    this.#addElements(cmd, at, name.name, cmd.elements ?? [], cmd.verb)
  }
  #addElements(cmd: Command, at: Target, set: string, items: NonNullable<Command['elements']>, verb: string): void {
    const { family, table } = at
    const info = this.#cache.find(family, table.name)?.sets.get(set)?.info
    if (info === undefined) return
    const types = info.keyType.split(' . ').map((n) => TYPES.get(n)).filter((x) => x !== undefined)
    const dataType = info.objectType !== undefined ? 'object' as const : info.dataType === 'verdict' ? 'verdict' as const : info.dataType === undefined ? undefined : TYPES.get(info.dataType)
    const names: { name: string; span: Span }[] = []
    const evaluated = this.#evaluator(at, cmd, names).elements(items, types, dataType)
    for (const e of evaluated) {
      if (e.end !== undefined && !info.interval) throw new NftError('You must add \'flags interval\' to your set declaration if you want to add prefix elements', e.span)
      if (verb !== 'delete' && info.interval && types.length === 1 && info.autoMerge !== true) this.#checkOverlap(family, table.name, set, e)
      const { span, ...element } = e
      this.#push(verb === 'delete' ? { type: 'DELSETELEM', family, table: table.name, set, elements: [element] } : { type: 'NEWSETELEM', family, table: table.name, set, elements: [element], exclusive: verb === 'create' },
        { command: cmd, place: span, at, names, exists: span })
    }
  }
  /** An interval set takes no element that overlaps another one. */
  #checkOverlap(family: NfFamily, table: string, set: string, e: NftElement & { readonly span: Span }): void {
    const text = this.#cache.find(family, table)?.sets.get(set)
    if (text === undefined) return
    const last = e.end ?? e.key
    for (const other of text.elements) {
      const end = other.end ?? other.key
      if (other.key === e.key && end === last) return
      if (e.key <= end && other.key <= last) throw new NftError('interval overlaps with an existing one', e.span)
    }
    ;(text.elements as NftElement[]).push(e)
  }

  #object(cmd: Command, at: Target, type: 'counter' | 'quota' | 'limit'): void {
    const { family, table } = at
    const { name } = cmd
    if (name === undefined) return
    if (cmd.verb === 'delete') {
      this.#push({ type: 'DELOBJ', family, table: table.name, name: name.name, objectType: type }, { command: cmd, place: name, at })
      return
    }
    if (this.#cache.find(family, table.name) === undefined) throw this.#noTable(at)
    const state = cmd.stateful === undefined ? undefined : stateExpr(cmd.stateful)
    if (state !== undefined) this.#push({ type: 'NEWOBJ', family, table: table.name, name: name.name, state, exclusive: cmd.verb === 'create' }, { command: cmd, place: whole(cmd), at, exists: name })
  }

  /** How the refusal of a message is told. */
  explain(index: number, errno: Errno): NftError {
    const origin = this.batch.origins[index]
    const { at, chain, names, place, exists } = origin
    const text = `Could not process rule: ${errno.message}`
    if (errno === Errno.ENOENT && at !== undefined) {
      const table = this.#cache.find(at.family, at.table.name)
      if (table === undefined) {
        const near = nearest(at.table.name, tableNames(this.#cache, at.family))
        return new NftError(near === undefined ? text : `${errno.message}; did you mean table ‘${near}’ in family ${at.family}?`, at.table)
      }
      if (chain !== undefined && !table.chains.has(chain.name)) {
        const near = nearest(chain.name, table.chains.keys())
        return new NftError(near === undefined ? text : `${errno.message}; did you mean chain ‘${near}’ in table ${at.family} ‘${at.table.name}’?`, chain)
      }
      const missing = names.find((n) => !table.chains.has(n.name) && !table.objects.some((o) => o.name === n.name))
      if (missing !== undefined) return new NftError(text, missing.span)
    }
    if (errno === Errno.EEXIST && exists !== undefined) return new NftError(text, exists)
    return new NftError(text, place)
  }
}

function stateExpr(s: Stmt): NftExpr | undefined {
  if (s.s === 'counter') return { kind: 'counter', packets: s.packets, bytes: s.bytes }
  if (s.s === 'quota') return { kind: 'quota', bytes: s.bytes, used: s.used, over: s.over }
  return s.s === 'limit' ? limitExpr(s) : undefined
}
