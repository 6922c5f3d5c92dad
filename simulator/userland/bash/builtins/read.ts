// read, mapfile (readarray), getopts.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLIN, SEEK_CUR } from '../../../abi/fcntl.ts'
import { ECHO, ICANON, TCGETS, TCSETSW, type Termios } from '../../../abi/termios.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { isatty } from '../../libc/unistd.ts'
import { ifsOf } from '../expansion.ts'
import { evalString } from '../eval.ts'
import { readBytes } from '../read-line.ts'
import { runPendingTraps } from '../traps.ts'
import { breakOff } from '../signals.ts'
import type { Shell } from '../state.ts'
import { isName, newVariable } from '../variables.ts'
import { assignReported, targetOf } from './assign-value.ts'
import type { BuiltinTable } from './index.ts'
import { singleQuote } from '../quote.ts'

interface Options {
  raw: boolean
  array: string | undefined
  prompt: string
  delimiter: string
  count: number | undefined
  exact: boolean
  timeout: number | undefined
  silent: boolean
  fd: number
}

const READ_USAGE = 'read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n'

function* parseRead(sh: Shell, words: readonly string[]): Flow<{ o: Options; rest: number } | number> {
  const o: Options = { raw: false, array: undefined, prompt: '', delimiter: '\n', count: undefined, exact: false, timeout: undefined, silent: false, fd: 0 }
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') return { o, rest: i + 1 }
    const letters = words[i].slice(1)
    for (let k = 0; k < letters.length; k++) {
      const c = letters[k]
      if (c === 'r') o.raw = true
      else if (c === 's') o.silent = true
      else if (c === 'e') continue
      else if ('adinNptu'.includes(c) && (sh.bash || 'dnptu'.includes(c)) && !(sh.dialect === 'dash' && c !== 'p')) {
        const value = letters.slice(k + 1) || words[++i]
        if (value === undefined) {
          yield* sh.error(`-${c}: option requires an argument`)
          yield* sh.write2(READ_USAGE)
          return 2
        }
        if (c === 'a') o.array = value
        else if (c === 'd') o.delimiter = value === '' ? '\0' : value[0]
        else if (c === 'p') o.prompt = value
        else if (c === 'n' || c === 'N') {
          if (!/^\d+$/.test(value)) return yield* sh.fail(1, `${value}: invalid number`)
          o.count = Number(value)
          o.exact = c === 'N'
        } else if (c === 't') {
          if (!/^\d*\.?\d*$/.test(value) || value === '' || value === '.') return yield* sh.fail(1, `${value}: invalid timeout specification`)
          o.timeout = Number(value)
        } else if (c === 'u') {
          if (!/^\d+$/.test(value) && sh.bash) return yield* sh.fail(1, `${value}: invalid file descriptor specification`)
          o.fd = Number(value)
          const there = yield* call('fcntl', o.fd, 1, 0)
          if (isErr(there)) return yield* sh.fail(1, `${value}: invalid file descriptor: ${there.message}`)
        }
        break
      } else {
        yield* sh.error(sh.bash ? `-${c}: invalid option` : `Illegal option -${c}`)
        if (sh.bash) yield* sh.write2(READ_USAGE)
        return 2
      }
    }
  }
  return { o, rest: i }
}

/** Characters one by one, for -n, -N and escapes over several lines; what came, and whether the delimiter or count was reached. */
function* gather(sh: Shell, o: Options): Flow<{ text: string; complete: boolean; timedOut: boolean }> {
  const delimiter = o.delimiter.charCodeAt(0)
  let text = ''
  for (;;) {
    if (o.timeout !== undefined) {
      const ready = yield* call('poll', [{ fd: o.fd, events: POLLIN }], o.timeout * 1000)
      if (!isErr(ready) && !(ready[0] & ~0)) return { text, complete: false, timedOut: true }
    }
    let part: Uint8Array | Errno
    if (o.count !== undefined) part = yield* call('read', o.fd, 1)
    else part = yield* readBytes(o.fd, delimiter)
    if (isErr(part)) {
      if (part === Errno.EINTR) {
        if (sh.interrupted) yield* breakOff(sh)
        if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
        continue
      }
      yield* sh.error(`read error: ${o.fd}: ${part.message}`)
      return { text, complete: false, timedOut: false }
    }
    if (part.length === 0) return { text, complete: false, timedOut: false }
    let piece = decodeUtf8(part)
    if (o.count !== undefined) {
      if (piece === o.delimiter && !o.exact) return { text, complete: true, timedOut: false }
      text += piece
      if (text.length >= o.count) return { text, complete: true, timedOut: false }
      continue
    }
    const ended = part[part.length - 1] === delimiter
    if (ended) piece = piece.slice(0, -1)
    text += piece
    if (!ended) return { text, complete: false, timedOut: false }
    const slashes = /\\+$/.exec(piece)?.[0].length ?? 0
    if (o.raw || slashes % 2 === 0 || delimiter !== 10) return { text, complete: true, timedOut: false }
    text = text.slice(0, -1)
    if (sh.interactive && (yield* isatty(o.fd))) yield* sh.write2(sh.vars.get('PS2') ?? '> ')
  }
}

/** Splits a line for `count` variables as IFS says; the last gets the rest. Escaped characters (backslash kept by `raw`) don't split. */
export function splitFields(line: string, ifs: string, count: number, raw: boolean): string[] {
  const chars: { c: string; quoted: boolean }[] = []
  for (let i = 0; i < line.length; i++) {
    if (!raw && line[i] === '\\') {
      if (i + 1 < line.length) chars.push({ c: line[++i], quoted: true })
    } else chars.push({ c: line[i], quoted: false })
  }
  const isIfs = (k: number): boolean => k < chars.length && !chars[k].quoted && ifs.includes(chars[k].c)
  const isBlank = (k: number): boolean => isIfs(k) && ' \t\n'.includes(chars[k].c)
  const out: string[] = []
  let at = 0
  while (isBlank(at)) at++
  while (out.length < count - 1 && at < chars.length) {
    const start = at
    while (at < chars.length && !isIfs(at)) at++
    out.push(chars.slice(start, at).map((x) => x.c).join(''))
    while (isBlank(at)) at++
    if (isIfs(at)) {
      at++
      while (isBlank(at)) at++
    }
  }
  if (at < chars.length || out.length < count) {
    let end = chars.length
    while (end > at && isBlank(end - 1)) end--
    // A single trailing delimiter belongs to the last field only if there is more than one field in it.
    if (end > at && isIfs(end - 1) && !' \t\n'.includes(chars[end - 1].c)) {
      let inner = 0
      for (let k = at; k < end - 1; k++) if (isIfs(k)) inner++
      if (inner === 0) end--
    }
    if (count === Infinity) {
      if (at < end) out.push(chars.slice(at, end).map((x) => x.c).join(''))
    } else out.push(chars.slice(at, end).map((x) => x.c).join(''))
  }
  return out
}

function* withTerminal(o: Options, run: () => Flow<{ text: string; complete: boolean; timedOut: boolean }>): Flow<{ text: string; complete: boolean; timedOut: boolean }> {
  const single = o.count !== undefined || o.delimiter !== '\n'
  const old = o.silent || single ? yield* call('ioctl', o.fd, TCGETS) : Errno.ENOTTY
  if (isErr(old)) return yield* run()
  const modes = old as Termios
  let { lflag } = modes
  if (o.silent) lflag &= ~ECHO
  if (single) lflag &= ~ICANON
  yield* call('ioctl', o.fd, TCSETSW, { ...modes, lflag })
  try {
    return yield* run()
  } finally {
    yield* call('ioctl', o.fd, TCSETSW, modes)
  }
}

function* read(sh: Shell, words: readonly string[]): Flow<number> {
  const parsed = yield* parseRead(sh, words)
  if (typeof parsed === 'number') return parsed
  const { o, rest } = parsed
  const names = words.slice(rest)
  if (!sh.bash && names.length === 0 && sh.dialect === 'dash') return yield* sh.fail(2, 'arg count')
  for (const name of names) {
    if (targetOf(name) === undefined) return yield* sh.fail(1, sh.bash ? `\`${name}': not a valid identifier` : `${name}: bad variable name`)
  }
  if (o.array !== undefined && !isName(o.array)) return yield* sh.fail(1, `\`${o.array}': not a valid identifier`)
  if (o.timeout === 0) {
    const ready = yield* call('poll', [{ fd: o.fd, events: POLLIN }], 0)
    return !isErr(ready) && ready[0] !== 0 ? 0 : 1
  }
  if (o.prompt !== '' && (yield* isatty(o.fd))) yield* sh.write2(o.prompt)
  const got = o.count === 0 ? { text: '', complete: true, timedOut: false } : yield* withTerminal(o, () => gather(sh, o))
  const text = got.text.replaceAll('\0', '')
  const ifs = ifsOf(sh)
  const clean = (t: string): string => (o.raw ? t : t.replace(/\\(.)/gs, '$1'))
  if (o.array !== undefined) {
    const values = splitFields(text, ifs, Infinity, o.raw)
    sh.vars.map.set(sh.vars.resolve(o.array), { ...newVariable(), indexed: new Map(values.map((v, i) => [i, v])) })
  } else if (names.length === 0) sh.vars.set('REPLY', clean(text))
  else if (o.exact) {
    if (!(yield* assignReported(sh, names[0], text))) return 1
    for (const name of names.slice(1)) yield* assignReported(sh, name, '')
  } else {
    const values = splitFields(text, ifs, names.length, o.raw)
    for (let i = 0; i < names.length; i++) if (!(yield* assignReported(sh, names[i], values[i] ?? ''))) return 1
  }
  return got.timedOut ? 142 : got.complete ? 0 : 1
}

const MAPFILE_ERRORS: Readonly<Record<string, string>> = { n: 'invalid line count', s: 'invalid line count', O: 'invalid array origin', c: 'invalid callback quantum', u: 'invalid file descriptor specification' }

function* mapfile(sh: Shell, words: readonly string[]): Flow<number> {
  const o = { delimiter: '\n', count: 0, origin: undefined as number | undefined, skip: 0, trim: false, fd: 0, callback: undefined as string | undefined, quantum: 5000 }
  const usage = `${words[0]}: usage: ${words[0]} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]\n`
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (let k = 1; k < words[i].length; k++) {
      const c = words[i][k]
      if (c === 't') {
        o.trim = true
        continue
      }
      const known = 'dnOsuCc'.includes(c)
      const value = known ? words[i].slice(k + 1) || words[++i] : undefined
      if (value === undefined) {
        yield* sh.error(known ? `-${c}: option requires an argument` : `-${c}: invalid option`)
        yield* sh.write2(usage)
        return 2
      }
      if (MAPFILE_ERRORS[c] !== undefined && (!/^\s*[-+]?\d+\s*$/.test(value) || Number(value) < (c === 'c' ? 1 : 0))) return yield* sh.fail(1, `${value}: ${MAPFILE_ERRORS[c]}`)
      if (c === 'd') o.delimiter = value === '' ? '\0' : value[0]
      else if (c === 'n') o.count = Number(value)
      else if (c === 'O') o.origin = Number(value)
      else if (c === 's') o.skip = Number(value)
      else if (c === 'C') o.callback = value
      else if (c === 'c') o.quantum = Number(value)
      else {
        o.fd = Number(value)
        const there = yield* call('fcntl', o.fd, 1, 0)
        if (isErr(there)) return yield* sh.fail(1, `${value}: invalid file descriptor: ${there.message}`)
      }
      break
    }
  }
  const name = words[i] ?? 'MAPFILE'
  if (!isName(name)) return yield* sh.fail(1, `\`${name}': not a valid identifier`)
  const v = sh.vars.make(name)
  if (v.readonly) return yield* sh.fail(1, `${name}: readonly variable`)
  v.value = undefined
  if (o.origin === undefined || !v.indexed) v.indexed = new Map()
  let index = o.origin ?? 0
  const seekable = !isErr(yield* call('lseek', o.fd, 0, SEEK_CUR))
  for (let n = 0; o.count === 0 || n < o.count + o.skip; n++) {
    const bytes = yield* readBytes(o.fd, o.delimiter.charCodeAt(0))
    if (isErr(bytes) || bytes.length === 0) break
    if (n < o.skip) continue
    let line = decodeUtf8(bytes)
    if (o.trim && line.endsWith(o.delimiter)) line = line.slice(0, -1)
    if (o.callback !== undefined && (index + 1) % o.quantum === 0) yield* evalString(sh, `${o.callback} ${index} ${singleQuote(line)}`, 'mapfile', sh.line)
    v.indexed.set(index++, line.replaceAll('\0', ''))
  }
  return seekable ? 0 : 0
}

function* getopts(sh: Shell, words: readonly string[]): Flow<number> {
  if (words.length < 3) {
    yield* sh.write2(sh.bash ? 'getopts: usage: getopts optstring name [arg ...]\n' : `${sh.prefix()}Usage: getopts optstring var [arg...]\n`)
    return 2
  }
  const [, spec, name] = words
  const args = words.length > 3 ? words.slice(3) : sh.params
  const state = sh.optionIndex
  const silent = spec.startsWith(':')
  const current = args[state.at - 1]
  const finish = function* (value: string, status: number): Flow<number> {
    sh.vars.set('OPTIND', String(state.at))
    return (yield* assignReported(sh, name, value)) ? status : 1
  }
  if (state.char === 0) {
    if (current === undefined || !/^-./s.test(current) || current === '--') {
      if (current === '--') state.at++
      sh.vars.delete('OPTARG')
      return yield* finish('?', 1)
    }
    state.char = 1
  }
  const c = current[state.char++]
  const at = spec.indexOf(c)
  const ended = state.char >= current.length
  const complain = function* (text: string): Flow<void> {
    if (sh.vars.get('OPTERR') !== '0') yield* sh.write2(sh.bash ? `${sh.arg0}: ${text} -- ${c}\n` : `${text.replace('@', `-${c}`)}\n`)
  }
  if (c === ':' || at < 0) {
    if (ended) {
      state.at++
      state.char = 0
    }
    if (silent) sh.vars.set('OPTARG', c)
    else {
      sh.vars.delete('OPTARG')
      yield* complain(sh.bash ? 'illegal option' : 'Illegal option @')
    }
    return yield* finish('?', 0)
  }
  if (spec[at + 1] !== ':') {
    if (ended) {
      state.at++
      state.char = 0
    }
    sh.vars.delete('OPTARG')
    return yield* finish(c, 0)
  }
  const joined = current.slice(state.char)
  state.char = 0
  if (!ended) {
    sh.vars.set('OPTARG', joined)
    state.at++
    return yield* finish(c, 0)
  }
  const value = args[state.at]
  state.at += 2
  if (value !== undefined) {
    sh.vars.set('OPTARG', value)
    return yield* finish(c, 0)
  }
  state.at--
  if (silent) {
    sh.vars.set('OPTARG', c)
    return yield* finish(':', 0)
  }
  sh.vars.delete('OPTARG')
  yield* complain(sh.bash ? 'option requires an argument' : 'No arg for @ option')
  return yield* finish('?', 0)
}

export const READ: BuiltinTable = { read, mapfile, readarray: mapfile, getopts }
