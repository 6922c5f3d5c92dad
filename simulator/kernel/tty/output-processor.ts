// Output processing of a terminal (n_tty.c: do_output_char, echo_char): newline to carriage return and newline, and the column the cursor stands in.
import { ONLCR, OPOST, type Termios } from '../../abi/termios.ts'

const BACKSPACE = 8, TAB = 9, NEWLINE = 10, RETURN = 13, DELETE = 127, CARET = 94

export class OutputProcessor {
  readonly #termios: () => Termios
  readonly #put: (byte: number) => void
  column = 0

  constructor(termios: () => Termios, put: (byte: number) => void) {
    this.#termios = termios
    this.#put = put
  }

  /** One byte of output, processed as OPOST says. */
  raw(c: number): void {
    const { oflag } = this.#termios()
    if ((oflag & OPOST) !== 0 && c === NEWLINE && (oflag & ONLCR) !== 0) {
      this.#put(RETURN)
      this.column = 0
    }
    if (c === BACKSPACE) this.column = Math.max(0, this.column - 1)
    else if (c === RETURN) this.column = 0
    else if (c === TAB) this.column += 8 - (this.column % 8)
    else if (c >= 32 && c !== DELETE && (c & 0xc0) !== 0x80) this.column++
    this.#put(c)
  }
  rawAll(bytes: Iterable<number>): void {
    for (const byte of bytes) this.raw(byte)
  }
  /** A typed character: control characters as ^X with ECHOCTL. */
  echo(c: number, echoControl: boolean): void {
    if (echoControl && (c < 32 || c === DELETE) && c !== TAB) this.rawAll([CARET, c ^ 0x40])
    else this.raw(c)
  }
}
