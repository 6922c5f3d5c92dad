// stty(1): shows and sets terminal attributes. Only what the simulated line discipline knows can be set; -a shows just these settings.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  type ControlChars, DEFAULT_TERMIOS, ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHONL, ICANON, ICRNL, IEXTEN, IGNCR, INLCR, ISIG, IUTF8, IXON, NOFLSH, ONLCR, OPOST,
  TCGETS, TCSETSW, TIOCGWINSZ, TIOCSWINSZ, TOSTOP, type Termios, type Winsize,
} from '../../../abi/termios.ts'
import { O_NONBLOCK, O_RDONLY } from '../../../abi/fcntl.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, unsimulated, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { open } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'

const options = {
  short: 'agF:',
  long: [{ name: 'all', arg: 'none', is: 'a' }, { name: 'save', arg: 'none', is: 'g' }, { name: 'file', arg: 'required', is: 'F' }],
} as const

type Word = 'iflag' | 'oflag' | 'lflag'
/** Name, word, bit, and whether it is on in a sane terminal. */
const MODES: readonly (readonly [string, Word, number, boolean])[] = [
  ['igncr', 'iflag', IGNCR, false], ['inlcr', 'iflag', INLCR, false], ['icrnl', 'iflag', ICRNL, true], ['ixon', 'iflag', IXON, true], ['iutf8', 'iflag', IUTF8, false],
  ['opost', 'oflag', OPOST, true], ['onlcr', 'oflag', ONLCR, true],
  ['isig', 'lflag', ISIG, true], ['icanon', 'lflag', ICANON, true], ['iexten', 'lflag', IEXTEN, true], ['echo', 'lflag', ECHO, true], ['echoe', 'lflag', ECHOE, true],
  ['echok', 'lflag', ECHOK, true], ['echonl', 'lflag', ECHONL, false], ['noflsh', 'lflag', NOFLSH, false], ['tostop', 'lflag', TOSTOP, false],
  ['echoctl', 'lflag', ECHOCTL, true], ['echoke', 'lflag', ECHOKE, true],
]
const KNOWN_BUT_ABSENT = /^-?(ignbrk|brkint|ignpar|parmrk|inpck|istrip|iuclc|ixany|imaxbel|ixoff|olcuc|ocrnl|onocr|onlret|ofill|ofdel|xcase|echoprt|extproc|flusho|parenb|parodd|cmspar|cs[5-8]|hupcl|cstopb|cread|clocal|crtscts|evenp|parity|oddp|nl|cbreak|litout|decctlq|tabs|lcase|LCASE|crterase|crtkill|ctlecho|prterase|tandem|[\d]+|ispeed|ospeed|line)$/
const CHARS = ['intr', 'quit', 'erase', 'kill', 'eof', 'eol', 'start', 'stop', 'susp', 'werase', 'lnext'] as const

const takesArgument = (word: string): boolean => /^(rows|cols|columns|ispeed|ospeed|line)$/.test(word) || isControlName(word)
const isSetting = (word: string): boolean =>
  MODES.some(([n]) => n === word.replace(/^-/, '')) || takesArgument(word) || KNOWN_BUT_ABSENT.test(word) || /^(size|speed|sane|-?raw|-?cooked)$/.test(word)
const isControlName = (word: string): word is keyof ControlChars => word in DEFAULT_TERMIOS.cc

export const stty = command('stty', 'show or set terminal settings', options, function* (c) {
  const settings: string[] = []
  const argv = c.argv.filter((word, i) => {
    const setting = i > 0 && /^-[a-z]{3,}$/.test(word) && !word.startsWith('--')
    if (setting) settings.push(word)
    return !setting
  })
  const { options: given, operands } = yield* parseArgs({ ...c, argv }, options)
  const ordered = c.argv.slice(1).filter((word) => settings.includes(word) || operands.includes(word))
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  if (has('a') && has('g')) return yield* fail(c, 1, 'the options for verbose and stty-readable output styles are\nmutually exclusive')
  if (ordered.length > 0 && (has('a') || has('g'))) return yield* fail(c, 1, 'when specifying an output style, modes may not be set')
  for (const [i, word] of ordered.entries()) if (!isSetting(word) && !takesArgument(ordered[i - 1] ?? '')) return yield* usageError(c, 1, `invalid argument ${quote(word)}`)
  const device = given.findLast((o) => o.opt === 'F')?.arg
  const fd = device === undefined ? 0 : yield* open(device, O_RDONLY | O_NONBLOCK)
  if (isErr(fd)) return yield* fail(c, 1, quotef(device ?? ''), fd)
  const name = device === undefined ? "'standard input'" : quotef(device)
  const termios = yield* call('ioctl', fd, TCGETS)
  if (isErr(termios)) return yield* fail(c, 1, name, termios)
  const size = yield* call('ioctl', fd, TIOCGWINSZ)
  const now = termios as Termios
  if (ordered.length > 0) return yield* change(c, fd, name, ordered, now, isErr(size) ? { rows: 0, cols: 0 } : (size as Winsize))
  const window = isErr(size) ? '' : `; rows ${(size as Winsize).rows}; columns ${(size as Winsize).cols}`
  if (has('g')) yield* c.stdout.write(`${[now.iflag, now.oflag, now.cflag, now.lflag, ...Object.values<number>({ ...now.cc })].map((n) => n.toString(16)).join(':')}\n`)
  else yield* c.stdout.write(has('a') ? showAll(now, window) : showChanged(now))
  return 0
})

function* change(c: Crt, fd: number, name: string, words: readonly string[], now: Termios, size: Winsize): Flow<number> {
  let next = now
  let window = size
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    const mode = MODES.find(([n]) => n === word.replace(/^-/, ''))
    const argument = function* (): Flow<string> {
      const value = words[++i]
      return value ?? exit(yield* usageError(c, 1, `missing argument to ${quote(word)}`))
    }
    if (word === 'size') yield* c.stdout.write(`${size.rows} ${size.cols}\n`)
    else if (word === 'speed') yield* c.stdout.write(`${now.speed}\n`)
    else if (word === 'rows' || word === 'cols' || word === 'columns') {
      const value = yield* argument()
      if (!/^\d+$/.test(value)) return yield* fail(c, 1, `invalid integer argument: ${quote(value)}`)
      window = word === 'rows' ? { ...window, rows: Number(value) } : { ...window, cols: Number(value) }
    } else if (word === 'sane') next = { ...DEFAULT_TERMIOS, cc: { ...DEFAULT_TERMIOS.cc } }
    else if (word === 'raw' || word === '-cooked') next = { ...next, iflag: 0, oflag: next.oflag & ~OPOST, lflag: next.lflag & ~(ISIG | ICANON), cc: { ...next.cc, min: 1, time: 0 } }
    else if (word === 'cooked' || word === '-raw') next = { ...next, iflag: next.iflag | ICRNL | IXON, oflag: next.oflag | OPOST, lflag: next.lflag | ISIG | ICANON }
    else if (mode !== undefined) {
      const [, field, bit] = mode
      next = { ...next, [field]: word.startsWith('-') ? next[field] & ~bit : next[field] | bit }
    } else if (isControlName(word)) next = { ...next, cc: { ...next.cc, [word]: yield* controlChar(c, word, yield* argument()) } }
    else if (KNOWN_BUT_ABSENT.test(word)) return yield* unsimulated(c, `setting ${word}`)
    else return yield* usageError(c, 1, `invalid argument ${quote(word)}`)
  }
  const sized = window === size ? 0 : yield* call('ioctl', fd, TIOCSWINSZ, window)
  const set = next === now ? 0 : yield* call('ioctl', fd, TCSETSW, next)
  const error = isErr(sized) ? sized : set
  return isErr(error) ? yield* fail(c, 1, name, error) : 0
}

function* controlChar(c: Crt, name: string, text: string): Flow<number> {
  if ((name === 'min' || name === 'time') && /^\d+$/.test(text)) return Number(text)
  if (text === '^-' || text === 'undef' || text === '') return 0
  if (/^\^.$/.test(text)) return text === '^?' ? 127 : text.charCodeAt(1) & 0x1f
  if ([...text].length === 1) return text.charCodeAt(0)
  const number = Number(text)
  return Number.isInteger(number) && number < 256 ? number : exit(yield* usageError(c, 1, `invalid integer argument ${quote(text)}`))
}

const visible = (code: number): string => (code === 0 ? '<undef>' : code < 32 ? `^${String.fromCharCode(code + 64)}` : code === 127 ? '^?' : String.fromCharCode(code))
const isOn = (t: Termios, mode: (typeof MODES)[number]): boolean => (t[mode[1]] & mode[2]) !== 0

function showAll(t: Termios, window: string): string {
  const lines = [`speed ${t.speed} baud${window}; line = 0;`]
  lines.push(`${CHARS.map((n) => `${n} = ${visible(t.cc[n])};`).join(' ')}`, `min = ${t.cc.min}; time = ${t.cc.time};`)
  for (const word of ['iflag', 'oflag', 'lflag'] as const) lines.push(MODES.filter((m) => m[1] === word).map((m) => (isOn(t, m) ? '' : '-') + m[0]).join(' '))
  return `${lines.join('\n')}\n`
}

function showChanged(t: Termios): string {
  const lines = [`speed ${t.speed} baud; line = 0;`]
  const chars = CHARS.filter((n) => t.cc[n] !== DEFAULT_TERMIOS.cc[n]).map((n) => `${n} = ${visible(t.cc[n])};`)
  if (chars.length > 0) lines.push(chars.join(' '))
  for (const word of ['iflag', 'oflag', 'lflag'] as const) {
    const words = MODES.filter((m) => m[1] === word && isOn(t, m) !== m[3]).map((m) => (isOn(t, m) ? '' : '-') + m[0])
    if (words.length > 0) lines.push(words.join(' '))
  }
  return `${lines.join('\n')}\n`
}
