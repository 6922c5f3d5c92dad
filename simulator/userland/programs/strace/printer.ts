// How strace lays out what it hears: one line a call, results in a column of their own, calls broken off where another process comes in between.
import type { TraceRecord } from '../../../abi/trace-record.ts'
import { SIGNAL_NAMES, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'

const RESULT_COLUMN = 40

export interface Style {
  readonly shows: (nr: string) => boolean
  readonly showsSignals: boolean
  /** -z and -Z: only calls that succeeded or failed. */
  readonly results: 'all' | 'successful' | 'failed'
  /** Every line names its process (-f with -o). */
  readonly alwaysNames: boolean
  readonly announces: boolean
  readonly announcesEnd: boolean
}

export class Printer {
  readonly #style: Style
  readonly #processes: Set<number>
  /** The process whose line is not finished yet, and its call. */
  #open: { readonly pid: number; readonly text: string } | undefined
  /** Calls broken off, by process: what has been printed of them. */
  readonly #broken = new Map<number, string>()

  constructor(style: Style, pid: number) {
    this.#style = style
    this.#processes = new Set([pid])
  }

  /** The text to write for a record. */
  print(record: TraceRecord): string {
    const { pid } = record
    switch (record.kind) {
      case 'attached':
        return this.#attached(pid)
      case 'enter':
        // With -z or -Z a line waits for its result.
        return this.#style.results === 'all' && this.#style.shows(record.nr) ? this.#entered(pid, record.text) : ''
      case 'exit':
        return this.#style.shows(record.nr) ? this.#whole(pid, record.nr, record.text, record.result) : ''
      case 'signal':
        return this.#style.showsSignals ? `${this.#breakOff()}${this.#name(pid)}--- ${record.sig} {${record.info}} ---\n` : ''
      case 'end':
        return this.#ended(pid, record.status)
    }
  }

  #name(pid: number): string {
    if (this.#style.alwaysNames) return `${String(pid).padEnd(5)} `
    return this.#processes.size > 1 ? `[pid ${String(pid).padStart(5)}] ` : ''
  }
  #breakOff(): string {
    if (this.#open === undefined) return ''
    const { pid, text } = this.#open
    this.#broken.set(pid, text)
    this.#open = undefined
    return ' <unfinished ...>\n'
  }

  #attached(pid: number): string {
    const text = this.#style.announces ? `strace: Process ${pid} attached\n${this.#breakOff()}` : ''
    this.#processes.add(pid)
    return text
  }
  #entered(pid: number, text: string): string {
    const line = `${this.#breakOff()}${this.#name(pid)}${text}`
    this.#open = { pid, text }
    return line
  }
  #whole(pid: number, nr: string, text: string, result: string): string {
    if (this.#style.results === 'all') return this.#left(pid, nr, text, result)
    if (result.startsWith('-1 ') !== (this.#style.results === 'failed')) return ''
    return this.#entered(pid, text) + this.#left(pid, nr, text, result)
  }
  #left(pid: number, nr: string, text: string, result: string): string {
    const open = this.#open?.pid === pid ? this.#open : undefined
    const before = open?.text ?? this.#broken.get(pid) ?? ''
    const rest = text.startsWith(before) ? text.slice(before.length) : ')'
    const prefix = open === undefined ? `${this.#breakOff()}${this.#name(pid)}<... ${nr} resumed>` : ''
    const column = open === undefined ? prefix.slice(prefix.lastIndexOf('\n') + 1).length : this.#name(pid).length + before.length
    this.#open = undefined
    this.#broken.delete(pid)
    const padding = ' '.repeat(Math.max(1, RESULT_COLUMN - column - rest.length))
    return `${prefix}${rest}${padding}= ${result}\n`
  }
  #ended(pid: number, status: number): string {
    const how = WIFEXITED(status) ? `exited with ${WEXITSTATUS(status)}` : `killed by SIG${SIGNAL_NAMES[WTERMSIG(status)] ?? WTERMSIG(status)}${(status & 0x80) !== 0 ? ' (core dumped)' : ''}`
    const line = this.#style.announcesEnd ? `${this.#breakOff()}${this.#name(pid)}+++ ${how} +++\n` : ''
    this.#processes.delete(pid)
    return line
  }
}
