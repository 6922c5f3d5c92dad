// Signal names as procps and psmisc spell them: POLL for 29, SIG optional, any case, numbers up to 64 (procps' signals.c).
import { SIGNAL_NAMES } from '../../../abi/signal.ts'

const ALIASES = new Map([['POLL', 29], ['IOT', 6], ['CLD', 17]])

/** Names 1 to 31 in the order of their numbers. */
export const LISTED_SIGNALS: readonly string[] = SIGNAL_NAMES.slice(1, 32).map((name) => (name === 'IO' ? 'POLL' : name ?? ''))

/** The number of a name or number, or undefined. `0` is a signal here. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 127 ? Number(text) : undefined
  const name = text.toUpperCase().replace(/^SIG/, '')
  if (name === 'EXIT' || name === 'NULL') return 0
  const realtime = /^RTMIN(?:\+(\d+))?$/.exec(name)
  if (realtime !== null) return 34 + Number(realtime[1] ?? 0)
  const index = SIGNAL_NAMES.indexOf(name)
  return index > 0 ? index : ALIASES.get(name)
}

export const signalName = (signal: number): string | undefined => (signal === 0 ? '0' : LISTED_SIGNALS[signal - 1] ?? (signal >= 34 && signal <= 64 ? `RTMIN+${signal - 34}`.replace(/\+0$/, '') : undefined))

/** All names in lines of at most 80 columns, as kill -l prints them. */
export function signalList(): string {
  let out = ''
  let line = ''
  for (const name of LISTED_SIGNALS) {
    if (line.length + name.length + 1 > 80 - 3) {
      out += `${line}\n`
      line = name
    } else line = line === '' ? name : `${line} ${name}`
  }
  return `${out}${line}\n`
}

/** kill -L: seven to a line. */
export function signalTable(): string {
  const cells = LISTED_SIGNALS.map((name, i) => `${String(i + 1).padStart(2)} ${name}`)
  let out = ''
  for (let i = 0; i < cells.length; i += 7) {
    const row = cells.slice(i, i + 7)
    const full = row.length === 7
    out += `${row.map((cell, k) => (full && k === 6 ? cell : cell.padEnd(11))).join('')}\n`
  }
  return out
}
