// A recorded case: what real Linux printed for a list of commands. README.md has the format.

export interface RecordedCommand {
  readonly command: string
  /** Lines printed, as recorded. */
  readonly output: readonly string[]
  /** Exit status; undefined where it was not known (a terminal, a shell that had ended). */
  readonly status: number
}

export interface Mask { readonly pattern: RegExp; readonly name: string }

export interface RecordedCase {
  /** `area/file.t` */
  readonly id: string
  readonly title: string
  readonly user: string
  readonly mode: 'script' | 'pty'
  readonly docker: boolean
  /** Seconds the recording waited for a command's prompt, or for the whole script. */
  readonly timeout: number
  readonly masks: readonly Mask[]
  readonly commands: readonly RecordedCommand[]
}

export class CaseError extends Error {}

interface Draft { command: string; readonly output: string[]; status: number }

export function parseCase(id: string, text: string): RecordedCase {
  const head = new Map<string, string>()
  const masks: Mask[] = []
  const commands: Draft[] = []
  for (const line of text.split('\n')) {
    const header = /^# (\w+): (.*)/.exec(line)
    const last = commands.at(-1)
    if (header !== null && last === undefined) {
      const [, key = '', value = ''] = header
      if (key === 'mask') masks.push(parseMask(id, value))
      else head.set(key, value.trim())
    } else if (line.startsWith('  $ ')) commands.push({ command: line.slice(4), output: [], status: 0 })
    else if (line.startsWith('  > ') && last !== undefined && last.output.length === 0) last.command += `\n${line.slice(4)}`
    else if (line.startsWith('  ') && last !== undefined) {
      const status = /^ {2}\[(\d+)\]$/.exec(line)?.[1]
      if (status === undefined) last.output.push(line.slice(2))
      else last.status = Number(status)
    }
  }
  if (commands.length === 0) throw new CaseError(`${id}: no command; a command is a line that starts with two blanks and a dollar`)
  const mode = head.get('mode') ?? 'script'
  if (mode !== 'script' && mode !== 'pty') throw new CaseError(`${id}: mode is '${mode}', it can be script or pty`)
  return {
    id, mode, masks, commands,
    title: head.get('title') ?? id,
    user: head.get('user') ?? 'root',
    docker: head.get('needs')?.includes('docker') === true,
    timeout: Number(head.get('timeout') ?? 30),
  }
}

function parseMask(id: string, value: string): Mask {
  const at = value.lastIndexOf(' => ')
  if (at < 0) throw new CaseError(`${id}: a mask is written 'pattern => name'`)
  return { pattern: new RegExp(value.slice(0, at), 'dgm'), name: value.slice(at + 4) }
}
