// What the page and the Worker with the machine say to each other. Every message has a sequence number of its direction, so that a lost
// or doubled one is noticed; order is the order of sending.
import type { Explanation } from '../lens/explain.ts'
import type { World } from '../world.ts'
import type { ScriptResult, Step } from '../machine.ts'
import type { LogProblem } from './log.ts'

export interface TerminalSetup { readonly name: string; readonly user: string; readonly rows: number; readonly cols: number }

/** What a session starts from: a lesson's beginning, or a saved log. */
export interface SessionStart {
  /** Lesson id, or `playground`. */
  readonly lesson: string
  readonly docker: boolean
  readonly images?: readonly string[]
  /** Run by root before the terminals open. */
  readonly setup: string
  readonly terminals: readonly TerminalSetup[]
  /** A saved session (writeLog's text) to go on with. */
  readonly log?: string
}

export type Request =
  | { readonly kind: 'start'; readonly start: SessionStart }
  | { readonly kind: 'open'; readonly terminal: TerminalSetup }
  | { readonly kind: 'type'; readonly terminal: string; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly terminal: string; readonly rows: number; readonly cols: number }
  /** So many bytes of this terminal are on the screen. The machine stops when too many are not. */
  | { readonly kind: 'ack'; readonly terminal: string; readonly bytes: number }
  /** Back to the end of step n; what came after is gone. Undo is going back by one. */
  | { readonly kind: 'go-back'; readonly step: number }
  /** Back to the beginning. */
  | { readonly kind: 'reset' }
  /** 1 is the wall clock's speed; Infinity runs free. */
  | { readonly kind: 'speed'; readonly speed: number }
  /** Asks for a reply. */
  | { readonly kind: 'run'; readonly script: string; readonly user: string }
  | { readonly kind: 'check'; readonly scripts: readonly { readonly user: string; readonly script: string }[] }
  | { readonly kind: 'world' }
  /** What the programs of a step asked of the kernel. */
  | { readonly kind: 'explain'; readonly step: number }

export type Report =
  /** The session (or another one, after going back) begins: screens are to be cleared, output so far follows. */
  | { readonly kind: 'started'; readonly terminals: readonly TerminalSetup[]; readonly timeline: readonly Step[]; readonly restored: boolean }
  | { readonly kind: 'output'; readonly terminal: string; readonly bytes: Uint8Array }
  | { readonly kind: 'closed'; readonly terminal: string; readonly status: number }
  | { readonly kind: 'step'; readonly step: Step }
  /** The World during a step that is not over. */
  | { readonly kind: 'world'; readonly world: World }
  /** `turn` is whose turn it is, by terminal: true where the machine waits for the learner. */
  | { readonly kind: 'state'; readonly running: 'busy' | 'sleeping' | 'idle'; readonly turn: Readonly<Record<string, boolean>>; readonly time: number }
  /** The log to keep, after each step and some time after typing. */
  | { readonly kind: 'save'; readonly log: string }
  /** A log could not be used; nothing has been started. `log` is its text, for download. */
  | { readonly kind: 'bad-log'; readonly problem: LogProblem; readonly message: string; readonly log: string }
  | { readonly kind: 'reply'; readonly to: number; readonly value: ScriptResult | readonly ScriptResult[] | World | Explanation | undefined }
  /** The simulator itself failed: a bug of ours. `log` shows how to make it happen again. */
  | { readonly kind: 'failed'; readonly message: string; readonly log: string }

export type Numbered<T> = T & { readonly seq: number }

/** Bytes of a terminal that may be under way to the screen before the machine waits. */
export const OUTPUT_WINDOW = 256 * 1024
