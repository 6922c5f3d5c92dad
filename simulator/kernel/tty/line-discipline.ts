// N_TTY, the line discipline between a terminal and its readers (drivers/tty/n_tty.c, termios(3)): editing of the line being typed, echo, signals.
// Simpler than Linux: no parity and flow bits of serial lines, no ECHOPRT, a limit only on the length of one line.
import {
  ECHO, ECHOCTL, ECHOE, ECHOK, ECHOKE, ECHONL, ICANON, ICRNL, IEXTEN, IGNCR, INLCR, ISIG, IUTF8, IXON, NOFLSH, type Termios,
} from '../../abi/termios.ts'
import { SIGINT, SIGQUIT, SIGTSTP } from '../../abi/signal.ts'
import type { OutputProcessor } from './output-processor.ts'

const LINE_MAX = 4095
const TAB = 9, NEWLINE = 10, RETURN = 13, DELETE = 127, CARET = 94

/** What the discipline does to the terminal it sits on. */
export interface LineDisciplineHost {
  readonly termios: Termios
  readonly output: OutputProcessor
  /** isig: to the foreground process group. */
  signal(sig: number): void
  /** Drops output that nobody has taken yet. */
  flushOutput(): void
  setStopped(stopped: boolean): void
  /** Something can be read. */
  inputReady(): void
}

const isControl = (c: number): boolean => c < 32 || c === DELETE
const isContinuation = (c: number): boolean => (c & 0xc0) === 0x80
const isWordCharacter = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95

export class LineDiscipline {
  readonly #host: LineDisciplineHost
  /** Finished lines; one that ^D ended has no newline, and may be empty. */
  #lines: number[][] = []
  /** The line being typed; everything unread in raw mode. */
  #current: number[] = []
  #literalNext = false
  /** The column where the line being typed began, for erasing tabs. */
  #startColumn = 0

  constructor(host: LineDisciplineHost) {
    this.#host = host
  }

  #has(flag: number): boolean {
    return (this.#host.termios.lflag & flag) !== 0
  }
  get #isCanonical(): boolean {
    return this.#has(ICANON)
  }

  /** Bytes a read could take now (FIONREAD). */
  get available(): number {
    return this.#isCanonical ? this.#lines.reduce((n, line) => n + line.length, 0) : this.#current.length
  }
  /** A canonical reader has a line, or an end of file. */
  get hasLine(): boolean {
    return this.#lines.length > 0
  }
  get rawLength(): number {
    return this.#current.length
  }

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.#receiveByte(byte)
    if (this.#isCanonical ? this.hasLine : this.#current.length > 0) this.#host.inputReady()
  }

  #receiveByte(byte: number): void {
    const { iflag, cc } = this.#host.termios
    if (this.#literalNext) {
      this.#literalNext = false
      this.#put(byte)
      return
    }
    if ((iflag & IXON) !== 0 && (byte === cc.start || byte === cc.stop) && byte !== 0) {
      this.#host.setStopped(byte === cc.stop)
      return
    }
    if (this.#has(ISIG) && byte !== 0) {
      const sig = byte === cc.intr ? SIGINT : byte === cc.quit ? SIGQUIT : byte === cc.susp ? SIGTSTP : 0
      if (sig !== 0) {
        this.#signal(sig, byte)
        return
      }
    }
    let c = byte
    if (c === RETURN) {
      if ((iflag & IGNCR) !== 0) return
      if ((iflag & ICRNL) !== 0) c = NEWLINE
    } else if (c === NEWLINE && (iflag & INLCR) !== 0) c = RETURN
    if (this.#isCanonical && this.#edit(c)) return
    // Outside canonical mode a newline is a control character like others, unless Enter was turned into it.
    if (c === NEWLINE && byte === NEWLINE && this.#has(ECHO)) this.#host.output.echo(c, this.#has(ECHOCTL))
    else this.#echo(c)
    this.#put(c)
  }

  /** n_tty_receive_signal_char: the group is told first, then the key is echoed. */
  #signal(sig: number, key: number): void {
    const flush = !this.#has(NOFLSH)
    this.#host.signal(sig)
    if (flush) {
      this.#host.flushOutput()
      this.#lines = []
      this.#current = []
    }
    this.#host.setStopped(false)
    if (this.#has(ECHO)) this.#host.output.echo(key, this.#has(ECHOCTL))
  }

  /** Keys with a meaning while a line is typed. True if `c` was one. */
  #edit(c: number): boolean {
    const { cc } = this.#host.termios
    const extended = this.#has(IEXTEN)
    if (c === NEWLINE) {
      if (this.#has(ECHO | ECHONL)) this.#host.output.raw(NEWLINE)
      this.#finishLine([...this.#current, NEWLINE])
      return true
    }
    if (c === 0) return false
    if (c === cc.erase) this.#erase('character')
    else if (c === cc.kill) this.#erase('line')
    else if (extended && c === cc.werase) this.#erase('word')
    else if (extended && c === cc.lnext) {
      this.#literalNext = true
      if (this.#has(ECHO) && this.#has(ECHOCTL)) this.#host.output.rawAll([CARET, 8])
    } else if (extended && c === cc.reprint && this.#has(ECHO)) this.#reprint(c)
    else if (c === cc.eof) this.#finishLine(this.#current)
    else if (c === cc.eol) {
      this.#echo(c)
      this.#finishLine([...this.#current, c])
    } else return false
    return true
  }

  #finishLine(line: number[]): void {
    this.#lines.push(line)
    this.#current = []
  }

  #put(c: number): void {
    if (this.#isCanonical && this.#current.length >= LINE_MAX) return
    this.#current.push(c)
  }

  #echo(c: number): void {
    if (!this.#has(ECHO)) return
    const { output } = this.#host
    if (this.#current.length === 0) this.#startColumn = output.column
    if (c === NEWLINE) output.raw(NEWLINE)
    else output.echo(c, this.#has(ECHOCTL))
  }

  #reprint(key: number): void {
    const { output } = this.#host
    output.echo(key, this.#has(ECHOCTL))
    output.raw(NEWLINE)
    this.#startColumn = 0
    for (const c of this.#current) output.echo(c, this.#has(ECHOCTL))
  }

  /** eraser(): one character, one word or the whole line. */
  #erase(what: 'character' | 'word' | 'line'): void {
    const { termios, output } = this.#host
    if (this.#current.length === 0) return
    if (what === 'line') {
      if (!this.#has(ECHO)) {
        this.#current = []
        return
      }
      if (!(this.#has(ECHOK) && this.#has(ECHOKE) && this.#has(ECHOE))) {
        this.#current = []
        output.echo(termios.cc.kill, this.#has(ECHOCTL))
        if (this.#has(ECHOK)) output.raw(NEWLINE)
        return
      }
    }
    let seenWord = false
    while (this.#current.length > 0) {
      const c = this.#lastCharacterStart()
      if (what === 'word') {
        if (isWordCharacter(c)) seenWord = true
        else if (seenWord) break
      }
      this.#dropLast()
      if (this.#has(ECHO)) this.#echoErased(what, c)
      if (what === 'character') break
    }
  }

  /** First byte of the last character: with IUTF8 continuation bytes belong to it. */
  #lastCharacterStart(): number {
    return this.#current[this.#lastIndex()]
  }
  #lastIndex(): number {
    let at = this.#current.length - 1
    if ((this.#host.termios.iflag & IUTF8) !== 0) while (at > 0 && isContinuation(this.#current[at])) at--
    return at
  }
  #dropLast(): void {
    this.#current.length = this.#lastIndex()
  }

  #echoErased(what: 'character' | 'word' | 'line', c: number): void {
    const { termios, output } = this.#host
    if (what === 'character' && !this.#has(ECHOE)) output.echo(termios.cc.erase, this.#has(ECHOCTL))
    else if (c === TAB) {
      let column = this.#startColumn
      for (const typed of this.#current) column = this.#columnAfter(column, typed)
      while (output.column > column) output.rawAll([8])
    } else {
      if (isControl(c) && this.#has(ECHOCTL)) output.rawAll([8, 32, 8])
      if (!isControl(c) || this.#has(ECHOCTL)) output.rawAll([8, 32, 8])
    }
  }
  #columnAfter(column: number, c: number): number {
    if (c === TAB) return column + 8 - (column % 8)
    if (isControl(c)) return column + (this.#has(ECHOCTL) ? 2 : 0)
    return isContinuation(c) && (this.#host.termios.iflag & IUTF8) !== 0 ? column : column + 1
  }

  /** Takes up to `count` bytes of what is there; in canonical mode at most one line. The caller has checked that there is something. */
  take(count: number): Uint8Array {
    if (!this.#isCanonical) return Uint8Array.from(this.#current.splice(0, count))
    const line = this.#lines[0]
    if (line === undefined) return new Uint8Array(0)
    const part = line.splice(0, count)
    if (line.length === 0) this.#lines.shift()
    return Uint8Array.from(part)
  }

  /** TCFLSH, TCSETSF */
  flushInput(): void {
    this.#lines = []
    this.#current = []
  }

  /** n_tty_set_termios: unread input changes its shape when canonical mode goes on or off. */
  modeChanged(wasCanonical: boolean): void {
    if (wasCanonical === this.#isCanonical) return
    if (!this.#isCanonical) {
      this.#current = [...this.#lines.flat(), ...this.#current]
      this.#lines = []
    } else if (this.#current.length > 0) this.#finishLine(this.#current)
    if (this.available > 0) this.#host.inputReady()
  }
}
