// printf: formats are reused until the arguments are used up; %b %q %(…)T; numbers as C writes them, with bash's complaints.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Shell } from '../state.ts'
import { ansiUnescape } from '../ansi.ts'
import { printfQuote, singleQuote } from '../quote.ts'
import { strftime } from '../strftime.ts'
import { refreshClock } from '../expansion-parameter.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Float, formatFloat, parseFloatText } from '../float.ts'
import { assignReported, targetOf } from './assign-value.ts'
import { misused } from './synopsis.ts'
import type { BuiltinTable } from './index.ts'

interface State {
  readonly args: readonly string[]
  at: number
  status: number
  /** What was written so far. */
  out: string
  /** Complaints, with how much of the output came before. */
  readonly complaints: { readonly text: string; readonly at: number }[]
  stop: boolean
}

const pad = (text: string, width: number, left: boolean, zero = false): string => {
  // C counts bytes.
  const { length } = encodeUtf8(text)
  if (length >= width) return text
  if (left) return text + ' '.repeat(width - length)
  if (!zero) return ' '.repeat(width - length) + text
  const sign = /^[-+ ]|^0[xX]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(width - length) + text.slice(sign.length)
}

/** An integer argument: decimal, 0octal, 0xhex, or 'c for a character's code. */
function integer(sh: Shell, s: State, text: string | undefined, signed = true): bigint {
  if (text === undefined || text === '') return 0n
  if (text[0] === "'" || text[0] === '"') return BigInt([...text][1]?.codePointAt(0) ?? 0)
  const m = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text)
  if (!m) {
    complain(sh, s, sh.dialect === 'dash' ? `${text}: expected numeric value` : sh.dialect === 'ash' ? `invalid number '${text}'` : `${text}: invalid number`)
    return 0n
  }
  const digits = /^0[0-7]+$/.test(m[2]) ? `0o${m[2].slice(1)}` : m[2]
  const value = BigInt(digits) * (m[1] === '-' ? -1n : 1n)
  if (m[0].length < text.length) complain(sh, s, sh.bash ? `${text}: invalid number` : sh.dialect === 'ash' ? `invalid number '${text}'` : `${text}: not completely converted`)
  const [low, high] = signed ? [-(1n << 63n), (1n << 63n) - 1n] : [-(1n << 64n) + 1n, (1n << 64n) - 1n]
  if (value >= low && value <= high) return value
  // A warning only.
  if (sh.bash) s.complaints.push({ text: `warning: ${text}: Numerical result out of range`, at: s.out.length })
  else complain(sh, s, `${text}: Result too large`)
  return value < low ? (signed ? low : high) : high
}

function complain(_sh: Shell, s: State, message: string): void {
  s.complaints.push({ text: message, at: s.out.length })
  s.status = 1
}

function float(sh: Shell, s: State, text: string | undefined): Float {
  const precision = sh.bash ? 64 : 53
  if (text === undefined || text === '') return parseFloatText('0', precision)
  if (text[0] === "'" || text[0] === '"') return parseFloatText(String([...text][1]?.codePointAt(0) ?? 0), precision)
  const m = /^\s*[-+]?(0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*(p[-+]?\d+)?|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|inf(inity)?|nan)/i.exec(text)
  if (!m || m[0].length < text.length) complain(sh, s, sh.dialect === 'ash' ? `invalid number '${text}'` : sh.dialect !== 'dash' ? `${text}: invalid number` : m ? `${text}: not completely converted` : `${text}: expected numeric value`)
  return parseFloatText(m?.[0] ?? '0', precision)
}

const SPEC = /^%([-+ 0#']*)(\*|\d*)(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|j|z|t)?(?:\(([^)]*)\)T|(.))?/s

/** One pass over the format; adds its output to s.out. */
function pass(sh: Shell, format: string, s: State): void {
  const next = (): string | undefined => (s.at < s.args.length ? s.args[s.at++] : (s.at++, undefined))
  for (let i = 0; i < format.length && !s.stop; ) {
    const c = format[i]
    if (c === '\\') {
      const m = /^\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|[\s\S])?/.exec(format.slice(i))
      const raw = m ? m[0] : c
      if (raw === '\\c') {
        s.stop = true
        break
      }
      let run = raw
      while (/^\\(x[0-9A-Fa-f]{1,2}|[0-7]{3})/.test(format.slice(i + run.length)) && /^\\[x0-7]/.test(raw)) run += /^\\(x[0-9A-Fa-f]{1,2}|[0-7]{3})/.exec(format.slice(i + run.length))?.[0] ?? ''
      s.out += ansiUnescape(run, 'nnn', false, sh.dialect !== 'dash').text
      i += run.length
      continue
    }
    if (c !== '%') {
      s.out += c
      i++
      continue
    }
    if (format[i + 1] === '%') {
      s.out += '%'
      i += 2
      continue
    }
    const m = SPEC.exec(format.slice(i))
    if (!m) {
      s.out += c
      i++
      continue
    }
    i += m[0].length
    let left = m[1].includes('-')
    let width = m[2] === '*' ? Number(integer(sh, s, next())) : Number(m[2] || 0)
    if (width < 0) {
      left = true
      width = -width
    }
    const precision = m[3] === undefined ? undefined : m[3] === '*' ? Number(integer(sh, s, next())) : Number(m[3] || 0)
    const sign = m[1].includes('+') ? '+' : m[1].includes(' ') ? ' ' : ''
    const zero = m[1].includes('0') && !left
    if (m[4] !== undefined) {
      const when = next()
      const seconds = when === undefined || when === '-1' ? sh.now : when === '-2' ? sh.startSeconds : Number(when)
      s.out += pad(strftime(m[4] === '' ? '%X' : m[4], seconds), width, left)
      continue
    }
    const conversion = m[5]
    const cut = (t: string): string => (precision === undefined || precision < 0 ? t : decodeUtf8(encodeUtf8(t).subarray(0, precision)))
    switch (conversion) {
      case 's': s.out += pad(cut(next() ?? ''), width, left)
        break
      case 'c': s.out += pad(decodeUtf8(encodeUtf8(next() ?? '').subarray(0, 1)) || '\0', width, left)
        break
      case 'b': {
        const r = ansiUnescape(next() ?? '', '0nnn', true, sh.dialect !== 'dash')
        s.out += pad(cut(r.text), width, left)
        if (r.stop) s.stop = true
        break
      }
      case 'q':
        if (sh.dialect === 'dash') {
          complain(sh, s, '%q: invalid directive')
          s.status = 2
          s.stop = true
          break
        }
        s.out += pad(cut(printfQuote(next() ?? '')), width, left)
        break
      case 'Q': s.out += pad(singleQuote(cut(next() ?? '')), width, left)
        break
      case 'd':
      case 'i': {
        const n = integer(sh, s, next(), true)
        let digits = (n < 0n ? -n : n).toString()
        if (precision !== undefined) digits = digits.padStart(precision, '0')
        s.out += pad((n < 0n ? '-' : sign) + digits, width, left, zero && precision === undefined)
        break
      }
      case 'u':
      case 'o':
      case 'x':
      case 'X': {
        const n = BigInt.asUintN(64, integer(sh, s, next(), false))
        let digits = n.toString(conversion === 'u' ? 10 : conversion === 'o' ? 8 : 16)
        if (conversion === 'X') digits = digits.toUpperCase()
        if (precision !== undefined) digits = digits.padStart(precision, '0')
        const mark = m[1].includes('#') && n !== 0n ? (conversion === 'o' ? '0' : conversion === 'u' ? '' : `0${conversion}`) : ''
        s.out += pad(mark + digits, width, left, zero && precision === undefined)
        break
      }
      case 'f': case 'F': case 'e': case 'E': case 'g': case 'G': case 'a': case 'A': {
        const n = float(sh, s, next())
        const text = formatFloat(n, conversion, precision ?? 6, m[1].includes('#'))
        s.out += pad((n.negative ? '-' : sign) + text, width, left, zero && !n.special)
        break
      }
      case 'n': next()
        break
      default:
        if (sh.dialect === 'dash') {
          complain(sh, s, `%${/[hlLjzt]/.exec(m[0])?.[0] ?? m[5] ?? ''}: invalid directive`)
          s.status = 2
        } else complain(sh, s, conversion === undefined ? `\`${m[0]}': missing format character` : `\`${conversion}': invalid format character`)
        s.stop = true
    }
  }
}

function* printf(sh: Shell, words: readonly string[]): Flow<number> {
  let i = 1
  let variable: string | undefined
  if (sh.bash && words[i] === '-v') {
    variable = words[i + 1]
    i += 2
    if (variable === undefined) return yield* misused(sh, '-v: option requires an argument')
  } else if (sh.bash && /^-v./.test(words[i] ?? '')) {
    variable = words[i].slice(2)
    i++
  }
  if (variable !== undefined && !targetOf(variable)) return yield* sh.fail(2, `\`${variable}': not a valid identifier`)
  if (words[i] === '--') i++
  else if (sh.bash && /^-./.test(words[i] ?? '') && !/^-\d/.test(words[i])) {
    yield* sh.error(`${words[i].slice(0, 2)}: invalid option`)
    yield* sh.write2('printf: usage: printf [-v var] format [arguments]\n')
    return 2
  }
  const format = words[i]
  if (format === undefined) {
    if (sh.bash) yield* sh.write2('printf: usage: printf [-v var] format [arguments]\n')
    else yield* sh.error(sh.dialect === 'dash' ? 'usage: printf format [arg ...]' : 'usage: printf FORMAT [ARGUMENT...]')
    return 2
  }
  if (format.includes(')T')) yield* refreshClock(sh)
  const s: State = { args: words.slice(i + 1), at: 0, status: 0, out: '', complaints: [], stop: false }
  do {
    const before = s.at
    pass(sh, format, s)
    if (s.at === before) break
  } while (s.at < s.args.length && !s.stop)
  if (variable !== undefined) {
    for (const c of s.complaints) yield* sh.write2(`${sh.prefix()}${c.text}\n`)
    return (yield* assignReported(sh, variable, s.out)) ? s.status : 1
  }
  // Standard output is line-buffered: what has a newline is out before the complaint.
  let written = 0
  for (const c of s.complaints) {
    const end = sh.bash ? s.out.lastIndexOf('\n', c.at - 1) + 1 : 0
    if (end > written) {
      sh.print(s.out.slice(written, end))
      yield* sh.flush()
      written = end
    }
    yield* sh.write2(`${sh.prefix()}${c.text}\n`)
  }
  sh.print(s.out.slice(written))
  return s.status
}

export const PRINTF: BuiltinTable = { printf }
