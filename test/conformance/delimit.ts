// Where one command's output ends and the next begins; the same for every machine, so that results are comparable.
import type { RecordedCase } from './case.ts'

/** What a command printed, raw, and its exit status where it is known. */
export interface Played { readonly output: string; readonly status: number | undefined }

export const SALT = 'SALT7f3a9'
const PROMPT = /(?:[\w !]+@[\w.-]+:[^\n]*[#$] |(?:^|\n)(?:\/[^\n ]* )?[#$] |(?:^|\n)> )$/
const ESCAPES = /\x1b\[[0-9;?]*[a-zA-Z]/g
/** What has been written over: BusyBox's shell draws its prompt anew when the terminal's size is told late. */
const OVERWRITTEN = /[^\n\r]*\r+(?=[^\n\r])|\r/g

/** A case's commands as one script that says the exit status, behind a salt, after each. */
export function scriptOf({ commands }: Pick<RecordedCase, 'commands'>): string {
  return commands.map(({ command }) => `${command}\necho "${SALT} $?"\n`).join('')
}

/** The output of each of `count` commands. */
export function cutAtSalt(text: string, count: number): Played[] {
  return Array.from({ length: count }, () => {
    const mark = new RegExp(`${SALT} (\\d+)\\n?`).exec(text)
    const played = { output: mark === null ? text : text.slice(0, mark.index), status: mark === null ? undefined : Number(mark[1]) }
    text = mark === null ? '' : text.slice(mark.index + mark[0].length)
    return played
  })
}

/** Does a shell's prompt stand at the end of what a terminal printed? */
export function isPrompt(output: string): boolean {
  return PROMPT.test(output.replace(ESCAPES, '').replace(OVERWRITTEN, ''))
}

/** The keys of a command in a terminal's case. `patience`: look after so many seconds, prompt or not. */
export function keysOf(command: string): { readonly bytes: Uint8Array; readonly patience: number | undefined } {
  const patient = /^<no-prompt (\d+)> (.*)$/s.exec(command)
  const typed = patient?.[2] ?? command
  const bytes = /^\^[A-Z\\]$/.test(typed) ? Uint8Array.of(typed.charCodeAt(1) & 31) : new TextEncoder().encode(`${typed}\n`)
  return { bytes, patience: patient === null ? undefined : Number(patient[1]) }
}
