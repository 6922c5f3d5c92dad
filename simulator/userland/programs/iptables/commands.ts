// The commands of iptables on its copy of the tables (iptables/nft.c: nft_rule_append, nft_rule_list … nft_chain_user_del).
import type { Crt } from '../../libc/crt.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { BUILTIN_TABLES, decode } from './decode.ts'
import { encode, sameRule } from './encode.ts'
import { BAD_POLICY, type CachedChain, type CachedRule, type Handle, NftFailure, NO_CHAIN } from './handle.ts'
import type { Command } from './command-line.ts'
import { type ListFormat, listHeader, listRule, plainCount, saveRule, verboseRule } from './print.ts'
import { bad, type Names, OTHER_PROBLEM, type RuleState, VERSION_PROBLEM, XtError } from './types.ts'

const BAD_RULE = 'Bad rule (does a matching rule exist in that chain?)'

export class Runner {
  readonly #c: Crt
  readonly #h: Handle
  readonly #names: Names
  /** iptables-restore adds to a chain's policy counters and lines of its own. */
  constructor(c: Crt, h: Handle, names: Names) {
    this.#c = c
    this.#h = h
    this.#names = names
  }

  /** Does what one command line says, or gathers it in the batch. Throws XtError or NftFailure. */
  *run(cmd: Command): Flow<void> {
    const { table } = cmd
    if (!BUILTIN_TABLES.has(table)) throw new XtError(VERSION_PROBLEM, `table '${table}' does not exist`)
    yield* this.#h.load()
    for (const rule of cmd.rules.slice(0, 1)) {
      if (rule.jump !== undefined && !this.#h.chainExists(table, rule.jump)) throw bad(`Chain '${rule.jump}' does not exist`)
    }
    switch (cmd.letter) {
      case 'A':
        for (const rule of cmd.rules) yield* this.#append(cmd, rule)
        return
      case 'I':
        for (const rule of cmd.rules) yield* this.#insert(cmd, rule)
        return
      case 'C':
        for (const rule of cmd.rules) yield* this.#check(cmd, rule)
        return
      case 'D': return yield* this.#delete(cmd)
      case 'R': return yield* this.#replace(cmd)
      case 'F': return yield* this.#flush(cmd)
      case 'N': return this.#newChain(cmd)
      case 'X': return yield* this.#deleteChains(cmd)
      case 'E': return this.#rename(cmd)
      // From here on the chain counts what its policy decides.
      case 'P': return this.policy(table, cmd.chain ?? '', cmd.policy ?? '', cmd.rules.at(0)?.counters ?? { packets: 0, bytes: 0 })
      case 'Z': return yield* this.#zero(cmd)
      case 'L':
        yield* this.#list(cmd)
        if (cmd.alsoZero) yield* this.#zero(cmd)
        return
      case 'S':
        yield* this.#listRules(cmd)
        if (cmd.alsoZero) yield* this.#zero(cmd)
    }
  }

  #chainFor({ table, chain: name = '' }: Command): CachedChain {
    this.#h.addBuiltin(table, name)
    const chain = this.#h.chain(table, name)
    if (chain === undefined) throw new NftFailure(NO_CHAIN)
    return chain
  }
  *#tell(cmd: Command, rule: RuleState): Flow<void> {
    if (cmd.verbose === 0) return
    yield* this.#c.stdout.write(verboseRule(rule, this.#names))
    if (cmd.verbose > 1) throw new XtError(OTHER_PROBLEM, 'showing what is sent to the kernel (-vv) is real, but not simulated here')
  }

  *#append(cmd: Command, rule: RuleState): Flow<void> {
    const chain = this.#chainFor(cmd)
    yield* this.#tell(cmd, rule)
    this.#add(cmd, chain, rule, 'append', undefined, chain.rules.length)
  }
  #add({ table }: Command, chain: CachedChain, rule: RuleState, mode: 'append' | 'insert' | 'replace', beside: CachedRule | undefined, at: number): void {
    const expressions = encode(rule)
    const type = mode === 'append' ? 'RULE_APPEND' : mode === 'insert' ? 'RULE_INSERT' : 'RULE_REPLACE'
    const position = beside === undefined ? {} : beside.handle === undefined ? { index: beside.message } : { handle: beside.handle }
    const message = this.#h.push({ type: 'NEWRULE', family: this.#h.nf, table, chain: chain.name, expressions, mode, ...position } as Parameters<Handle['push']>[0], type, `rule in chain ${chain.name}`)
    chain.rules.splice(at, mode === 'replace' ? 1 : 0, { handle: undefined, rule: { expressions }, message })
  }
  *#insert(cmd: Command, rule: RuleState): Flow<void> {
    const chain = this.#chainFor(cmd)
    yield* this.#tell(cmd, rule)
    const at = cmd.rulenum - 1
    if (at === chain.rules.length && at > 0) return this.#add(cmd, chain, rule, 'append', undefined, at)
    if (at > 0 && at >= chain.rules.length) throw new NftFailure('Index of insertion too big')
    this.#add(cmd, chain, rule, 'insert', at === 0 ? undefined : chain.rules[at], at)
  }
  #find(chain: CachedChain | undefined, rule: RuleState): number {
    const wanted = encode(rule)
    return chain === undefined ? -1 : chain.rules.findIndex((r) => sameRule(encode(decode(this.#h.family, r.rule.expressions)), wanted))
  }
  *#check({ table, chain: name = '', verbose }: Command, rule: RuleState): Flow<void> {
    if (this.#find(this.#h.chain(table, name), rule) < 0) throw new NftFailure(BAD_RULE)
    if (verbose > 0) yield* this.#c.stdout.write(verboseRule(rule, this.#names))
  }
  #deleteAt(table: string, chain: CachedChain, at: number): void {
    const [gone] = chain.rules.splice(at, 1)
    if (gone.handle !== undefined) this.#h.push({ type: 'DELRULE', family: this.#h.nf, table, chain: chain.name, handle: gone.handle }, 'RULE_DELETE', `rule in chain ${chain.name}`)
  }
  *#delete(cmd: Command): Flow<void> {
    const { table, chain: name = '', rulenum } = cmd
    const chain = this.#h.chain(table, name)
    if (rulenum > 0) {
      if (chain === undefined) throw new NftFailure(NO_CHAIN)
      if (rulenum > chain.rules.length) throw new NftFailure('Index of deletion too big')
      return this.#deleteAt(table, chain, rulenum - 1)
    }
    for (const rule of cmd.rules) {
      if (chain === undefined) throw new NftFailure(BAD_RULE)
      const at = this.#find(chain, rule)
      if (at < 0) throw new NftFailure(BAD_RULE)
      this.#deleteAt(table, chain, at)
      yield* this.#tell(cmd, rule)
    }
  }
  *#replace(cmd: Command): Flow<void> {
    const { table, chain: name = '', rulenum } = cmd
    const chain = this.#h.chain(table, name)
    if (chain === undefined) throw new NftFailure(NO_CHAIN)
    if (rulenum > chain.rules.length) throw new NftFailure('Index of replacement too big')
    const [rule] = cmd.rules
    yield* this.#tell(cmd, rule)
    this.#add(cmd, chain, rule, 'replace', chain.rules[rulenum - 1], rulenum - 1)
  }

  *#flush({ table, chain: name, verbose }: Command): Flow<void> {
    const { nf } = this.#h
    if (name !== undefined) {
      if (!this.#h.chainExists(table, name)) throw new NftFailure(NO_CHAIN)
      this.#h.addBuiltin(table, name)
    }
    for (const chain of name === undefined ? this.#h.listChains(table) : [this.#h.chain(table, name)]) {
      if (chain === undefined) continue
      if (verbose > 0) yield* this.#c.stdout.write(`Flushing chain \`${chain.name}'\n`)
      if (!chain.fake) this.#h.push({ type: 'DELRULE', family: nf, table, chain: chain.name }, 'RULE_FLUSH', `rule in chain ${chain.name}`)
      chain.rules = []
    }
  }
  #newChain({ table, chain: name = '' }: Command): void {
    this.#h.addTable(table)
    if (this.#h.chainExists(table, name)) throw new NftFailure('Chain already exists')
    this.#h.addUserChain(table, name)
  }
  *#deleteChains({ table, chain: name, verbose }: Command): Flow<void> {
    const remove = (chain: CachedChain): void => {
      this.#h.table(table).chains.delete(chain.name)
      this.#h.push({ type: 'DELCHAIN', family: this.#h.nf, table, chain: chain.name }, 'CHAIN_DEL', `chain ${chain.name}`)
    }
    if (name !== undefined) {
      const chain = this.#h.chain(table, name)
      if (chain === undefined) throw new NftFailure(NO_CHAIN)
      if (chain.chain.base?.policy === 'drop') throw new NftFailure('Directory not empty')
      if (verbose > 0) yield* this.#c.stdout.write(`Deleting chain \`${name}'\n`)
      return remove(chain)
    }
    // Sorted only to be shown.
    for (const chain of verbose > 0 ? this.#h.listChains(table) : [...this.#h.table(table).chains.values()]) {
      if (chain.fake || chain.chain.base !== undefined) continue
      if (verbose > 0) yield* this.#c.stdout.write(`Deleting chain \`${chain.name}'\n`)
      remove(chain)
    }
  }
  #rename({ table, chain: name = '', newName = '' }: Command): void {
    if (this.#h.chainExists(table, newName)) throw new NftFailure('File exists')
    const chain = this.#h.chain(table, name)
    if (chain === undefined) throw new NftFailure(NO_CHAIN)
    this.#h.push({ type: 'NEWCHAIN', family: this.#h.nf, table, chain: newName, exclusive: false, rename: chain.chain.handle }, 'CHAIN_RENAME', `chain ${name}`)
  }
  /** -P, and the lines `:CHAIN POLICY [n:m]` of iptables-restore. */
  policy(table: string, name: string, policy: string, counters: { readonly packets: number; readonly bytes: number } | undefined): void {
    if (!(BUILTIN_TABLES.get(table)?.some((b) => b.name === name) ?? false)) throw new NftFailure('Bad built-in chain name')
    if (policy !== 'ACCEPT' && policy !== 'DROP') throw new NftFailure(BAD_POLICY)
    this.#h.addBuiltin(table, name)
    this.#h.push({ type: 'NEWCHAIN', family: this.#h.nf, table, chain: name, exclusive: false, policy: policy === 'DROP' ? 'drop' : 'accept', ...(counters && { counters }) }, 'CHAIN_UPDATE', `chain ${name}`)
  }
  *#zero({ table, chain: name, verbose, rulenum, letter }: Command): Flow<void> {
    const { nf } = this.#h
    const zeroRule = (chain: CachedChain, r: CachedRule): void => {
      if (r.handle === undefined) return
      const expressions = r.rule.expressions.map((e) => (e.kind === 'counter' ? { kind: 'counter' as const, packets: 0, bytes: 0 } : e))
      this.#h.push({ type: 'NEWRULE', family: nf, table, chain: chain.name, expressions, mode: 'replace', handle: r.handle }, 'RULE_REPLACE', `rule in chain ${chain.name}`)
    }
    // After a listing the chains it made up are there too, and the kernel will say that it has none.
    const chains = name === undefined ? this.#h.listChains(table).filter((c) => !c.fake || letter !== 'Z') : [this.#h.chain(table, name)]
    for (const chain of chains) {
      if (chain === undefined) throw new NftFailure(NO_CHAIN)
      if (rulenum > 0 && letter === 'Z') {
        const r = chain.rules.at(rulenum - 1)
        if (r !== undefined) zeroRule(chain, r)
        continue
      }
      if (verbose > 0) yield* this.#c.stdout.write(`Zeroing chain \`${chain.name}'\n`)
      if (chain.chain.base !== undefined) this.#h.push({ type: 'NEWCHAIN', family: nf, table, chain: chain.name, exclusive: false, counters: { packets: 0, bytes: 0 } }, 'CHAIN_ZERO', `chain ${chain.name}`)
      for (const r of chain.rules) zeroRule(chain, r)
    }
  }

  /** Tells what an incompatible table or chain is, or goes on. */
  #assertCompatible(table: string, chain: string | undefined): void {
    if (chain !== undefined && !this.#h.chainExists(table, chain)) throw new XtError(OTHER_PROBLEM, `chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.`)
    if (this.#h.isCompatible(table, chain)) return
    throw new XtError(OTHER_PROBLEM, chain === undefined ? `table \`${table}' is incompatible, use 'nft' tool.` : `chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.`)
  }
  *#noteForeign(table: string): Flow<void> {
    if (this.#h.hasForeignBase(table)) yield* this.#c.stdout.write(`# Table \`${table}' contains incompatible base-chains, use 'nft' tool to list them.\n`)
  }
  #chains(table: string, name: string | undefined): CachedChain[] {
    const all = this.#h.listChains(table)
    return name === undefined ? all : all.filter((c) => c.name === name)
  }
  *#list(cmd: Command): Flow<void> {
    const { table, chain: name, rulenum } = cmd
    this.#assertCompatible(table, name)
    const format: ListFormat = { numeric: cmd.numeric, verbose: cmd.verbose > 0, exact: cmd.exact, lineNumbers: cmd.lineNumbers }
    let isFirst = true
    if (name === undefined) yield* this.#noteForeign(table)
    for (const { name: title, chain, rules } of this.#chains(table, name)) {
      const line = (r: CachedRule, i: number): string => listRule(decode(this.#h.family, r.rule.expressions), i + 1, format, this.#names)
      if (rulenum > 0) {
        const r = rules.at(rulenum - 1)
        if (r !== undefined) yield* this.#c.stdout.write(line(r, rulenum - 1))
        return
      }
      const { base } = chain
      const counts = format.verbose && base !== undefined ? ` ${plainCount(base.counters?.packets ?? 0, format.exact)} packets, ${plainCount(base.counters?.bytes ?? 0, format.exact)} bytes` : ''
      const head = base === undefined ? `Chain ${title} (${chain.use - rules.length} references)\n` : `Chain ${title} (policy ${base.policy.toUpperCase()}${counts})\n`
      yield* this.#c.stdout.write(`${isFirst ? '' : '\n'}${head}${listHeader(format)}${rules.map(line).join('')}`)
      isFirst = false
    }
  }
  *#listRules(cmd: Command): Flow<void> {
    const { table, chain: name, rulenum } = cmd
    this.#assertCompatible(table, name)
    if (name === undefined) yield* this.#noteForeign(table)
    const chains = this.#chains(table, name)
    const counters = cmd.verbose > 0
    const line = (chain: string, r: CachedRule): string => `${saveRule(chain, decode(this.#h.family, r.rule.expressions), this.#names, counters)}\n`
    if (rulenum > 0) {
      const r = chains.at(0)?.rules.at(rulenum - 1)
      if (r !== undefined) yield* this.#c.stdout.write(line(name ?? '', r))
      return
    }
    for (const { name: title, chain: { base } } of chains) {
      const count = counters && base !== undefined ? ` -c ${base.counters?.packets ?? 0} ${base.counters?.bytes ?? 0}` : ''
      yield* this.#c.stdout.write(base === undefined ? `-N ${title}\n` : `-P ${title} ${base.policy.toUpperCase()}${count}\n`)
    }
    for (const chain of chains) for (const r of chain.rules) yield* this.#c.stdout.write(line(chain.name, r))
  }
}
