// Commands of the nft language (src/parser_bison.y: base_cmd). An error ends its command; reading goes on behind the next newline or semicolon, as bison's error rules do.
import type { ChainType, NfFamily, NfHook } from '../../../abi/nf-tables.ts'
import type { ChainBase, ChainBlock, Command, Named, RuleSpec, SetBlock, Stmt, Target, Verb } from './ast.ts'
import { parseTime } from './datatype.ts'
import { isKeyword, tokenize } from './lexer.ts'
import { leftSide, rightSide, setBody } from './parse-expression.ts'
import { limit, quota, ruleBody } from './parse-statement.ts'
import { END_OF_INPUT, NftError, NftGap, type Span } from './source.ts'
import { Tokens } from './tokens.ts'

const VERBS: ReadonlySet<string> = new Set(['add', 'create', 'insert', 'replace', 'delete', 'flush', 'list', 'rename', 'reset', 'get'])
const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'])
const HOOKS: ReadonlySet<string> = new Set(['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress', 'egress'])
const PRIORITIES: ReadonlyMap<string, number> = new Map([['raw', -300], ['mangle', -150], ['dstnat', -100], ['filter', 0], ['security', 50], ['srcnat', 100], ['out', 100]])
const SEPARATOR = 'newline or semicolon'
const END = 'end of file or newline or semicolon'
const LISTS: ReadonlySet<string> = new Set(['tables', 'chains', 'sets', 'maps', 'ruleset', 'counters', 'quotas', 'limits', 'flowtables', 'meters'])

export interface Parsed { readonly commands: readonly Command[]; readonly errors: readonly NftError[] }

class Parser {
  readonly #t: Tokens
  readonly errors: NftError[] = []
  readonly commands: Command[] = []

  constructor(text: string) {
    this.#t = new Tokens(tokenize(text))
  }

  parse(): Parsed {
    const t = this.#t
    for (;;) {
      while (t.isSeparator) t.at++
      if (t.isEnd) break
      try {
        const command = this.#line()
        if (command !== undefined) this.commands.push(command)
        if (!t.isSeparator && t.current.kind !== 'end') throw t.unexpected(END)
      } catch (thrown) {
        if (!(thrown instanceof NftError)) throw thrown
        this.errors.push(thrown)
        this.#recover()
      }
    }
    return { commands: this.commands, errors: this.errors }
  }
  #recover(): void {
    const t = this.#t
    while (!t.isSeparator && t.current.kind !== 'end') t.at++
  }
  /** An error inside braces; false if the input ends without them being closed. */
  #guard(read: () => void): void {
    try {
      read()
    } catch (thrown) {
      // With nothing left to read there is nothing to recover.
      if (!(thrown instanceof NftError) || thrown.places[0] === END_OF_INPUT || this.#t.isEnd) throw thrown
      this.errors.push(thrown)
      this.#recover()
      while (this.#t.isSeparator) this.#t.at++
      if (this.#t.current.kind === 'end') throw new NftError('syntax error, unexpected end of file', END_OF_INPUT)
    }
  }

  #line(): Command | undefined {
    const t = this.#t
    const { start } = t.current
    if (t.take('define') || t.take('redefine')) {
      const { name } = t.name()
      t.expect('=')
      t.variables.set(name, t.is('{') ? setBody(t) : rightSide(t))
      return undefined
    }
    if (t.take('undefine')) {
      t.variables.delete(t.name().name)
      return undefined
    }
    for (const word of ['include', 'monitor', 'describe', 'export', 'import', 'destroy']) {
      if (word !== 'destroy' && t.is(word)) throw new NftGap(`command ${word}`)
    }
    if (VERBS.has(t.current.text) && t.current.kind === 'word') {
      const verb = t.next().text as Verb
      return this.#command(verb, start)
    }
    if (t.is('table') || t.is('chain') || t.is('set') || t.is('map') || t.is('rule') || t.is('element') || t.is('counter') || t.is('quota') || t.is('limit')) return this.#command('add', start)
    if (t.current.kind === 'symbol') throw t.unexpected()
    // `TABLE CHAIN STATEMENT`: a rule is added.
    const at = this.#target()
    const name = this.#name()
    return { verb: 'add', object: 'rule', at, name, rule: ruleBody(t), ...t.from(start) }
  }
  #family(): NfFamily | undefined {
    const word = this.#t.current.text
    if (this.#t.current.kind !== 'word' || !FAMILIES.has(word)) return undefined
    this.#t.at++
    return word as NfFamily
  }
  #name(): Named {
    return this.#t.name()
  }
  #target(): Target {
    return { family: this.#family() ?? 'ip', table: this.#name() }
  }

  #command(verb: Verb, start: number): Command {
    const t = this.#t
    const word = t.current.kind === 'word' ? t.current.text : ''
    const done = (more: Omit<Command, 'verb' | 'object' | 'start' | 'end'>, object = word): Command => ({ verb, object, ...more, ...t.from(start) })
    if (verb === 'list' || verb === 'reset' || verb === 'flush') {
      if (LISTS.has(word) && (verb !== 'flush' || word === 'ruleset')) {
        t.at++
        const family = this.#family()
        const at = word !== 'tables' && word !== 'ruleset' && verb === 'list' && t.is('table') ? (t.at++, this.#target()) : undefined
        return done({ ...(family && { family }), ...(at && { at }) })
      }
    }
    if (['flowtable', 'secmark', 'hooks', 'synproxy', 'synproxys', 'flow'].includes(word) || (word === 'ct' && t.peek().kind === 'word')) throw new NftGap(`${verb} ${word}`)
    switch (word) {
      case 'table': {
        t.at++
        const family = this.#family() ?? 'ip'
        if (verb === 'delete' && t.take('handle')) return done({ at: { family, table: { name: '', start, end: start } }, handle: t.number() })
        const at: Target = { family, table: this.#name() }
        const inner = (verb === 'add' || verb === 'create') && t.is('{') ? this.#tableBlock(at) : undefined
        return done({ at, ...(inner && { inner }) })
      }
      case 'chain': {
        t.at++
        const at = this.#target()
        if (verb === 'delete' && t.take('handle')) return done({ at, handle: t.number() })
        const name = this.#name()
        if (verb === 'rename') return done({ at, name, newName: this.#name().name })
        const chain = (verb === 'add' || verb === 'create') && t.is('{') ? this.#chainBlock(at.family) : undefined
        return done({ at, name, ...(chain && { chain }) })
      }
      case 'rule': {
        t.at++
        const at = this.#target()
        const name = this.#name()
        if (verb === 'delete') {
          t.expect('handle')
          return done({ at, name, handle: t.number() })
        }
        const place = this.#place()
        if (verb === 'replace' && place.handle === undefined) throw t.unexpected('handle')
        return done({ at, name, ...place, rule: ruleBody(t) })
      }
      case 'set':
      case 'map': {
        t.at++
        const at = this.#target()
        if (verb === 'delete' && t.take('handle')) return done({ at, handle: t.number() })
        const name = this.#name()
        if (verb !== 'add' && verb !== 'create') return done({ at, name })
        return done({ at, name, set: this.#setBlock(word === 'map') })
      }
      case 'element': {
        t.at++
        const at = this.#target()
        const name = this.#name()
        const body = t.take('$') ? this.#variable() : setBody(t)
        return done({ at, name, elements: body.items })
      }
      case 'counter':
      case 'quota':
      case 'limit': {
        t.at++
        const at = this.#target()
        const name = this.#name()
        if (verb !== 'add' && verb !== 'create') return done({ at, name })
        return done({ at, name, stateful: this.#stateful(word) })
      }
      default: {
        if (verb === 'add' || verb === 'insert' || verb === 'replace') {
          const at = this.#target()
          const name = this.#name()
          const place = this.#place()
          return done({ at, name, ...place, rule: ruleBody(t) }, 'rule')
        }
        throw t.unexpected(verb === 'rename' ? 'chain' : verb === 'create' || verb === 'delete' || verb === 'flush' || verb === 'list' || verb === 'reset' || verb === 'get' ? undefined : 'string')
      }
    }
  }
  #variable(): ReturnType<typeof setBody> {
    const { name, ...span } = this.#t.name()
    const found = this.#t.variables.get(name)
    if (found?.k !== 'set') throw new NftError(`unknown identifier '${name}'`, span)
    return found
  }
  #place(): { handle?: Command['handle']; index?: Command['index'] } {
    const t = this.#t
    const { start } = t.current
    if (t.take('handle')) return { handle: t.number() }
    if (t.take('position')) {
      const n = t.number()
      return { handle: { value: n.value, start, end: n.end } }
    }
    if (t.is('index') && t.peek().kind === 'number') {
      t.at++
      const n = t.number()
      return { index: { value: n.value, start, end: n.end } }
    }
    return {}
  }
  #stateful(word: 'counter' | 'quota' | 'limit'): Stmt {
    const t = this.#t
    const { start } = t.current
    const hasBlock = t.take('{')
    t.skipNewlines()
    let stmt: Stmt
    if (word === 'limit') stmt = limit(t, start)
    else if (word === 'quota') stmt = quota(t, start)
    else if (t.take('packets')) {
      const packets = t.number().value
      t.expect('bytes')
      stmt = { s: 'counter', packets, bytes: t.number().value, ...t.from(start) }
    } else stmt = { s: 'counter', packets: 0, bytes: 0, ...t.from(start) }
    while (hasBlock && t.isSeparator) t.at++
    if (hasBlock) t.expect('}')
    return stmt
  }

  /** `read` answers what must follow the item; false where nothing must. */
  #block(read: () => string | false): void {
    const t = this.#t
    t.expect('{', '\'{\'')
    for (;;) {
      while (t.isSeparator) t.at++
      if (t.take('}')) return
      if (t.current.kind === 'end') throw t.unexpected()
      this.#guard(() => {
        const expecting = read()
        if (expecting !== false && !t.isSeparator) throw t.unexpected(expecting)
      })
    }
  }
  #tableBlock(at: Target): Command[] {
    const t = this.#t
    const inner: Command[] = []
    this.#block(() => {
      const { start } = t.current
      if (t.take('flags')) {
        t.expect('dormant')
        return SEPARATOR
      }
      if (t.take('comment')) {
        t.quoted()
        return SEPARATOR
      }
      const object = t.takeWord('chain', 'set', 'map', 'counter', 'quota', 'limit')
      if (object === undefined) {
        if (t.is('flowtable') || t.is('ct') || t.is('secmark') || t.is('synproxy')) throw new NftGap(`${t.current.text} in a table`)
        throw t.unexpected()
      }
      const name = this.#name()
      const common = { verb: 'add' as const, object, at, name }
      if (object === 'chain') inner.push({ ...common, chain: this.#chainBlock(at.family), ...t.from(start) })
      else if (object === 'set' || object === 'map') inner.push({ ...common, set: this.#setBlock(object === 'map'), ...t.from(start) })
      else inner.push({ ...common, stateful: this.#stateful(object as 'counter'), ...t.from(start) })
      return SEPARATOR
    })
    return inner
  }
  #chainBlock(family: NfFamily): ChainBlock {
    const t = this.#t
    const rules: (RuleSpec & Span)[] = []
    const found: { base?: ChainBase; policy?: 'accept' | 'drop'; comment?: string } = {}
    this.#block(() => {
      if (t.take('type')) {
        found.base = this.#hook(family)
        return SEPARATOR
      }
      if (t.take('policy')) {
        const policy = t.takeWord('accept', 'drop')
        if (policy === undefined) throw t.unexpected('accept or drop or \'$\'')
        found.policy = policy as 'accept'
        return SEPARATOR
      }
      if (t.take('comment')) {
        found.comment = t.quoted()
        return SEPARATOR
      }
      if (t.is('flags')) throw new NftGap('chain flags')
      rules.push(ruleBody(t))
      return SEPARATOR
    })
    return { ...found, rules }
  }
  #hook(family: NfFamily): ChainBase {
    const t = this.#t
    const type = t.current
    if (type.kind !== 'word' || (isKeyword(type.text) && !['filter', 'nat', 'route'].includes(type.text))) throw t.unexpected('string')
    t.at++
    if (!['filter', 'nat', 'route'].includes(type.text)) throw new NftError('unknown chain type', type)
    t.expect('hook')
    const hook = t.current
    t.at++
    if (!HOOKS.has(hook.text)) throw new NftError('unknown chain hook', hook)
    if ((hook.text === 'ingress' && family !== 'netdev' && family !== 'inet') || (hook.text === 'egress' && family !== 'netdev')) {
      throw new NftError(`The ${family} family does not support this hook`, hook)
    }
    let devices: string[] | undefined
    if (t.take('device')) devices = [t.quoted()]
    else if (t.take('devices')) {
      t.expect('=')
      t.expect('{')
      devices = []
      do devices.push(t.quoted())
      while (t.take(','))
      t.expect('}')
    }
    const start = t.expect('priority')
    const priority = this.#priority(start, hook.text, family)
    return { type: type.text as ChainType, hook: hook.text as NfHook, hookSpan: hook, priority, ...(devices && { devices }) }
  }
  #priority(start: Span, hook: string, family: string | undefined): number {
    const t = this.#t
    if (t.take('-')) return -t.number().value
    if (t.current.kind === 'number') return t.number().value
    const word = t.current
    t.at++
    const base = PRIORITIES.get(word.text)
    // std_prio_lookup: these two belong to one hook each.
    const own = family === 'bridge' ? undefined : word.text === 'dstnat' ? 'prerouting' : word.text === 'srcnat' ? 'postrouting' : undefined
    if (base === undefined || (own !== undefined && own !== hook)) throw new NftError('invalid priority expression value in this context.', { start: start.start, end: word.end })
    if (t.take('+')) return base + t.number().value
    if (t.take('-')) return base - t.number().value
    return base
  }
  #types(): Named[] {
    const t = this.#t
    const types: Named[] = []
    do types.push(t.current.kind === 'word' && t.current.text === 'mark' ? { name: 'mark', ...spanOf(t.next()) } : t.name())
    while (t.take('.'))
    return types
  }
  #setBlock(isMap: boolean): SetBlock {
    const t = this.#t
    const set: { -readonly [K in keyof SetBlock]: SetBlock[K] } = { isMap, types: [], flags: [], autoMerge: false, counter: false }
    this.#block(() => {
      if (t.take('type')) {
        set.types = this.#types()
        if (t.take(':')) set.dataType = t.is('counter') || t.is('quota') || t.is('limit') ? { name: t.current.text, ...spanOf(t.next()) } : t.is('interval') ? (t.at++, this.#types()[0]) : this.#types()[0]
      } else if (t.take('typeof')) {
        const key = leftSide(t)
        const types = (key.k === 'concat' ? key.parts : [key]).map((p) => ({ name: p.k === 'selector' ? p.sel.type.name : '', start: p.start, end: p.end }))
        set.types = types
        if (t.take(':')) {
          const data = leftSide(t)
          set.dataType = { name: data.k === 'selector' ? data.sel.type.name : data.k === 'value' ? data.text : '', start: data.start, end: data.end }
        }
      } else if (t.take('flags')) {
        const flags: string[] = []
        do flags.push(t.next().text)
        while (t.take(','))
        set.flags = flags
      } else if (t.take('timeout')) set.timeout = parseTime(t.next().text)
      else if (t.take('gc-interval')) set.gcInterval = parseTime(t.next().text)
      else if (t.take('size')) set.size = t.number().value
      else if (t.take('policy')) set.policy = t.next().text as 'memory'
      else if (t.take('auto-merge')) set.autoMerge = true
      else if (t.take('counter')) set.counter = true
      else if (t.take('comment')) set.comment = t.quoted()
      else if (t.take('elements')) {
        t.expect('=')
        set.elements = t.take('$') ? this.#variable().items : setBody(t).items
        return false
      } else throw t.unexpected()
      return SEPARATOR
    })
    return set
  }
}
const spanOf = ({ start, end }: Span): Span => ({ start, end })

export const parse = (text: string): Parsed => new Parser(text).parse()
