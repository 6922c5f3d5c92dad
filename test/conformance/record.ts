// Writes what a real machine printed into a case's text: what was recorded before is dropped, everything else stays.
import type { Normal } from './compare.ts'

/** `results`: one for each command, in order; undefined where the machine never came to it. */
export function recordedText(text: string, results: readonly (Normal | undefined)[]): string {
  const lines: string[] = []
  let command = -1
  let isInCommand = false
  const writeOutput = (): void => {
    const result = results[command]
    if (result !== undefined) lines.push(...result.lines.map((line) => `  ${line}`))
    const status = result === undefined ? 999 : result.status
    if (status !== undefined && status !== 0) lines.push(`  [${status}]`)
  }
  for (const line of text.split('\n')) {
    if (isInCommand && line.startsWith('  > ')) {
      lines.push(line)
      continue
    }
    if (isInCommand) writeOutput()
    isInCommand = line.startsWith('  $ ')
    if (isInCommand) command++
    if (isInCommand || command < 0 || !line.startsWith('  ')) lines.push(line)
  }
  if (isInCommand) writeOutput()
  return lines.join('\n')
}
