// `isolab conformance`: the recorded cases, from the command line. Builders find their bugs with -v.
import { join } from 'node:path'
import { describe } from '../test/conformance/compare.ts'
import { findCases, readRatchet, writeRatchet } from '../test/conformance/files.ts'
import { runCases } from '../test/conformance/pool.ts'
import type { CaseFile } from '../test/conformance/pool.ts'
import { extended, figures, lost, table } from '../test/conformance/report.ts'
import { machineArgument } from './machines.ts'
import { parseArguments, UsageError } from './usage.ts'
import type { Arguments } from './usage.ts'

const ROOT = join(import.meta.dirname, '..', 'test', 'conformance')

export async function conformance(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args, { flags: ['verbose', 'update', 'table', 'slow', 'record', 'confirm', 'compare'], values: ['jobs', 'machine'], short: { v: 'verbose', j: 'jobs' }, words: true })
  const jobs = Number(parsed.values.get('jobs') ?? (verbs(parsed).length > 0 ? 1 : 2))
  if (!(jobs >= 1)) throw new UsageError(`--jobs is a number of threads, not '${parsed.values.get('jobs') ?? ''}'`)
  let files: CaseFile[]
  try {
    files = findCases(ROOT, parsed.words)
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error
  }
  if (verbs(parsed).length > 0) return onReal(parsed, files, jobs)
  if (parsed.values.has('machine')) throw new UsageError('--machine goes with --record, --confirm or --compare')
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

const verbs = ({ flags }: Arguments): string[] => ['record', 'confirm', 'compare'].filter((verb) => flags.has(verb))

/** On a real machine: QEMU's unless another is named. */
async function onReal(parsed: Arguments, files: readonly CaseFile[], jobs: number): Promise<number> {
  const [verb, another] = verbs(parsed)
  if (another !== undefined) throw new UsageError(`--${verb ?? ''} or --${another}, not both`)
  const machine = parsed.values.has('machine') ? machineArgument(parsed) : 'qemu'
  if (machine === 'sim') throw new UsageError(`--${verb ?? ''} asks a real machine, qemu or browser-vm; the simulator is what is measured`)
  if (verb === 'record' && parsed.words.length === 0) throw new UsageError('--record overwrites recordings: name the cases')
  const { compareAll, confirm, record } = await import('./machine-conformance.ts')
  const on = { machine, jobs, verbose: parsed.flags.has('verbose') }
  return verb === 'record' ? record(files, on) : verb === 'confirm' ? confirm(files, on) : compareAll(ROOT, files, on)
}
