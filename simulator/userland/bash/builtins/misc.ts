// let umask ulimit times caller bind
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { RLIM_INFINITY, type RlimitName } from '../../../abi/sched.ts'
import { call } from '../../libc/syscall.ts'
import { ArithmeticError } from '../arithmetic.ts'
import { arithmeticMessage, evaluateOrAbort, evaluateText } from '../expansion-arithmetic.ts'
import { ReadonlyError } from '../assign.ts'
import { ShellAbort, type Shell } from '../state.ts'
import type { BuiltinTable } from './index.ts'

function* letCommand(sh: Shell, words: readonly string[]): Flow<number> {
  const args = words[1] === '--' ? words.slice(2) : words.slice(1)
  if (args.length === 0) return yield* sh.fail(1, 'expression expected')
  let value: number | bigint = 0
  for (const text of args) {
    try {
      value = evaluateText(sh, text)
    } catch (e) {
      if (e instanceof ArithmeticError) return yield* sh.fail(1, arithmeticMessage(sh, text, e))
      if (e instanceof ReadonlyError) {
        yield* sh.error(`${e.name}: readonly variable`, '')
        return 1
      }
      if (e instanceof ShellAbort) throw e
      value = yield* evaluateOrAbort(sh, text, 'let')
    }
  }
  return Number(value) === 0 ? 1 : 0
}

const WHO: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 }
const PERMISSIONS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 }

/** A symbolic mask applied to the present one; a string is an error message. */
function symbolicMask(text: string, mask: number): number | string {
  let allowed = ~mask & 0o777
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)(.?)/.exec(clause)
    let who = 0
    for (const c of m?.[1] ?? '') who |= WHO[c]
    if (who === 0) who = 0o777
    let rest = clause.slice(m?.[1].length ?? 0)
    if (rest === '' || !'+-='.includes(rest[0])) return `\`${rest[0] ?? ''}': invalid symbolic mode operator`
    while (rest !== '') {
      const [op] = rest
      if (!'+-='.includes(op)) return `\`${op}': invalid symbolic mode character`
      const letters = /^[rwxXstugo]*/.exec(rest.slice(1))?.[0] ?? ''
      rest = rest.slice(1 + letters.length)
      if (rest !== '' && !'+-='.includes(rest[0])) return `\`${rest[0]}': invalid symbolic mode character`
      let bits = 0
      for (const c of letters) bits |= PERMISSIONS[c] ?? 0
      if (op === '+') allowed |= bits & who
      else if (op === '-') allowed &= ~(bits & who)
      else allowed = (allowed & ~who) | (bits & who)
    }
  }
  return ~allowed & 0o777
}

function* umask(sh: Shell, words: readonly string[]): Flow<number> {
  let symbolic = false
  let reusable = false
  let i = 1
  for (; i < words.length && /^-[Sp]+$/.test(words[i]); i++) {
    symbolic ||= words[i].includes('S')
    reusable ||= words[i].includes('p')
  }
  if (words[i] === '--') i++
  const current = yield* call('umask', 0o022)
  const mask = isErr(current) ? 0o022 : current
  yield* call('umask', mask)
  const arg = words[i]
  const letters = (bits: number): string => `${bits & 4 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`
  const symbols = (of: number): string => `u=${letters((~of >> 6) & 7)},g=${letters((~of >> 3) & 7)},o=${letters(~of & 7)}`
  if (arg === undefined) {
    const text = symbolic ? symbols(mask) : mask.toString(8).padStart(4, '0')
    sh.print(`${reusable ? `umask ${symbolic ? '-S ' : ''}` : ''}${text}\n`)
    return 0
  }
  let next: number
  if (/^\d/.test(arg)) {
    if (!/^[0-7]+$/.test(arg) || Number.parseInt(arg, 8) > 0o7777) {
      return sh.bash ? yield* sh.fail(1, `${arg}: octal number out of range`) : yield* sh.fail(2, `Illegal number: ${arg}`)
    }
    next = Number.parseInt(arg, 8) & 0o777
  } else {
    const result = symbolicMask(arg, mask)
    if (typeof result === 'string') return sh.bash ? yield* sh.fail(1, result) : yield* sh.fail(2, `Illegal mode: ${arg}`)
    next = result
  }
  yield* call('umask', next)
  if (symbolic && sh.bash) sh.print(`${symbols(next)}\n`)
  return 0
}

interface Limit { readonly letter: string; readonly name: RlimitName | undefined; readonly text: string; readonly unit: string; readonly scale: number; readonly fixed?: string }

const LIMITS: readonly Limit[] = [
  { letter: 'R', name: 'RTTIME', text: 'real-time non-blocking time ', unit: 'microseconds', scale: 1 },
  { letter: 'c', name: 'CORE', text: 'core file size', unit: 'blocks', scale: 1024 },
  { letter: 'd', name: 'DATA', text: 'data seg size', unit: 'kbytes', scale: 1024 },
  { letter: 'e', name: 'NICE', text: 'scheduling priority', unit: '', scale: 1 },
  { letter: 'f', name: 'FSIZE', text: 'file size', unit: 'blocks', scale: 1024 },
  { letter: 'i', name: 'SIGPENDING', text: 'pending signals', unit: '', scale: 1 },
  { letter: 'l', name: 'MEMLOCK', text: 'max locked memory', unit: 'kbytes', scale: 1024 },
  { letter: 'm', name: 'RSS', text: 'max memory size', unit: 'kbytes', scale: 1024 },
  { letter: 'n', name: 'NOFILE', text: 'open files', unit: '', scale: 1 },
  { letter: 'p', name: undefined, text: 'pipe size', unit: '512 bytes', scale: 1, fixed: '8' },
  { letter: 'q', name: 'MSGQUEUE', text: 'POSIX message queues', unit: 'bytes', scale: 1 },
  { letter: 'r', name: 'RTPRIO', text: 'real-time priority', unit: '', scale: 1 },
  { letter: 's', name: 'STACK', text: 'stack size', unit: 'kbytes', scale: 1024 },
  { letter: 't', name: 'CPU', text: 'cpu time', unit: 'seconds', scale: 1 },
  { letter: 'u', name: 'NPROC', text: 'max user processes', unit: '', scale: 1 },
  { letter: 'v', name: 'AS', text: 'virtual memory', unit: 'kbytes', scale: 1024 },
  { letter: 'x', name: 'LOCKS', text: 'file locks', unit: '', scale: 1 },
]

/** `open files                          (-n)` */
function label(l: Limit): string {
  const unit = `(${l.unit === '' ? '' : `${l.unit}, `}-${l.letter})`
  return `${l.text}${' '.repeat(Math.max(1, 40 - l.text.length - unit.length))}${unit}`
}

function* ulimit(sh: Shell, words: readonly string[]): Flow<number> {
  let hard = false
  let soft = false
  let all = false
  const chosen: { limit: Limit; value: string | undefined }[] = []
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    for (const c of words[i].slice(1)) {
      const limit = LIMITS.find((l) => l.letter === c)
      if (c === 'H') hard = true
      else if (c === 'S') soft = true
      else if (c === 'a') all = true
      else if (limit) chosen.push({ limit, value: undefined })
      else {
        yield* sh.error(sh.bash ? `-${c}: invalid option` : `Illegal option -${c}`)
        if (sh.bash) yield* sh.write2('ulimit: usage: ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]\n')
        return 2
      }
    }
    if (words[i + 1] !== undefined && !/^-/.test(words[i + 1]) && chosen.length > 0) chosen[chosen.length - 1].value = words[++i]
  }
  if (chosen.length === 0 && !all) {
    const limit = LIMITS.find((l) => l.letter === 'f')
    if (limit) chosen.push({ limit, value: words[i] })
  }
  const show = function* (l: Limit): Flow<string> {
    if (l.name === undefined) return l.fixed ?? ''
    const r = yield* call('prlimit64', 0, l.name, undefined)
    if (isErr(r)) return 'unlimited'
    const v = hard && !soft ? r.hard : r.soft
    return v === RLIM_INFINITY ? 'unlimited' : String(Math.floor(v / l.scale))
  }
  if (all) {
    for (const l of LIMITS) {
      sh.print(`${label(l)} ${yield* show(l)}\n`)
    }
    return 0
  }
  for (const { limit, value } of chosen) {
    if (value === undefined) {
      const text = yield* show(limit)
      sh.print(chosen.length > 1 ? `${label(limit)} ${text}\n` : `${text}\n`)
      continue
    }
    if (limit.name === undefined) return yield* sh.fail(1, `${limit.text}: cannot modify limit: Invalid argument`)
    const old = yield* call('prlimit64', 0, limit.name, undefined)
    if (isErr(old)) return yield* sh.fail(1, `${limit.text}: cannot get limit: ${old.message}`)
    let wanted: number
    if (value === 'unlimited') wanted = RLIM_INFINITY
    else if (value === 'hard') wanted = old.hard
    else if (value === 'soft') wanted = old.soft
    else if (/^\d+$/.test(value)) wanted = Number(value) * limit.scale
    else return yield* sh.fail(sh.bash ? 1 : 2, sh.bash ? `${value}: invalid number` : 'bad number')
    const both = hard === soft
    const r = yield* call('prlimit64', 0, limit.name, { soft: both || soft ? wanted : old.soft, hard: both || hard ? wanted : old.hard })
    if (isErr(r)) return yield* sh.fail(sh.bash ? 1 : 2, sh.bash ? `${limit.text}: cannot modify limit: ${r.message}` : `error setting limit (${r.message})`)
  }
  return 0
}

function* times(sh: Shell): Flow<number> {
  const shape = (s: number): string => `${Math.floor(s / 60)}m${(s % 60).toFixed(sh.dialect === 'dash' ? 6 : 3)}s`
  for (const children of [false, true]) {
    const r = yield* call('getrusage', children)
    if (!isErr(r)) sh.print(`${shape(r.utime)} ${shape(r.stime)}\n`)
  }
  return 0
}

function* caller(sh: Shell, words: readonly string[]): Flow<number> {
  const frames = [...sh.frames].reverse()
  const n = words[1] === undefined ? 0 : Number(words[1])
  const frame = frames[Number.isInteger(n) ? n : 0]
  if (!frame && frames.length === 0) return 1
  if (words[1] !== undefined && !/^\d+$/.test(words[1])) {
    yield* sh.error(`${words[1]}: invalid number`)
    yield* sh.write2('caller: usage: caller [expr]\n')
    return 2
  }
  if (!frame) return 1
  const outer = frames[n + 1]
  if (words[1] === undefined) sh.print(`${frame.callLine} ${outer?.source ?? 'NULL'}\n`)
  else if (!outer) return 1
  else sh.print(`${frame.callLine} ${outer.name} ${outer.source}\n`)
  return 0
}

/** Line editing takes no orders; in a script bash says so too. */
function* bind(sh: Shell): Flow<number> {
  if (!sh.interactive) yield* sh.error('warning: line editing not enabled')
  return 0
}

export const MISC: BuiltinTable = {
  let: letCommand, umask, ulimit, times: (sh) => times(sh), caller, bind,
}
