// iptables-restore(8) (iptables/xtables-restore.c): the commands of a table are gathered and sent as one batch at COMMIT.
import type { IpFamily } from '../../../abi/netlink.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readFile, readToEnd } from '../../libc/unistd.ts'
import { Runner } from './commands.ts'
import { BUILTIN_TABLES } from './decode.ts'
import { Handle, NftFailure } from './handle.ts'
import { report } from './main.ts'
import type { Command } from './command-line.ts'
import { parseCommand } from './parse.ts'
import { bad, type Names } from './types.ts'

const LONG: readonly LongOption[] = [
  { name: 'counters', arg: 'none', is: 'c' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'test', arg: 'none', is: 't' },
  { name: 'help', arg: 'none', is: 'h', unsimulated: true }, { name: 'noflush', arg: 'none', is: 'n' }, { name: 'modprobe', arg: 'required', is: 'M' }, { name: 'table', arg: 'required', is: 'T' },
  { name: 'wait', arg: 'optional', is: 'w' }, { name: 'wait-interval', arg: 'optional', is: 'W' }, { name: 'ipv4', arg: 'none', is: '4' }, { name: 'ipv6', arg: 'none', is: '6' },
]
interface Options { readonly counters: boolean; readonly verbose: boolean; readonly test: boolean; readonly noFlush: boolean; readonly only: string | undefined }

/** add_param_to_argv: words, with double quotes and backslashes inside them. */
export function splitLine(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const ch = line[i]
    if (isQuoted && ch === '\\') word = (word ?? '') + (line[++i] ?? '')
    else if (ch === '"') {
      isQuoted = !isQuoted
      word ??= ''
    } else if (!isQuoted && (ch === ' ' || ch === '\t')) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + ch
  }
  return word === undefined ? words : [...words, word]
}

/** A line that went wrong where the program knows which. */
class LineError {
  readonly thrown: unknown
  readonly line: number
  constructor(thrown: unknown, line: number) {
    this.thrown = thrown
    this.line = line
  }
}

class Restorer {
  readonly #c: Crt
  readonly #family: IpFamily
  readonly #names: Names
  readonly #options: Options
  readonly #handle: Handle
  readonly #runner: Runner
  #queue: { readonly line: number; readonly run: () => Flow<void> }[] = []

  constructor(c: Crt, family: IpFamily, names: Names, options: Options) {
    this.#c = c
    this.#family = family
    this.#names = names
    this.#options = options
    this.#handle = new Handle(family)
    this.#runner = new Runner(c, this.#handle, names)
  }

  #startTable(table: string, line: number): void {
    if (this.#options.noFlush) return
    this.#queue.push({ line, run: () => this.#flushTable(table) })
  }
  *#flushTable(table: string): Flow<void> {
    const { nf } = this.#handle
    for (const chain of this.#handle.listChains(table)) {
      if (this.#options.verbose) yield* this.#c.stdout.write(`Flushing chain \`${chain.name}'\n`)
      if (chain.fake) continue
      this.#handle.push({ type: 'DELRULE', family: nf, table, chain: chain.name }, 'RULE_FLUSH', `rule in chain ${chain.name}`)
      chain.rules = []
    }
    for (const chain of this.#handle.listChains(table)) {
      if (chain.fake || chain.chain.base !== undefined) continue
      if (this.#options.verbose) yield* this.#c.stdout.write(`Deleting chain \`${chain.name}'\n`)
      this.#handle.push({ type: 'DELCHAIN', family: nf, table, chain: chain.name }, 'CHAIN_DEL', `chain ${chain.name}`)
      this.#handle.table(table).chains.delete(chain.name)
    }
  }
  /** `:CHAIN POLICY [packets:bytes]` */
  #chainLine(table: string, text: string, line: number, name: string): void {
    const [chain, policy = '', counts = ''] = text.slice(1).trim().split(/\s+/)
    const match = /^\[(\d+):(\d+)\]$/.exec(counts)
    const counters = this.#options.counters && match !== null ? { packets: Number(match[1]), bytes: Number(match[2]) } : undefined
    const isBuiltin = BUILTIN_TABLES.get(table)?.some((b) => b.name === chain) ?? false
    if (policy === '') throw new LineError(bad(`${name}: line ${line} policy invalid`), line)
    const handle = this.#handle
    const runner = this.#runner
    this.#queue.push({
      line,
      *run() {
        if (isBuiltin) {
          if (policy !== '-') runner.policy(table, chain, policy, counters)
        } else if (handle.chain(table, chain) === undefined) {
          handle.addTable(table)
          handle.addUserChain(table, chain, false)
        } else handle.push({ type: 'DELRULE', family: handle.nf, table, chain }, 'RULE_FLUSH', `rule in chain ${chain}`)
      },
    })
  }
  #ruleLine(table: string, text: string, line: number): void {
    const counts = /^\[(\d+):(\d+)\]\s*/.exec(text)
    const args = splitLine(counts === null ? text : text.slice(counts[0].length))
    let command: Command
    try {
      command = parseCommand({ args: this.#options.verbose ? ['-v', ...args] : args, family: this.#family, names: this.#names, table })
    } catch (thrown) {
      throw new LineError(thrown, line)
    }
    if (counts !== null && this.#options.counters) for (const rule of command.rules) rule.counters = { packets: Number(counts[1]), bytes: Number(counts[2]) }
    this.#queue.push({ line, run: () => this.#runner.run(command) })
  }
  *#commit(line: number): Flow<void> {
    const lines: number[] = []
    try {
      yield* this.#handle.load()
      for (const { line: at, run } of this.#queue) {
        try {
          yield* run()
        } catch (thrown) {
          throw thrown instanceof NftFailure ? new LineError(thrown, at) : thrown
        }
        while (lines.length < this.#handle.pending) lines.push(at)
      }
      if (!this.#options.test) yield* this.#handle.commit((index) => lines[index])
    } catch (thrown) {
      throw thrown instanceof LineError ? thrown : new LineError(thrown, line)
    }
    this.#handle.reset()
    this.#queue = []
  }

  *run(text: string, name: string): Flow<number> {
    let table: string | undefined
    let number = 0
    for (const text_ of text.split('\n')) {
      number++
      const line = text_.trimEnd()
      if (line === '') {
        if (number > 1 && text_ === '' && number === text.split('\n').length) number--
        continue
      }
      if (line.startsWith('#')) continue
      if (line === 'COMMIT' && table !== undefined) {
        yield* this.#commit(number)
        table = undefined
      } else if (line.startsWith('*') && table === undefined) {
        table = line.slice(1).trim()
        if (!BUILTIN_TABLES.has(table)) throw new LineError(bad(`${name}: line ${number} table name '${table}' invalid`), number)
        if (this.#options.only !== undefined && this.#options.only !== table) {
          yield* unsimulated(this.#c, 'option --table with other tables in the file')
          return 95
        }
        this.#startTable(table, number)
      } else if (line.startsWith(':') && table !== undefined) this.#chainLine(table, line, number, name)
      else if (table !== undefined) this.#ruleLine(table, line, number)
      else {
        yield* this.#c.stderr.write(`${name}: line ${number} failed\n`)
        return 1
      }
    }
    if (table === undefined) return 0
    yield* this.#c.stderr.write(`${name}: COMMIT expected at line ${number + 1}\n`)
    return 1
  }
}

export function* restore(c: Crt, name: string, family: IpFamily, version: string, readNames: () => Flow<Names>): Flow<number> {
  const { options, operands } = getoptLong(c.argv, 'bcvVthnwWM:T:46', LONG)
  const seen = new Map<string, string | undefined>()
  for (const event of options) {
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if ('error' in event) {
      yield* c.stderr.write(`${name}: ${event.error}\nTry \`${name} -h' for more information.\n`)
      return 1
    }
    if (event.opt === 'V') {
      yield* c.stdout.write(`${name} ${version}\n`)
      return 0
    }
    seen.set(event.opt, event.arg)
  }
  if (operands.length > 1) {
    yield* c.stderr.write('Unknown arguments found on commandline\n')
    return 1
  }
  const text = operands.length === 0 ? yield* readToEnd(0) : yield* readFile(operands[0])
  if (isErr(text)) {
    yield* c.stderr.write(`Can't open ${operands[0] ?? 'stdin'}: ${text.message}\n`)
    return 1
  }
  const restorer = new Restorer(c, family, yield* readNames(), { counters: seen.has('c'), verbose: seen.has('v'), test: seen.has('t'), noFlush: seen.has('n'), only: seen.get('T') })
  try {
    return yield* restorer.run(typeof text === 'string' ? text : decodeUtf8(text), name)
  } catch (thrown) {
    if (thrown instanceof LineError) return yield* report(c, name, thrown.thrown, thrown.line)
    throw thrown
  }
}
