// The input log is the session: what was typed, and at which point of the machine's life. Same log, same bytes. As text it carries a
// version and a checksum, so that a damaged one is recognised and can be offered for download instead of being half replayed.
import { fnv1a } from './checksum.ts'

export const LOG_VERSION = 1

/** A point in the machine's life: system calls made and ns since boot. */
export interface At { readonly steps: number; readonly now: number }

export type LogEntry =
  | { readonly kind: 'open'; readonly at: At; readonly terminal: string; readonly user: string; readonly rows: number; readonly cols: number }
  /** `bytes`: one character for each byte. */
  | { readonly kind: 'type'; readonly at: At; readonly terminal: string; readonly bytes: string }
  | { readonly kind: 'resize'; readonly at: At; readonly terminal: string; readonly rows: number; readonly cols: number }
  | { readonly kind: 'script'; readonly at: At; readonly user: string; readonly script: string }

export interface InputLog {
  readonly seed: number
  readonly bootTimeMs: number | undefined
  readonly docker: boolean
  /** What Docker has besides the usual images. */
  readonly images?: readonly string[]
  /** Which lesson it is of (`rooms/a-name-of-your-own`), or `playground`. */
  readonly lesson: string
  /** The simulator's build. Another build replays by waiting for quiet instead of counting system calls. */
  readonly build: string
  readonly entries: readonly LogEntry[]
  /** How far the machine had come after the last entry. */
  readonly until: At
}

export type LogProblem = 'empty' | 'not-readable' | 'newer-version' | 'checksum' | 'shape' | 'diverged'

const WORDS: Readonly<Record<LogProblem, string>> = {
  'empty': 'There is no saved session.',
  'not-readable': 'The saved session is damaged: it is not complete.',
  'newer-version': 'The saved session was written by a newer version of this page.',
  'checksum': 'The saved session is damaged: its checksum does not agree.',
  'shape': 'The saved session is damaged: an entry of it makes no sense.',
  'diverged': 'The saved session does not lead to the same machine any more.',
}

/** A log that can't be used. The text it came from should be kept for download, and a fresh start be offered. */
export class LogError extends Error {
  readonly problem: LogProblem
  constructor(problem: LogProblem, detail = '') {
    super(detail === '' ? WORDS[problem] : `${WORDS[problem]} (${detail})`)
    this.problem = problem
  }
}

/** `isolab-session 1 CHECKSUM` on the first line, JSON on the second. */
export function writeLog(log: InputLog): string {
  const body = JSON.stringify(log)
  return `isolab-session ${LOG_VERSION} ${fnv1a(body)}\n${body}\n`
}

/** @throws {LogError} */
export function readLog(text: string): InputLog {
  if (text.trim() === '') throw new LogError('empty')
  const [first = '', body = ''] = text.split('\n')
  const [magic, version, checksum] = first.split(' ')
  if (magic !== 'isolab-session' || !/^[1-9]\d*$/.test(version ?? '')) throw new LogError('not-readable', 'no heading')
  if (Number(version) > LOG_VERSION) throw new LogError('newer-version')
  if (fnv1a(body) !== checksum) throw new LogError('checksum')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new LogError('not-readable')
  }
  if (!isLog(value)) throw new LogError('shape')
  return value
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isText = (value: unknown): boolean => typeof value === 'string'

function isLog(value: unknown): value is InputLog {
  if (!isFields(value) || !Array.isArray(value.entries)) return false
  if (!isCount(value.seed) || typeof value.docker !== 'boolean' || !isText(value.lesson) || !isText(value.build)) return false
  if (value.images !== undefined && !(Array.isArray(value.images) && value.images.every(isText))) return false
  if (!isFields(value.until) || !isCount(value.until.steps) || !isCount(value.until.now)) return false
  let last = 0
  return value.entries.every((entry: unknown) => {
    if (!isFields(entry) || !isFields(entry.at) || !isCount(entry.at.steps) || !isCount(entry.at.now)) return false
    if (Number(entry.at.now) < last) return false
    last = Number(entry.at.now)
    switch (entry.kind) {
      case 'open': return isText(entry.terminal) && isText(entry.user) && isCount(entry.rows) && isCount(entry.cols)
      case 'type': return isText(entry.terminal) && isText(entry.bytes)
      case 'resize': return isText(entry.terminal) && isCount(entry.rows) && isCount(entry.cols)
      case 'script': return isText(entry.user) && isText(entry.script)
      default: return false
    }
  })
}
