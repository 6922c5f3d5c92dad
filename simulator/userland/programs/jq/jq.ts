// jq(1) 1.6: filters JSON. Destructuring patterns, modules, label/break, streaming and dates are not simulated.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { isatty, readFile, readToEnd } from '../../libc/unistd.ts'
import { checkCalls, Env, JqError, run, standardEnv } from './evaluate.ts'
import { type Filter, FilterError, parseFilter } from './parser.ts'
import { isTrue, type Json, JsonError, parseAll, type Style, toJson } from './value.ts'

const USAGE = `Usage:\tjq [options] <jq filter> [file...]
\tjq [options] --args <jq filter> [strings...]
\tjq [options] --jsonargs <jq filter> [JSON_TEXTS...]
`
const WORDS = new Map([['raw-output', 'r'], ['compact-output', 'c'], ['null-input', 'n'], ['slurp', 's'], ['raw-input', 'R'], ['exit-status', 'e'], ['sort-keys', 'S'],
  ['join-output', 'j'], ['ascii-output', 'a'], ['monochrome-output', 'M'], ['tab', 'tab'], ['version', 'V'], ['help', 'h'], ['args', 'args'], ['jsonargs', 'jsonargs'], ['unbuffered', 'unbuffered']])
const UNSIMULATED = new Set(['C', 'color-output', 'seq', 'stream', 'from-file', 'f', 'L'])

interface Options {
  readonly flags: ReadonlySet<string>
  readonly indent: string
  readonly named: ReadonlyMap<string, Json>
  readonly positional: readonly Json[]
  readonly filter: string | undefined
  readonly files: readonly string[]
}

export function* jq(c: Crt): Flow<number> {
  const o = yield* parseOptions(c)
  if (typeof o === 'number') return o
  if (o.flags.has('h') || o.flags.has('V')) {
    yield* c.stdout.write(o.flags.has('V') ? 'jq-1.6\n' : `jq - commandline JSON processor [version 1.6]\n\n${USAGE}`)
    return 0
  }
  if (o.filter === undefined) {
    if (!(yield* isatty(0)) || !(yield* isatty(1))) return yield* process(c, o, '.')
    yield* c.stderr.write(`jq - commandline JSON processor [version 1.6]\n\n${USAGE}`)
    return 2
  }
  return yield* process(c, o, o.filter)
}

function* parseOptions(c: Crt): Flow<Options | number> {
  const flags = new Set<string>()
  const named = new Map<string, Json>()
  const operands: string[] = []
  const positional: Json[] = []
  let indent = '  '
  const words = c.argv.slice(1)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (!word.startsWith('-') || word === '-') {
      if (operands.length > 0 && flags.has('args')) positional.push(word)
      else operands.push(word)
      continue
    }
    const long = word.startsWith('--') ? word.slice(2) : undefined
    if (long === 'arg' || long === 'argjson' || long === 'slurpfile' || long === 'rawfile') {
      const [name, value] = [words[++i], words[++i]]
      if (value === undefined) {
        yield* c.stderr.write(`jq: --${long} takes two parameters (e.g. --${long} varname ${long === 'argjson' ? 'text' : 'value'})\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://stedolan.github.io/jq\n`)
        return 2
      }
      const content = long === 'slurpfile' || long === 'rawfile' ? yield* readFile(value) : value
      if (isErr(content)) {
        yield* c.stderr.write(`jq: Bad JSON in --${long} ${name} ${value}: Could not open ${value}: ${content.message}\n`)
        return 2
      }
      try {
        named.set(name, long === 'arg' || long === 'rawfile' ? content : long === 'slurpfile' ? parseAll(content) : parseAll(content)[0] ?? null)
      } catch (thrown) {
        if (!(thrown instanceof JsonError)) throw thrown
        yield* c.stderr.write(`jq: Invalid JSON text passed to --${long}\n`)
        return 2
      }
    } else if (long === 'indent') {
      indent = ' '.repeat(Number(words[++i]))
      if (indent === '') flags.add('c')
    } else if (long !== undefined) {
      if (UNSIMULATED.has(long)) return yield* unsimulated(c, `option --${long}`)
      const letter = WORDS.get(long)
      if (letter === undefined) return yield* unknown(c, word)
      flags.add(letter)
    } else {
      for (const letter of word.slice(1)) {
        if (UNSIMULATED.has(letter)) return yield* unsimulated(c, `option -${letter}`)
        if (!'rcnsReSjaMhV'.includes(letter)) return yield* unknown(c, word)
        flags.add(letter)
      }
    }
  }
  const [filter, ...files] = operands
  return { flags, indent: flags.has('c') ? '' : flags.has('tab') ? '\t' : indent, named, positional, filter, files }
}

function* unknown(c: Crt, word: string): Flow<number> {
  yield* c.stderr.write(`jq: Unknown option ${word}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://stedolan.github.io/jq\n`)
  return 2
}

interface Texts {
  readonly values: readonly Json[]
  readonly name: string
  readonly problem: string | undefined
}

/** The values of one text; what parsed before an error counts. */
function valuesOf(text: string, raw: boolean): { values: Json[]; problem: string | undefined } {
  if (raw) return { values: text === '' ? [] : text.replace(/\n$/, '').split('\n'), problem: undefined }
  try {
    return { values: parseAll(text), problem: undefined }
  } catch (thrown) {
    if (thrown instanceof JsonError) return { values: [], problem: thrown.message }
    throw thrown
  }
}

function* readInputs(c: Crt, o: Options): Flow<{ readonly texts: readonly Texts[]; readonly failed: boolean }> {
  const texts: Texts[] = []
  let failed = false
  const raw = o.flags.has('R')
  if (o.files.length === 0) {
    const data = yield* readToEnd(0)
    const text = isErr(data) ? '' : decodeUtf8(data)
    texts.push(raw && o.flags.has('s') ? { values: [text], name: '<stdin>', problem: undefined } : { ...valuesOf(text, raw), name: '<stdin>' })
  }
  for (const file of o.files) {
    const text = yield* readFile(file)
    if (isErr(text)) {
      yield* c.stderr.write(`jq: error: Could not open file ${file}: ${text.message}\n`)
      failed = true
    } else texts.push({ ...valuesOf(text, raw), name: file })
  }
  return { texts, failed }
}

function* process(c: Crt, o: Options, source: string): Flow<number> {
  const pending: { readonly value: Json; readonly where: string }[] = []
  const queue = { next: (): IteratorResult<Json> => {
    const item = pending.shift()
    return item === undefined ? { done: true, value: undefined } : { done: false, value: item.value }
  } }
  const env = new Env(standardEnv(queue))
  env.variables.set('ENV', new Map(c.env))
  env.variables.set('ARGS', new Map<string, Json>([['positional', o.positional], ['named', new Map(o.named)]]))
  env.variables.set('__prog_args', o.positional)
  for (const [name, value] of o.named) env.variables.set(name, value)
  let filter: Filter
  try {
    filter = parseFilter(source)
    checkCalls(filter, env)
  } catch (thrown) {
    if (!(thrown instanceof FilterError)) throw thrown
    const hint = thrown.message.startsWith('syntax error') ? ' (Unix shell quoting issues?)' : ''
    yield* c.stderr.write(`jq: error: ${thrown.message}${hint} at <top-level>, line 1:\n${source}${hint === '' ? '' : ' '}\njq: 1 compile error\n`)
    return 3
  }
  const { texts, failed } = o.flags.has('n') && !/inputs?\b/.test(source) ? { texts: [], failed: false } : yield* readInputs(c, o)
  let line = 0
  for (const text of texts) for (const value of text.values) pending.push({ value, where: `(at ${text.name}:${text.name === '<stdin>' ? ++line : 1})` })
  const problem = texts.find((t) => t.problem !== undefined)?.problem
  if (o.flags.has('s') && !o.flags.has('R')) pending.splice(0, pending.length, ...(problem === undefined ? [{ value: pending.map((p) => p.value), where: '(at <stdin>:1)' }] : []))
  let status = failed ? 2 : 0
  let last: Json | undefined
  const one = function* (input: Json, where: string): Flow<void> {
    const outputs = run(filter, input, env, undefined)
    try {
      for (const result of outputs) {
        last = result.value
        yield* print(c, o, result.value)
      }
    } catch (thrown) {
      if (!(thrown instanceof JqError)) throw thrown
      yield* c.stdout.flush()
      yield* c.stderr.write(`jq: error ${where}: ${thrown.message}\n`)
      status = 5
    }
  }
  if (o.flags.has('n')) yield* one(null, '(at <unknown>)')
  else for (let item = pending.shift(); item !== undefined; item = pending.shift()) yield* one(item.value, item.where)
  if (problem !== undefined) {
    yield* c.stdout.flush()
    yield* c.stderr.write(`parse error: ${problem}\n`)
    return 4
  }
  if (status === 0 && o.flags.has('e')) return last === undefined ? 4 : isTrue(last) ? 0 : 1
  return status
}

function* print(c: Crt, o: Options, value: Json): Flow<void> {
  const style: Style = { indent: o.indent, sortKeys: o.flags.has('S'), ascii: o.flags.has('a') }
  const raw = (o.flags.has('r') || o.flags.has('j')) && typeof value === 'string'
  yield* c.stdout.write((raw ? value : toJson(value, style)) + (o.flags.has('j') ? '' : '\n'))
}
