// stty(1): shows and sets terminal attributes. Modes that the simulated line discipline doesn't act on are shown, but can't be switched on.
import type { Flow } from '../../../abi/syscalls.ts'
import { ICANON, ICRNL, ISIG, IXON, OPOST, TCGETS, TCSETSW, TIOCGWINSZ, TIOCSWINSZ, type Termios, type Winsize } from '../../../abi/termios.ts'
import { O_NONBLOCK, O_RDONLY } from '../../../abi/fcntl.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, unsimulated, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { open } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { MODES, controlField, sane, showAll, showChanged } from './stty-modes.ts'

const options = {
  short: 'agF:',
  long: [{ name: 'all', arg: 'none', is: 'a' }, { name: 'save', arg: 'none', is: 'g' }, { name: 'file', arg: 'required', is: 'F' }],
} as const

const COMBINATIONS = /^(size|speed|sane|-?raw|-?cooked|-?cbreak|-?nl|ek|-?evenp|-?parity|-?oddp|-?tabs|-?lcase|-?LCASE|crt|dec|cs[5-8]|(nl|cr|bs|vt|ff)[01]|tab[0-3]|-?(crterase|crtkill|ctlecho|prterase|tandem|hup)|\d+)$/
const takesArgument = (word: string): boolean => /^(rows|cols|columns|ispeed|ospeed|line)$/.test(word) || controlField(word) !== undefined
const isSetting = (word: string): boolean => MODES.some((m) => m.name === word.replace(/^-/, '')) || takesArgument(word) || COMBINATIONS.test(word)

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
  const window = isErr(size) ? undefined : (size as Winsize)
  const width = window === undefined || window.cols === 0 ? 80 : window.cols
  if (has('g')) yield* c.stdout.write(`${[now.iflag, now.oflag, now.cflag, now.lflag, ...Object.values<number>({ ...now.cc })].map((n) => n.toString(16)).join(':')}\n`)
  else yield* c.stdout.write(has('a') ? showAll(now, window, width) : showChanged(now, width))
  return 0
})

function* change(c: Crt, fd: number, name: string, words: readonly string[], now: Termios, size: Winsize): Flow<number> {
  let next = now
  let window = size
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    const mode = MODES.find((m) => m.name === word.replace(/^-/, ''))
    const field = controlField(word)
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
    } else if (word === 'sane') next = sane(next)
    else if (word === 'raw' || word === '-cooked') next = { ...next, iflag: 0, oflag: next.oflag & ~OPOST, lflag: next.lflag & ~(ISIG | ICANON), cc: { ...next.cc, min: 1, time: 0 } }
    else if (word === 'cooked' || word === '-raw') next = { ...next, iflag: next.iflag | ICRNL | IXON, oflag: next.oflag | OPOST, lflag: next.lflag | ISIG | ICANON }
    else if (mode !== undefined) {
      const on = !word.startsWith('-')
      if (on && !mode.works) return yield* unsimulated(c, `setting ${word}`)
      next = { ...next, [mode.word]: on ? next[mode.word] | mode.bit : next[mode.word] & ~mode.bit }
    } else if (field !== undefined) next = { ...next, cc: { ...next.cc, [field]: yield* controlChar(c, word, yield* argument()) } }
    else if (word !== 'cs8' && !/^(nl|cr|tab|bs|vt|ff)0$/.test(word)) return yield* unsimulated(c, `setting ${word}`)
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
