// The modes of stty(1) in its order of display, and the terminal's state as text: all of it (-a) or what differs from `stty sane`.
import type { ControlChars, Termios, Winsize } from '../../../abi/termios.ts'
import { DEFAULT_TERMIOS } from '../../../abi/termios.ts'

type Word = 'cflag' | 'iflag' | 'oflag' | 'lflag'

export interface Mode {
  readonly name: string
  readonly word: Word
  readonly bit: number
  /** How `stty sane` leaves it; undefined if it doesn't care. */
  readonly sane: boolean | undefined
  /** Does what it says when set. The others can be switched off, or set where that changes nothing here. */
  readonly works: boolean
}

const mode = (word: Word, sane: boolean | undefined, works: boolean) => (name: string, bit: number): Mode => ({ name, word, bit, sane, works })
const [cOff, cOn] = [mode('cflag', undefined, false), mode('cflag', true, true)]
const [iAny, iOff, iOn, iWorks, iFree] = [mode('iflag', undefined, false), mode('iflag', false, false), mode('iflag', true, true), mode('iflag', false, true), mode('iflag', undefined, true)]
const [oOff, oOn] = [mode('oflag', false, false), mode('oflag', true, true)]
const [lOff, lOn, lWorks] = [mode('lflag', false, false), mode('lflag', true, true), mode('lflag', false, true)]

export const MODES: readonly Mode[] = [
  cOff('parenb', 0o400), cOff('parodd', 0o1000), cOff('cmspar', 0o10000000000), cOff('hupcl', 0o2000), cOff('cstopb', 0o100), cOn('cread', 0o200),
  mode('cflag', undefined, true)('clocal', 0o4000), cOff('crtscts', 0o20000000000),
  iOff('ignbrk', 0o1), iOn('brkint', 0o2), iAny('ignpar', 0o4), iAny('parmrk', 0o10), iAny('inpck', 0o20), iAny('istrip', 0o40), iWorks('inlcr', 0o100),
  iWorks('igncr', 0o200), iOn('icrnl', 0o400), iFree('ixon', 0o2000), iOff('ixoff', 0o10000), iOff('iuclc', 0o1000), iOff('ixany', 0o4000), iOn('imaxbel', 0o20000),
  iWorks('iutf8', 0o40000),
  oOn('opost', 0o1), oOff('olcuc', 0o2), oOff('ocrnl', 0o10), oOn('onlcr', 0o4), oOff('onocr', 0o20), oOff('onlret', 0o40), oOff('ofill', 0o100), oOff('ofdel', 0o200),
  lOn('isig', 0o1), lOn('icanon', 0o2), lOn('iexten', 0o100000), lOn('echo', 0o10), lOn('echoe', 0o20), lOn('echok', 0o40), lWorks('echonl', 0o100), lWorks('noflsh', 0o200),
  lOff('xcase', 0o4), lWorks('tostop', 0o400), lOff('echoprt', 0o2000), lOn('echoctl', 0o1000), lOn('echoke', 0o4000), lOff('flusho', 0o10000), lOff('extproc', 0o200000),
]

/** Control characters by stty's names; eol2, swtch and discard are not part of the line discipline and stay as they are. */
const CHARS: readonly (readonly [name: string, field: keyof ControlChars | undefined, fixed: number])[] = [
  ['intr', 'intr', 0], ['quit', 'quit', 0], ['erase', 'erase', 0], ['kill', 'kill', 0], ['eof', 'eof', 0], ['eol', 'eol', 0], ['eol2', undefined, 0],
  ['swtch', undefined, 0], ['start', 'start', 0], ['stop', 'stop', 0], ['susp', 'susp', 0], ['rprnt', 'reprint', 0], ['werase', 'werase', 0], ['lnext', 'lnext', 0],
  ['discard', undefined, 15],
]

export const controlField = (name: string): keyof ControlChars | undefined =>
  name === 'min' || name === 'time' ? name : CHARS.find(([n]) => n === name)?.[1]

const visible = (code: number): string => (code === 0 ? '<undef>' : code < 32 ? `^${String.fromCharCode(code + 64)}` : code === 127 ? '^?' : String.fromCharCode(code))

export const isOn = (t: Termios, m: Mode): boolean => (t[m.word] & m.bit) !== 0
const spelled = (t: Termios, m: Mode): string => (isOn(t, m) ? '' : '-') + m.name

/** Words with blanks between them, broken before the width is reached. */
function wrap(words: readonly string[], width: number): string {
  let out = ''
  let column = 0
  for (const word of words) {
    if (column > 0) {
      const fits = column + word.length < width
      out += fits ? ' ' : '\n'
      column = fits ? column + 1 : 0
    }
    out += word
    column += word.length
  }
  return out
}

export function showAll(t: Termios, size: Winsize | undefined, width: number): string {
  const window = size === undefined ? '' : ` rows ${size.rows}; columns ${size.cols};`
  const chars = CHARS.map(([name, field, fixed]) => `${name} = ${visible(field === undefined ? fixed : t.cc[field])};`)
  const lines = [`speed ${t.speed} baud;${window} line = 0;`, wrap([...chars, `min = ${t.cc.min}; time = ${t.cc.time};`], width)]
  for (const word of ['cflag', 'iflag', 'oflag', 'lflag'] as const) {
    const words = MODES.filter((m) => m.word === word).map((m) => spelled(t, m))
    if (word === 'cflag') words.splice(3, 0, `cs${5 + ((t.cflag >> 4) & 3)}`)
    if (word === 'oflag') words.push('nl0', 'cr0', 'tab0', 'bs0', 'vt0', 'ff0')
    lines.push(wrap(words, width))
  }
  return `${lines.join('\n')}\n`
}

export function showChanged(t: Termios, width: number): string {
  const lines = [`speed ${t.speed} baud; line = 0;`]
  const chars = CHARS.filter(([, field]) => field !== undefined && t.cc[field] !== DEFAULT_TERMIOS.cc[field]).map(([name, field]) => `${name} = ${visible(field === undefined ? 0 : t.cc[field])};`)
  if ((t.lflag & 0o2) === 0) chars.push(`min = ${t.cc.min}; time = ${t.cc.time};`)
  if (chars.length > 0) lines.push(wrap(chars, width))
  for (const word of ['cflag', 'iflag', 'oflag', 'lflag'] as const) {
    const words = MODES.filter((m) => m.word === word && m.sane !== undefined && isOn(t, m) !== m.sane).map((m) => spelled(t, m))
    if (words.length > 0) lines.push(wrap(words, width))
  }
  return `${lines.join('\n')}\n`
}

/** The state after `stty sane`. */
export function sane(t: Termios): Termios {
  let next: Termios = { ...t, cc: { ...DEFAULT_TERMIOS.cc } }
  for (const m of MODES) if (m.sane !== undefined) next = { ...next, [m.word]: m.sane ? next[m.word] | m.bit : next[m.word] & ~m.bit }
  return next
}
