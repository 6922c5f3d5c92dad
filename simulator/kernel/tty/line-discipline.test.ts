import { describe, expect, it } from 'vitest'
import { SIGINT, SIGTSTP } from '../../abi/signal.ts'
import { DEFAULT_TERMIOS, ECHO, ICANON, type Termios } from '../../abi/termios.ts'
import { decodeUtf8, encodeUtf8 } from '../../lib/bytes.ts'
import { LineDiscipline } from './line-discipline.ts'
import { OutputProcessor } from './output-processor.ts'

/** A terminal that writes down what is echoed and which signals are sent, in order. */
function terminal(): { type(text: string): string; read(count?: number): string | undefined; set(change: Partial<Termios>): void } {
  let termios: Termios = DEFAULT_TERMIOS
  let shown: number[] = []
  const output = new OutputProcessor(() => termios, (byte) => shown.push(byte))
  const discipline = new LineDiscipline({
    get termios() {
      return termios
    },
    output,
    signal: (sig) => shown.push(...encodeUtf8(`[${sig}]`)),
    flushOutput() {},
    setStopped() {},
    inputReady() {},
  })
  return {
    type(text) {
      shown = []
      discipline.receive(encodeUtf8(text))
      return decodeUtf8(Uint8Array.from(shown))
    },
    read: (count = 4096) => (discipline.hasLine || discipline.rawLength > 0 ? decodeUtf8(discipline.take(count)) : undefined),
    set(change) {
      const wasCanonical = (termios.lflag & ICANON) !== 0
      termios = { ...termios, ...change }
      discipline.modeChanged(wasCanonical)
    },
  }
}
const lines = (t: ReturnType<typeof terminal>): string | undefined => t.read()

describe('the line discipline', () => {
  it('gives out whole lines, carriage return as newline, and echoes both', () => {
    const t = terminal()
    expect(t.type('hi\r')).toBe('hi\r\n')
    expect(lines(t)).toBe('hi\n')
  })

  it('hands a line out in parts to a small reader', () => {
    const t = terminal()
    t.type('abcd\n')
    expect([t.read(3), t.read(3)]).toEqual(['abc', 'd\n'])
  })

  it('erases a character, a word, the line', () => {
    const t = terminal()
    expect(t.type('ab\x7f')).toBe('ab\b \b')
    expect(t.type('\x15')).toBe('\b \b')
    t.type('one two-three\x17\n')
    expect(lines(t)).toBe('one two-\n')
  })

  it('erases a control character as two columns and a tab as its width', () => {
    const t = terminal()
    expect(t.type('\x01\x7f')).toBe('^A\b \b\b \b')
    expect(t.type('a\t\x7f')).toBe('a\t\b\b\b\b\b\b\b')
  })

  it('ends input with ^D: at once on an empty line, else the part typed so far', () => {
    const t = terminal()
    expect(t.type('ab\x04')).toBe('ab')
    expect(lines(t)).toBe('ab')
    t.type('\x04')
    expect(lines(t)).toBe('')
  })

  it('sends the signal before it echoes the key, and drops what was typed', () => {
    const t = terminal()
    expect(t.type('abc\x03')).toBe(`abc[${SIGINT}]^C`)
    expect(t.type('\x1a')).toBe(`[${SIGTSTP}]^Z`)
    t.type('x\n')
    expect(lines(t)).toBe('x\n')
  })

  it('takes the next key literally after ^V', () => {
    const t = terminal()
    t.type('\x16\x03\n')
    expect(lines(t)).toBe('\x03\n')
  })

  it('keeps typed-ahead lines for a reader in raw mode', () => {
    const t = terminal()
    expect(t.type('ls\n')).toBe('ls\r\n')
    t.set({ lflag: DEFAULT_TERMIOS.lflag & ~(ICANON | ECHO) })
    expect(t.read()).toBe('ls\n')
    expect(t.type('x')).toBe('')
    expect(t.read()).toBe('x')
  })
})
