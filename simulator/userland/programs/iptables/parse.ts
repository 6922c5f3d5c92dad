// The command line of iptables (iptables/xshared.c: do_parse): one command, options in any order, and the options of matches and targets from where these are named on.
import { parseHost } from './address.ts'
import { isOfFamily, MATCHES, TARGETS, UNSIMULATED_MATCHES, UNSIMULATED_TARGETS, VERDICTS } from './extensions.ts'
import { BadArgument, type Command, type CommandLetter, type ParseInput } from './command-line.ts'
import { COMMANDS, LONG, RULE_COMMANDS, SHORT } from './option-table.ts'
import { parseUint } from './options.ts'
import { bad, type Extension, Gap, type HostMask, type MatchInfo, newRuleState, type RuleState, type SeenOption, type TargetInfo, XtError } from './types.ts'

class Parser {
  readonly #in: ParseInput
  #at = 0
  #invert = false
  #command: CommandLetter | undefined
  #alsoZero = false
  #table: string
  #chain: string | undefined
  #newName: string | undefined
  #policy: string | undefined
  #rulenum = 0
  readonly #set = new Set<string>()
  readonly #rule: RuleState
  readonly #matches: { readonly extension: Extension<MatchInfo>; readonly seen: SeenOption[] }[] = []
  #target: { readonly extension: Extension<TargetInfo>; readonly seen: SeenOption[] } | undefined
  #verdict: string | undefined
  #protocolWord = ''
  #source: string | undefined
  #sourceInvert = false
  #dest: string | undefined
  #destInvert = false
  #verbose = 0
  #jumpTo: string | undefined

  constructor(input: ParseInput) {
    this.#in = input
    this.#table = input.table ?? 'filter'
    this.#rule = newRuleState(input.family)
  }

  #next(): string | undefined {
    return this.#in.args[this.#at]
  }
  /** xs_has_arg: the next word is no option. */
  #hasWord(): boolean {
    const word = this.#next()
    return word !== undefined && !word.startsWith('-') && !word.startsWith('!')
  }
  #take(): string {
    return this.#in.args[this.#at++] ?? ''
  }
  #setCommand(letter: CommandLetter): void {
    if (this.#invert) throw bad('unexpected \'!\' flag')
    if (this.#command !== undefined) {
      if (letter === 'Z' && !this.#alsoZero && (this.#command === 'L' || this.#command === 'S')) {
        this.#alsoZero = true
        return
      }
      if (this.#command === 'Z' && (letter === 'L' || letter === 'S')) {
        this.#alsoZero = true
        this.#command = letter
        return
      }
      throw bad(`Cannot use -${letter} with -${this.#alsoZero && letter !== 'L' && letter !== 'S' ? 'Z' : this.#command}`)
    }
    this.#command = letter
  }
  #setOption(letter: string, invertible: boolean): void {
    if (this.#set.has(letter) && letter !== 'v') throw bad(`multiple -${letter} flags not allowed`)
    this.#set.add(letter)
    if (this.#invert && !invertible) throw bad(`cannot have ! before -${letter}`)
  }
  #ruleNumber(text: string): number {
    const n = parseUint(text)
    if (n === undefined || n === 0) throw bad(`Invalid rule number \`${text}'`)
    return n
  }

  parse(): Command {
    try {
      this.#words()
    } catch (e) {
      // The values of options were looked at when these came: their mistakes are found first.
      if (e instanceof BadArgument || (e instanceof XtError && !e.isFinal)) this.#checkValues()
      throw e
    }
    return this.#finish()
  }
  #checkValues(): void {
    const { names, family } = this.#in
    const context = { names, family, table: this.#table, rule: this.#rule }
    for (const { extension, seen } of [...this.#matches, ...(this.#target === undefined ? [] : [this.#target])]) {
      if (seen.length === 0) continue
      try {
        extension.build(seen, context)
      } catch (e) {
        if (!(e instanceof XtError) || !e.isFinal) throw e
      }
    }
  }
  #words(): void {
    while (this.#at < this.#in.args.length) {
      const word = this.#take()
      if (word === '--') {
        while (this.#at < this.#in.args.length) this.#operand(this.#take())
        break
      }
      if (!word.startsWith('-') || word === '-') this.#operand(word)
      else if (word.startsWith('--')) this.#long(word)
      else if (!this.#short(word)) break
    }
  }
  #operand(word: string): void {
    if (word === '!') {
      if (this.#invert) throw bad('multiple consecutive ! not allowed')
      this.#invert = true
      return
    }
    throw new BadArgument(word)
  }

  #short(word: string): true {
    for (let k = 1; k < word.length; k++) {
      const letter = word[k]
      const kind = SHORT.get(letter)
      if (kind === undefined) {
        this.#loadProtocolMatch()
        throw bad(`unknown option "-${letter}"`)
      }
      const rest = word.slice(k + 1)
      if (kind === 'none') {
        this.#option(letter, undefined)
        continue
      }
      let arg: string | undefined = rest === '' ? undefined : rest
      if (kind === 'required' && arg === undefined) {
        if (this.#next() === undefined) throw bad(`option "-${letter}" requires an argument`)
        arg = this.#take()
      }
      this.#option(letter, arg)
      return true
    }
    return true
  }

  /** Options of the target, then of matches, the last named first; the match of the protocol is loaded when nobody knows an option. */
  #extensionOptions(): readonly { readonly name: string; readonly arg: 'none' | 'required'; readonly add: (s: SeenOption) => void; readonly two: boolean }[] {
    const all = [...(this.#target === undefined ? [] : [this.#target]), ...[...this.#matches].reverse()]
    return all.flatMap(({ extension, seen }) => extension.options.map((o) => ({ name: o.name, arg: o.arg, add: (s: SeenOption) => seen.push(s), two: o.name === 'tcp-flags' })))
  }
  #loadProtocolMatch(): boolean {
    const name = this.#protocolWord === '' ? undefined : this.#protocolMatchName()
    if (name === undefined || this.#matches.some((m) => m.extension.name === name)) return false
    const extension = MATCHES.get(name)
    if (extension === undefined || !isOfFamily(name, this.#in.family)) return false
    this.#matches.push({ extension, seen: [] })
    return true
  }
  #protocolMatchName(): string | undefined {
    const { protocol } = this.#rule
    return protocol === 6 ? 'tcp' : protocol === 17 ? 'udp' : protocol === 1 ? 'icmp' : protocol === 58 ? 'icmp6' : undefined
  }

  #long(word: string): void {
    const eq = word.indexOf('=')
    const typed = eq < 0 ? word.slice(2) : word.slice(2, eq)
    for (let attempt = 0; ; attempt++) {
      const extensions = this.#extensionOptions()
      const exact = LONG.find((o) => o.name === typed) ?? extensions.find((o) => o.name === typed)
      const found = exact !== undefined ? [exact] : [...LONG, ...extensions].filter((o) => o.name.startsWith(typed))
      const same = found.length > 0 && found.every((o) => o.name === found[0].name || ('letter' in o && 'letter' in found[0] && o.letter === found[0].letter))
      if (!same) {
        if (found.length === 0 && attempt === 0 && this.#loadProtocolMatch()) continue
        throw bad(`unknown option "${word}"`)
      }
      const [option] = found
      let arg = eq < 0 ? undefined : word.slice(eq + 1)
      if (option.arg === 'required' && arg === undefined) {
        if (this.#next() === undefined) throw bad(`option "${word}" requires an argument`)
        arg = this.#take()
      }
      if ('letter' in option) this.#option(option.letter, arg)
      else {
        const more = option.two && this.#next() !== undefined && !(this.#next() ?? '').startsWith('-') && this.#next() !== '!' ? this.#take() : undefined
        option.add({ option: option.name, arg: arg ?? '', invert: this.#invert, ...(more === undefined ? {} : { more }) })
        this.#invert = false
      }
      return
    }
  }

  #option(letter: string, arg: string | undefined): void {
    if (COMMANDS.includes(letter)) this.#commandOption(letter as CommandLetter, arg)
    else this.#ruleOption(letter, arg ?? '')
    this.#invert = false
  }
  #commandOption(letter: CommandLetter, arg: string | undefined): void {
    this.#setCommand(letter)
    if (arg !== undefined) this.#chain = arg
    switch (letter) {
      case 'D':
        if (this.#hasWord()) this.#rulenum = this.#ruleNumber(this.#take())
        return
      case 'I':
        this.#rulenum = this.#hasWord() ? this.#ruleNumber(this.#take()) : 1
        return
      case 'R':
        if (!this.#hasWord()) throw bad('-R requires a rule number')
        this.#rulenum = this.#ruleNumber(this.#take())
        return
      case 'L':
      case 'S':
      case 'Z':
        if (arg === undefined && this.#hasWord()) this.#chain = this.#take()
        if (this.#hasWord()) this.#rulenum = this.#ruleNumber(this.#take())
        return
      case 'F':
      case 'X':
        if (arg === undefined && this.#hasWord()) this.#chain = this.#take()
        return
      case 'N':
        this.#checkChainName(arg ?? '')
        return
      case 'E':
        if (!this.#hasWord()) throw bad('-E requires old-chain-name and new-chain-name')
        this.#newName = this.#take()
        this.#checkChainName(this.#newName)
        return
      case 'P':
        if (!this.#hasWord()) throw bad('-P requires a chain and a policy')
        this.#policy = this.#take()
    }
  }
  #checkChainName(name: string): void {
    if (name.length >= 29) throw bad(`chain name \`${name}' too long (must be under 29 chars)`)
    if (name.startsWith('-') || name.startsWith('!')) throw bad(`chain name not allowed to start with \`${name[0]}'`)
    if (TARGETS.has(name) || VERDICTS.has(name) || UNSIMULATED_TARGETS.has(name)) throw bad('chain name may not clash with target name')
    if (/\s/.test(name)) throw bad(`Invalid chain name \`${name}'`)
  }

  #ruleOption(letter: string, arg: string): void {
    const rule = this.#rule
    switch (letter) {
      case 'p': {
        this.#setOption('p', true)
        const word = arg.toLowerCase()
        const number = parseUint(word, 255) ?? (word === 'all' ? 0 : this.#in.names.protocols.number(word) ?? ({ 'icmpv6': 58, 'mh': 135, 'ipv6-mh': 135 } as Record<string, number>)[word])
        if (number === undefined) throw bad(`unknown protocol "${word}" specified`)
        if (number === 0 && this.#invert) throw bad('rule would never match protocol')
        rule.protocol = number
        rule.protocolInvert = this.#invert
        this.#protocolWord = word
        return
      }
      case 's':
        this.#setOption('s', true)
        this.#source = arg
        this.#sourceInvert = this.#invert
        return
      case 'd':
        this.#setOption('d', true)
        this.#dest = arg
        this.#destInvert = this.#invert
        return
      case 'i':
      case 'o':
        if (arg === '') throw bad('Empty interface is likely to be undesired')
        this.#setOption(letter, true)
        if (arg.length >= 16) throw bad(`interface name \`${arg}' must be shorter than IFNAMSIZ (15)`)
        rule[letter === 'i' ? 'input' : 'output'] = { name: arg, invert: this.#invert }
        return
      case 'f':
        if (this.#in.family === 'inet6') throw bad('`-f\' is not supported in IPv6, use -m frag instead')
        this.#setOption('f', true)
        rule.fragment = { value: true, invert: this.#invert }
        return
      case 'j':
      case 'g':
        return this.#jump(letter, arg)
      case 'm':
        return this.#match(arg)
      case 'v':
        this.#setOption('v', false)
        this.#verbose++
        return
      case 'c': return this.#counters(arg)
      case 't':
        if (this.#invert) throw bad('unexpected ! flag before --table')
        if (this.#in.table !== undefined) throw bad('The -t option cannot be used in iptables-restore.\n')
        this.#table = arg
        return
      case 'w':
      case 'W':
        if (arg === '' && /^\d+$/.test(this.#next() ?? '')) this.#take()
        return
      case '4':
      case '6':
      case 'M':
        return
      case 'n':
      case 'x':
      case '0':
        this.#setOption(letter, false)
        return
      default: throw bad(`unknown option "-${letter}"`)
    }
  }
  #counters(arg: string): void {
    this.#setOption('c', false)
    const [packets, more] = arg.split(',')
    const bytes = more ?? (this.#hasWord() ? this.#take() : undefined)
    if (bytes === undefined) throw bad('-c requires packet and byte counter')
    if (!/^\d+$/.test(packets)) throw bad('-c packet counter not numeric')
    if (!/^\d+$/.test(bytes)) throw bad('-c byte counter not numeric')
    this.#rule.counters = { packets: Number(packets), bytes: Number(bytes) }
  }
  #jump(letter: 'j' | 'g', name: string): void {
    this.#setOption('j', false)
    if (name === '') throw bad('Invalid target name (too short)')
    if (name.length >= 29) throw bad(`Invalid target name \`${name}' (28 chars max)`)
    if (/\s/.test(name)) throw bad(`Invalid target name \`${name}'`)
    this.#jumpTo = name
    if (letter === 'g') {
      this.#rule.goto = true
      return
    }
    if (VERDICTS.has(name)) this.#verdict = name
    else if (UNSIMULATED_TARGETS.has(name)) throw new Gap(`-j ${name}`)
    else {
      const extension = TARGETS.get(name)
      if (extension !== undefined && isOfFamily(name, this.#in.family)) this.#target = { extension, seen: [] }
    }
  }
  #match(name: string): void {
    if (this.#invert) throw bad('unexpected ! flag before --match')
    if (UNSIMULATED_MATCHES.has(name)) throw new Gap(`-m ${name}`)
    const wanted = name === 'icmpv6' || name === 'ipv6-icmp' ? 'icmp6' : name
    const extension = MATCHES.get(wanted)
    if (extension === undefined || !isOfFamily(wanted, this.#in.family)) throw bad(`Couldn't load match \`${name}':No such file or directory\n`)
    this.#matches.push({ extension, seen: [] })
  }

  #addresses(text: string | undefined, invert: boolean): readonly (HostMask | undefined)[] {
    if (text === undefined) return [undefined]
    return parseHost(text, this.#in).map((host) => ({ ...host, invert }))
  }
  #finish(): Command {
    const { names, family } = this.#in
    if (this.#invert) throw bad('nothing appropriate following !')
    const rule = this.#rule
    const context = { names, family, table: this.#table, rule }
    rule.matches = this.#matches.map(({ extension, seen }) => extension.build(seen, context))
    if (this.#target !== undefined) rule.target = this.#target.extension.build(this.#target.seen, context)
    else if (this.#verdict !== undefined) rule.target = { name: 'standard', verdict: this.#verdict as 'ACCEPT' }
    else rule.jump = this.#jumpTo
    const command = this.#command
    if (command === undefined) throw bad('no command specified')
    if (command === 'h' || command === 'V') return this.#result(command, [])
    const sources = this.#addresses(this.#source, this.#sourceInvert)
    const dests = this.#addresses(this.#dest, this.#destInvert)
    if ((sources.length > 1 || dests.length > 1) && (this.#sourceInvert || this.#destInvert)) throw bad('! not allowed with multiple source or destination IP addresses')
    if (command === 'R' && sources.length * dests.length > 1) throw bad('Replacement rule does not specify a unique address')
    this.#checkOptions(command)
    if (this.#chain !== undefined && RULE_COMMANDS.includes(command)) {
      if ((this.#chain === 'PREROUTING' || this.#chain === 'INPUT') && rule.output !== undefined) throw bad(`Can't use -o with ${this.#chain}\n`)
      if ((this.#chain === 'POSTROUTING' || this.#chain === 'OUTPUT') && rule.input !== undefined) throw bad(`Can't use -i with ${this.#chain}\n`)
    }
    if (this.#table === 'nat' && (this.#policy === 'DROP' || this.#jumpTo === 'DROP')) throw bad('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n')
    return this.#result(command, sources.flatMap((source) => dests.map((dest): RuleState => ({ ...rule, source, dest }))))
  }
  /** generic_opt_check */
  #checkOptions(command: CommandLetter): void {
    for (const letter of this.#set) {
      const ok = 'vt'.includes(letter) || (RULE_COMMANDS.includes(command) ? 'psdijofc'.includes(letter) : letter === 'c' ? 'NPZLS'.includes(command) : 'nx'.includes(letter) ? 'L'.includes(command) : letter === '0' ? command === 'L' : false)
      if (!ok) throw bad(`Illegal option \`-${letter}' with this command`)
    }
  }
  #result(letter: CommandLetter, rules: readonly RuleState[]): Command {
    return {
      letter, alsoZero: this.#alsoZero, table: this.#table, chain: this.#chain, newName: this.#newName, policy: this.#policy, rulenum: this.#rulenum, rules, verbose: this.#verbose,
      numeric: this.#set.has('n'), exact: this.#set.has('x'), lineNumbers: this.#set.has('0'), noFlush: false,
    }
  }
}

export const parseCommand = (input: ParseInput): Command => new Parser(input).parse()
