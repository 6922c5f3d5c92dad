// The commands list and reset (src/rule.c: do_command_list): tables and what is in them, in the nft language.
import type { NfFamily, NftChain, NftObject, NftRule } from '../../../abi/nf-tables.ts'
import type { Crt } from '../../libc/crt.ts'
import { Protocols } from '../../libc/getservent.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Command } from './ast.ts'
import type { Cache, CachedTable } from './cache.ts'
import { formatTime, type Names } from './datatype.ts'
import { elementText, hasXt, limitText, type PrintContext, type PrintOptions, priorityText, ruleText, type SetText, sortedElements } from './print.ts'
import { NftError, type Span } from './source.ts'

const sizeText = (n: number): string => (n > 0 && n % 1048576 === 0 ? `${n / 1048576} mbytes` : n > 0 && n % 1024 === 0 ? `${n / 1024} kbytes` : `${n} bytes`)

export class Lister {
  readonly #c: Crt
  readonly #cache: Cache
  readonly #names: Names
  readonly #options: PrintOptions

  constructor(c: Crt, cache: Cache, names: Names, options: PrintOptions) {
    this.#c = c
    this.#cache = cache
    this.#names = options.numericProtocol ? { ...names, protocols: new Protocols('') } : names
    this.#options = options
  }
  #context(t: CachedTable): PrintContext {
    return { names: this.#names, family: t.table.family, sets: t.sets, options: this.#options }
  }
  #handle(n: number): string {
    return this.#options.handles ? ` # handle ${n}` : ''
  }
  *#print(text: string): Flow<void> {
    yield* this.#c.stdout.write(text)
  }

  *run(cmd: Command): Flow<void> {
    const { object, family, at, name } = cmd
    const inFamily = [...this.#cache.tables.values()].filter((t) => (family === undefined || t.table.family === family) && (at === undefined || (t.table.family === at.family && t.table.name === at.table.name)))
    switch (object) {
      case 'ruleset':
        for (const t of inFamily) yield* this.#table(t)
        return
      case 'tables':
        for (const t of inFamily) yield* this.#print(`table ${t.table.family} ${t.table.name}\n`)
        return
      // There are none: neither is simulated.
      case 'flowtables':
      case 'meters':
        for (const t of inFamily) yield* this.#wrap(t, [], '')
        return
      case 'table': return yield* this.#table(this.#need(cmd))
      case 'chains':
        for (const t of inFamily) yield* this.#wrap(t, [...t.chains.values()].map(({ chain }) => this.#chainText(t, chain, [])), '')
        return
      case 'chain': {
        const t = this.#need(cmd)
        const found = t.chains.get(name?.name ?? '')
        if (found === undefined) throw this.#missing(name)
        if (found.rules.some(hasXt)) yield* this.#warn(t)
        return yield* this.#wrap(t, [this.#chainText(t, found.chain, found.rules)], '\n')
      }
      case 'sets':
      case 'maps':
        for (const t of inFamily) {
          const sets = [...t.sets.values()].filter((s) => !s.info.anonymous && (s.info.dataType !== undefined || s.info.objectType !== undefined) === (object === 'maps'))
          yield* this.#wrap(t, sets.map((s) => this.#setText(t, s)), '')
        }
        return
      case 'set':
      case 'map': {
        const t = this.#need(cmd)
        const found = t.sets.get(name?.name ?? '')
        if (found === undefined) throw this.#missing(name)
        return yield* this.#wrap(t, [this.#setText(t, found)], '\n')
      }
      case 'counters':
      case 'quotas':
      case 'limits':
        for (const t of inFamily) {
          const objects = t.objects.filter((o) => o.type === object.slice(0, -1))
          if (objects.length > 0) yield* this.#wrap(t, objects.map((o) => this.#objectText(o)), '')
        }
        return
      case 'counter':
      case 'quota':
      case 'limit': {
        const t = this.#need(cmd)
        const found = t.objects.find((o) => o.name === name?.name && o.type === object)
        if (found === undefined) throw this.#missing(name)
        return yield* this.#wrap(t, [this.#objectText(found)], '\n')
      }
    }
  }
  #need(cmd: Command): CachedTable {
    const { at } = cmd
    const found = at && this.#cache.find(at.family, at.table.name)
    if (found !== undefined) return found
    throw this.#missing(at?.table)
  }
  #missing(at: Span | undefined): NftError {
    return new NftError('No such file or directory', at ?? { start: 0, end: 1 })
  }
  *#warn(t: CachedTable): Flow<void> {
    yield* this.#c.stderr.write(`# Warning: table ${t.table.family} ${t.table.name} is managed by iptables-nft, do not touch!\n`)
  }

  *#wrap(t: CachedTable, items: readonly string[], separator: string, handle = ''): Flow<void> {
    yield* this.#print(`table ${t.table.family} ${t.table.name} {${handle}\n${t.table.dormant ? '\tflags dormant\n' : ''}${items.join(separator)}}\n`)
    yield* this.#c.stdout.flush()
  }
  *#table(t: CachedTable): Flow<void> {
    if ([...t.chains.values()].some(({ rules }) => rules.some(hasXt))) yield* this.#warn(t)
    const items = [
      ...t.objects.map((o) => this.#objectText(o)), ...[...t.sets.values()].filter((s) => !s.info.anonymous).map((s) => this.#setText(t, s)),
      ...[...t.chains.values()].map(({ chain, rules }) => this.#chainText(t, chain, rules)),
    ]
    yield* this.#wrap(t, items, '\n', this.#handle(t.table.handle))
  }
  #chainText(t: CachedTable, chain: NftChain, rules: readonly NftRule[]): string {
    const { base } = chain
    const device = base?.devices === undefined ? '' : base.devices.length === 1 ? ` device "${base.devices[0]}"` : ` devices = { ${base.devices.map((d) => `"${d}"`).join(', ')} }`
    const head = base === undefined ? '' : `\t\ttype ${base.type} hook ${base.hook}${device} priority ${priorityText(base.priority, base.hook, t.table.family, this.#options.numericPriority)}; policy ${base.policy};\n`
    const comment = chain.comment === undefined ? '' : `\t\tcomment "${chain.comment}"\n`
    const lines = rules.map((r) => `\t\t${ruleText(r, this.#context(t))}${this.#handle(r.handle)}\n`)
    return `\tchain ${chain.name} {${this.#handle(chain.handle)}\n${comment}${head}${lines.join('')}\t}\n`
  }
  #setText(t: CachedTable, set: SetText): string {
    const { info } = set
    const kind = info.dataType === undefined && info.objectType === undefined ? 'set' : 'map'
    const lines = [`type ${info.keyType}${info.dataType === undefined && info.objectType === undefined ? '' : ` : ${info.dataType ?? info.objectType ?? ''}`}`]
    if (info.policy === 'memory') lines.push('policy memory')
    const flags = [info.constant ? 'constant' : '', info.dynamic ? 'dynamic' : '', info.interval ? 'interval' : '', info.timeout === 0 ? 'timeout' : ''].filter((f) => f !== '')
    if (info.size !== undefined && info.size > 0) lines.push(`size ${info.size}`)
    if (flags.length > 0) lines.push(`flags ${flags.join(',')}`)
    if (info.timeout !== undefined && info.timeout > 0) lines.push(`timeout ${formatTime(info.timeout)}`)
    if (info.gcInterval !== undefined) lines.push(`gc-interval ${formatTime(info.gcInterval)}`)
    if (info.autoMerge === true) lines.push('auto-merge')
    if (info.counter === true) lines.push('counter')
    if (info.comment !== undefined) lines.push(`comment "${info.comment}"`)
    const elements = sortedElements(set).map((e) => elementText(e, info, this.#context(t)))
    if (elements.length > 0) lines.push(`elements = { ${this.#wrapElements(elements, set)} }`)
    return `\t${kind} ${info.name} {${this.#handle(info.handle)}\n${lines.map((l) => `\t\t${l}\n`).join('')}\t}\n`
  }
  /** Five short values or two addresses in a line, one of anything longer (src/expression.c: calculate_delim). */
  #wrapElements(elements: readonly string[], { info }: SetText): string {
    const perLine = ['ipv4_addr', 'ether_addr'].includes(info.keyType) ? 2 : ['ipv6_addr', 'ifname'].includes(info.keyType) || info.keyType.includes(' . ') ? 1 : 5
    let text = ''
    elements.forEach((e, i) => {
      text += i === 0 ? e : i % perLine === 0 ? `,\n\t\t\t     ${e}` : `, ${e}`
    })
    return text
  }
  #objectText(o: NftObject): string {
    const { state } = o
    const body = state.kind === 'counter' ? (this.#options.stateless ? '' : `\t\tpackets ${state.packets} bytes ${state.bytes}\n`) : state.kind === 'quota' ? `\t\t${state.over ? 'over ' : ''}${sizeText(state.bytes)}${state.used > 0 ? ` used ${sizeText(state.used)}` : ''}\n` :
      state.kind === 'limit' ? `\t\t${limitText(state).slice('limit '.length)}\n` : ''
    return `\t${o.type} ${o.name} {${this.#handle(o.handle)}\n${body}\t}\n`
  }
}
export const tableNames = (cache: Cache, family: NfFamily | undefined): string[] => [...cache.tables.values()].filter((t) => t.table.family === family).map((t) => t.table.name)
