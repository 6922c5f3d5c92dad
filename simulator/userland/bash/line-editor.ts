// The line editor: readline's emacs mode on a terminal in raw mode, one byte at a time so that what is typed ahead is left for the commands.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { POLLIN } from '../../abi/fcntl.ts'
import { SIGINT, SIGWINCH } from '../../abi/signal.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { sigaction } from '../libc/unistd.ts'
import { Screen } from './line-screen.ts'
import type { Shell } from './state.ts'
import { ShellAbort } from './state.ts'
import { runPendingTraps } from './traps.ts'
import type { Terminal } from './terminal.ts'
import { reverseSearch } from './line-search.ts'
import { completeLine } from './line-completion.ts'

const WORD = /[\p{L}\p{N}]/u

/** Is more typed already? */
function* hasInput(): Flow<boolean> {
  const ready = yield* call('poll', [{ fd: 0, events: POLLIN }], 0)
  return !isErr(ready) && ready[0] !== 0
}

export class LineEditor {
  readonly sh: Shell
  readonly terminal: Terminal
  readonly screen: Screen
  text = ''
  cursor = 0
  /** For completion: is the first word of this line a command? */
  startsCommand = true
  /** Lines of history as edited in this call; the last is the new line. */
  #lines: string[] = []
  #at = 0
  #killed = ''
  #killing = false
  #undo: { text: string; cursor: number }[] = []
  #pending: number[] = []
  #tabs = 0
  #prompt = ''
  #isResized = false

  constructor(sh: Shell, terminal: Terminal) {
    this.sh = sh
    this.terminal = terminal
    this.screen = new Screen(2)
  }

  /** One character of input; undefined at the end of the input. Ctrl-C ends the reading. */
  *key(): Flow<string | undefined> {
    for (;;) {
      const byte = yield* call('read', 0, 1)
      if (isErr(byte)) {
        if (byte !== Errno.EINTR) return undefined
        if (this.sh.interrupted) {
          this.sh.interrupted = false
          this.screen.put('^C')
          this.screen.finish(this.text)
          yield* this.screen.flush()
          yield* this.terminal.cooked()
          throw new ShellAbort('interrupt', 130)
        }
        if (this.sh.pendingTraps.includes(SIGINT)) yield* this.#trappedInterrupt()
        if (this.#isResized) yield* this.#redraw()
        continue
      }
      if (byte.length === 0) return undefined
      if (this.#pending.length === 0 && byte[0] < 0x80) return String.fromCharCode(byte[0])
      this.#pending.push(byte[0])
      const [lead] = this.#pending
      const need = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1
      if (this.#pending.length < need) continue
      const text = decodeUtf8(Uint8Array.from(this.#pending))
      this.#pending = []
      return text
    }
  }

  /** Ctrl-C with a trap: its command runs at once, then the line is given up. */
  *#trappedInterrupt(): Flow<never> {
    this.screen.put('^C')
    yield* this.screen.flush()
    yield* this.terminal.cooked()
    yield* runPendingTraps(this.sh)
    yield* this.sh.write2('\n')
    throw new ShellAbort('interrupt', 130)
  }

  /** SIGWINCH: the prompt and the line once more, in the new width. */
  *#redraw(): Flow<void> {
    this.#isResized = false
    this.screen.columns = yield* this.terminal.columns()
    this.screen.put('\r')
    this.screen.begin(this.#prompt)
    this.draw()
    yield* this.screen.flush()
  }

  draw(): void {
    this.screen.draw(this.text, this.cursor)
  }

  /** Reads a line with editing; undefined at Ctrl-D on an empty line. The text has no newline. */
  *readLine(prompt: string, history: readonly string[], startsCommand: boolean): Flow<string | undefined> {
    this.startsCommand = startsCommand
    this.#prompt = prompt
    const mark = (): void => {
      this.#isResized = true
    }
    const before = yield* sigaction(SIGWINCH, function* () {
      mark()
    })
    const line = yield* this.#edit(prompt, history)
    if (!isErr(before)) yield* call('rt_sigaction', SIGWINCH, before)
    return line
  }

  *#edit(prompt: string, history: readonly string[]): Flow<string | undefined> {
    this.text = ''
    this.cursor = 0
    this.#lines = [...history, '']
    this.#at = history.length
    this.#undo = []
    this.#pending = []
    yield* this.terminal.raw()
    this.screen.columns = yield* this.terminal.columns()
    this.screen.begin(prompt)
    yield* this.screen.flush()
    for (;;) {
      const key = yield* this.key()
      if (key === undefined) {
        yield* this.terminal.cooked()
        return undefined
      }
      const result = yield* this.handle(key, prompt)
      if (result === 'accept') {
        this.screen.finish(this.text)
        yield* this.screen.flush()
        yield* this.terminal.cooked()
        return this.text
      }
      if (result === 'end') {
        yield* this.screen.flush()
        yield* this.terminal.cooked()
        return undefined
      }
      this.draw()
      if (this.screen.isAtEdge && !(yield* hasInput())) this.screen.settle()
      yield* this.screen.flush()
    }
  }

  *handle(key: string, prompt: string): Flow<'accept' | 'end' | undefined> {
    const wasKilling = this.#killing
    this.#killing = false
    if (key !== '\t') this.#tabs = 0
    const code = key.charCodeAt(0)
    if (code >= 0x20 && code !== 0x7f) {
      this.insert(key)
      return undefined
    }
    switch (key) {
      case '\r':
      case '\n':
      case '\x0f': return 'accept'
      case '\x18': {
        // A prefix: Ctrl-X Ctrl-U undoes; the other commands below it aren't known here.
        if ((yield* this.key()) === '\x15') this.#undoOnce()
        break
      }
      case '\x01': this.cursor = 0
        break
      case '\x05': this.cursor = this.text.length
        break
      case '\x02': this.cursor = Math.max(0, this.cursor - 1)
        break
      case '\x06': this.cursor = Math.min(this.text.length, this.cursor + 1)
        break
      case '\x04':
        if (this.text === '') return 'end'
        this.remove(this.cursor, this.cursor + 1, false)
        break
      case '\x7f':
      case '\x08': if (this.cursor > 0) this.remove(this.cursor - 1, this.cursor, false)
        break
      case '\x0b': this.kill(this.cursor, this.text.length, wasKilling)
        break
      case '\x15': this.kill(0, this.cursor, wasKilling, true)
        break
      case '\x17': this.kill(this.#blankWordStart(), this.cursor, wasKilling, true)
        break
      case '\x19': this.insert(this.#killed)
        break
      case '\x0c': this.screen.clear()
        break
      case '\x10': this.recall(this.#at - 1)
        break
      case '\x0e': this.recall(this.#at + 1)
        break
      case '\x14': this.#transpose()
        break
      case '\x1f': this.#undoOnce()
        break
      case '\x16': {
        const next = yield* this.key()
        if (next !== undefined) this.insert(next)
        break
      }
      case '\x12': {
        const next = yield* reverseSearch(this, prompt)
        if (next !== undefined) return yield* this.handle(next, prompt)
        break
      }
      case '\t':
        yield* completeLine(this, ++this.#tabs, prompt)
        break
      case '\x1b': return yield* this.#escape(wasKilling)
      default: break
    }
    return undefined
  }

  /** Keys that arrive as escape sequences: arrows, Home, End, Delete, and Meta with a letter. */
  *#escape(wasKilling: boolean): Flow<'accept' | 'end' | undefined> {
    const next = yield* this.key()
    if (next === undefined) return 'end'
    if (next === '[' || next === 'O') {
      let sequence = ''
      for (;;) {
        const c = yield* this.key()
        if (c === undefined) return 'end'
        sequence += c
        if (/[A-Za-z~]/.test(c)) break
      }
      this.#cursorKey(sequence)
      return undefined
    }
    switch (next) {
      case 'b': this.cursor = this.#wordStart()
        break
      case 'f': this.cursor = this.#wordEnd()
        break
      case 'd': this.kill(this.cursor, this.#wordEnd(), wasKilling)
        break
      case '\x7f':
      case '\b': this.kill(this.#wordStart(), this.cursor, wasKilling, true)
        break
      case '<': this.recall(0)
        break
      case '>': this.recall(this.#lines.length - 1)
        break
      case '.':
      case '_': this.#insertLastArgument()
        break
      case 'u': this.#changeCase((w) => w.toUpperCase())
        break
      case 'l': this.#changeCase((w) => w.toLowerCase())
        break
      case 'c': this.#changeCase((w) => w.replace(WORD, (c) => c.toUpperCase()))
        break
      case '#':
        this.text = `#${this.text}`
        this.cursor = this.text.length
        return 'accept'
      default: break
    }
    return undefined
  }

  #cursorKey(sequence: string): void {
    switch (sequence) {
      case 'A': return this.recall(this.#at - 1)
      case 'B': return this.recall(this.#at + 1)
      case 'C': this.cursor = Math.min(this.text.length, this.cursor + 1)
        return
      case 'D': this.cursor = Math.max(0, this.cursor - 1)
        return
      case 'H': case '1~': case '7~': this.cursor = 0
        return
      case 'F': case '4~': case '8~': this.cursor = this.text.length
        return
      case '3~': return this.remove(this.cursor, this.cursor + 1, false)
      case '1;5C': case '1;3C': this.cursor = this.#wordEnd()
        return
      case '1;5D': case '1;3D': this.cursor = this.#wordStart()
        return
      default:
    }
  }

  insert(text: string): void {
    this.#remember()
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor)
    this.cursor += text.length
  }

  remove(from: number, to: number, _kill: boolean): void {
    if (from >= this.text.length || from >= to) return
    this.#remember()
    this.text = this.text.slice(0, from) + this.text.slice(to)
    this.cursor = from
  }

  kill(from: number, to: number, append: boolean, backwards = false): void {
    const cut = this.text.slice(from, to)
    this.#killed = append ? (backwards ? cut + this.#killed : this.#killed + cut) : cut
    this.#killing = true
    this.remove(from, to, true)
  }

  /** Shows another line of the history. */
  recall(index: number): void {
    if (index < 0 || index >= this.#lines.length) return
    this.#lines[this.#at] = this.text
    this.#at = index
    this.text = this.#lines[index]
    this.cursor = this.text.length
  }

  get historyLines(): readonly string[] {
    return this.#lines
  }

  #remember(): void {
    this.#undo.push({ text: this.text, cursor: this.cursor })
    if (this.#undo.length > 200) this.#undo.shift()
  }

  #undoOnce(): void {
    const state = this.#undo.pop()
    if (!state) return
    this.text = state.text
    this.cursor = state.cursor
  }

  #wordStart(): number {
    let i = this.cursor
    while (i > 0 && !WORD.test(this.text[i - 1])) i--
    while (i > 0 && WORD.test(this.text[i - 1])) i--
    return i
  }

  #wordEnd(): number {
    let i = this.cursor
    while (i < this.text.length && !WORD.test(this.text[i])) i++
    while (i < this.text.length && WORD.test(this.text[i])) i++
    return i
  }

  #blankWordStart(): number {
    let i = this.cursor
    while (i > 0 && /\s/.test(this.text[i - 1])) i--
    while (i > 0 && !/\s/.test(this.text[i - 1])) i--
    return i
  }

  #transpose(): void {
    if (this.text.length < 2 || this.cursor === 0) return
    const at = this.cursor === this.text.length ? this.cursor - 1 : this.cursor
    this.#remember()
    this.text = this.text.slice(0, at - 1) + this.text[at] + this.text[at - 1] + this.text.slice(at + 1)
    this.cursor = at + 1
  }

  #changeCase(change: (word: string) => string): void {
    const end = this.#wordEnd()
    this.#remember()
    this.text = this.text.slice(0, this.cursor) + change(this.text.slice(this.cursor, end)) + this.text.slice(end)
    this.cursor = end
  }

  /** Alt-. : the last word of the previous command. */
  #insertLastArgument(): void {
    const line = this.#lines[this.#lines.length - 2]
    const word = line?.trim().split(/\s+/).pop()
    if (word !== undefined) this.insert(word)
  }
}
