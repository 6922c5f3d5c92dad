// What the line editor shows: prompt and text over as many rows as they need, redrawn with plain VT100 sequences.
import type { Flow } from '../../abi/syscalls.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { writeAll } from '../libc/unistd.ts'

/** Cells a string takes; control characters show as ^X. */
const shown = (c: string): string => {
  const code = c.charCodeAt(0)
  return code < 0x20 && c !== '\t' ? `^${String.fromCharCode(code + 64)}` : code === 0x7f ? '^?' : c
}
const width = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let n = 0
  for (const c of text) n += shown(c).length > 2 ? 1 : [...shown(c)].length
  return n
}
const display = (text: string): string => {
  let out = ''
  for (const c of text) out += shown(c)
  return out
}

export class Screen {
  readonly fd: number
  columns = 80
  /** Last line of the prompt, without the invisible parts' marks. */
  #prompt = ''
  #promptWidth = 0
  /** Cell of the cursor, counted from the beginning of the prompt's last line. */
  #cell = 0
  #out = ''
  #last = ''
  /** The last cell of a row has just been filled: the terminal's cursor still stands there. */
  #isAtEdge = false

  constructor(fd: number) {
    this.fd = fd
  }

  *flush(): Flow<void> {
    if (this.#out !== '') yield* writeAll(this.fd, encodeUtf8(this.#out))
    this.#out = ''
  }

  put(text: string): void {
    this.#out += text
  }

  /** Begins a line: prints the prompt. \x01…\x02 enclose what takes no room. */
  begin(prompt: string): void {
    const newline = prompt.lastIndexOf('\n')
    if (newline >= 0) this.#out += prompt.slice(0, newline + 1).replace(/[\x01\x02]/g, '')
    this.setPrompt(prompt.slice(newline + 1))
    this.#isAtEdge = false
    this.#out += this.#prompt
    this.#cell = this.#promptWidth
    this.#last = ''
  }

  setPrompt(prompt: string): void {
    this.#last = '\0'
    this.#promptWidth = width(prompt.replace(/\x01[^\x02]*\x02/g, ''))
    this.#prompt = prompt.replace(/[\x01\x02]/g, '')
  }

  /** Shows `text` with the cursor before character `cursor`. A character typed at the end is simply printed. */
  draw(text: string, cursor: number): void {
    const total = this.#promptWidth + width(text)
    if (cursor === text.length && text.startsWith(this.#last) && this.#cell === this.#promptWidth + width(this.#last)) {
      this.#out += display(text.slice(this.#last.length))
      this.#cell = total
      this.#isAtEdge = total > 0 && total % this.columns === 0 && (text !== this.#last || this.#isAtEdge)
      this.#last = text
      return
    }
    this.settle()
    const before = width(text.slice(0, cursor))
    if (text === this.#last) {
      this.#moveTo(this.#promptWidth + before)
      return
    }
    this.#toRow(0)
    this.#out += `\r${this.#prompt}${display(text)}\x1b[J`
    this.#cell = total
    if (total > 0 && total % this.columns === 0) this.#out += ' \r'
    this.#moveTo(this.#promptWidth + before)
    this.#last = text
  }

  get isAtEdge(): boolean {
    return this.#isAtEdge
  }
  /** Wraps to the next row where nothing follows that would do it. */
  settle(): void {
    if (this.#isAtEdge) this.#out += ' \r'
    this.#isAtEdge = false
  }

  #toRow(row: number): void {
    const at = Math.floor(this.#cell / this.columns)
    if (at > row) this.#out += `\x1b[${at - row}A`
    else if (at < row) this.#out += `\x1b[${row - at}B`
  }

  #moveTo(cell: number): void {
    if (cell === this.#cell) return
    this.#toRow(Math.floor(cell / this.columns))
    const column = cell % this.columns
    const back = (this.#cell % this.columns) - column
    if (back > 0 && back < 4) this.#out += '\b'.repeat(back)
    else this.#out += column === 0 ? '\r' : `\r\x1b[${column}C`
    this.#cell = cell
  }

  /** Leaves the line: cursor after its end, then a new line. */
  finish(text: string): void {
    this.settle()
    this.#moveTo(this.#promptWidth + width(text))
    this.#out += '\n'
  }

  /** Clears the screen and starts again at its top. */
  clear(): void {
    this.#out += '\x1b[H\x1b[2J'
    this.#cell = 0
    this.#last = '\0'
  }

  /** Something else was printed below: the prompt starts afresh on the current line. */
  restart(): void {
    this.#cell = 0
    this.#last = '\0'
  }
}
