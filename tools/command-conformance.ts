// `isolab conformance`: the recorded cases, from the command line. Builders find their bugs with -v.
import { join } from 'node:path'
import { describe } from '../test/conformance/compare.ts'
import { findCases, readRatchet, writeRatchet } from '../test/conformance/files.ts'
import { runCases } from '../test/conformance/pool.ts'
import type { CaseFile } from '../test/conformance/pool.ts'
import { extended, figures, lost, table } from '../test/conformance/report.ts'
import { parseArguments, UsageError } from './usage.ts'

const ROOT = join(import.meta.dirname, '..', 'test', 'conformance')

export async function conformance(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args, { flags: ['verbose', 'update', 'table', 'slow'], values: ['jobs'], short: { v: 'verbose', j: 'jobs' }, words: true })
  const jobs = Number(parsed.values.get('jobs') ?? 2)
  if (!(jobs >= 1)) throw new UsageError(`--jobs is a number of threads, not '${parsed.values.get('jobs') ?? ''}'`)
  let files: CaseFile[]
  try {
    files = findCases(ROOT, parsed.words)
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error
  }
  const out = (text: string): void => void process.stdout.write(`${text}\n`)
  const results = await runCases(files, jobs, ({ id, differences, crash }) => {
    if (parsed.flags.has('table') || (differences.length === 0 && crash === undefined)) return
    out(`differs ${id}${crash === undefined ? '' : `: the simulator failed: ${parsed.flags.has('verbose') ? crash : (crash.split('\n')[0] ?? '')}`}`)
    if (parsed.flags.has('verbose') && crash === undefined) out(describe(differences))
  })
  if (parsed.flags.has('slow')) for (const { id, milliseconds } of results.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 15)) out(`${String(milliseconds).padStart(6)} ms  ${id}`)
  out(table(figures(results)))
  const ratchet = readRatchet(ROOT)
  const missing = lost(ratchet, results)
  for (const { id, commands } of missing) out(`lost: ${id}, command${commands.length > 1 ? 's' : ''} ${commands.map((index) => index + 1).join(', ')} agreed with real Linux before`)
  if (parsed.flags.has('update')) writeRatchet(ROOT, extended(ratchet, results))
  return missing.length > 0 ? 1 : 0
}
