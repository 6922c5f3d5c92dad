// `isolab conformance --record | --confirm | --compare`: the recorded cases on a real machine, each on a pristine one.
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fnv1a } from '../lab/session/checksum.ts'
import { parseCase } from '../test/conformance/case.ts'
import type { RecordedCase } from '../test/conformance/case.ts'
import { compare, describe, normalised } from '../test/conformance/compare.ts'
import type { Played } from '../test/conformance/delimit.ts'
import { playReal } from '../test/conformance/play-real.ts'
import type { CaseFile } from '../test/conformance/pool.ts'
import { runCases } from '../test/conformance/pool.ts'
import { readReality, realCase, sides, sidesTable, withRun, writeReality } from '../test/conformance/reality.ts'
import type { RealCase, ThreeSides } from '../test/conformance/reality.ts'
import { recordedText } from '../test/conformance/record.ts'
import { figures, table } from '../test/conformance/report.ts'
import type { Guests } from './machine-guests.ts'
import { missing, MACHINES, openGuests } from './machines.ts'
import type { MachineName } from './machines.ts'
import { Unavailable } from './usage.ts'

export type RealMachineName = Exclude<MachineName, 'sim'>
export interface OnReal { readonly machine: RealMachineName; readonly jobs: number; readonly verbose: boolean }

interface Done { readonly file: CaseFile; readonly recorded: RecordedCase; readonly text: string; readonly kernel: string; readonly played: readonly Played[] }

/** A case that differs is asked so often in all: what depends on the machine's load comes out one way or another, what is wrong never comes out right. */
const TRIES = 3

const out = (text: string): void => void process.stdout.write(`${text}\n`)

/** Writes what the machine prints into the cases' files. Status 1 if one could not be played. */
export async function record(files: readonly CaseFile[], on: OnReal): Promise<number> {
  const { unplayed } = await onMachines(files, on, 1, ({ file, recorded, text, played }) => {
    writeFileSync(file.path, recordedText(text, normalised(recorded, played)))
    out(`recorded ${relative(process.cwd(), file.path)}`)
  })
  return unplayed > 0 ? 1 : 0
}

/** Do the recordings hold? Status 1 if one doesn't, or could not be played. */
export async function confirm(files: readonly CaseFile[], on: OnReal): Promise<number> {
  const results: { id: string; commands: number; differences: ReturnType<typeof compare>; milliseconds: number }[] = []
  const { unplayed } = await onMachines(files, on, TRIES, ({ recorded, played }) => {
    const differences = compare(recorded, played)
    results.push({ id: recorded.id, commands: recorded.commands.length, differences, milliseconds: 0 })
    if (differences.length > 0) out(`does not hold: ${recorded.id}`)
    if (differences.length > 0 && on.verbose) out(describe(differences, 'recording'))
  })
  out(table(figures(results)))
  return unplayed > 0 || results.some(({ differences }) => differences.length > 0) ? 1 : 0
}

/** Simulator, recording and machine side by side; kept in reality.json for the coverage page. */
export async function compareAll(root: string, files: readonly CaseFile[], on: OnReal): Promise<number> {
  const why = await missing(on.machine)
  if (why !== undefined) throw new Unavailable(why)
  const simulated = new Map((await runCases(files, on.jobs)).map(({ id, differences }) => [id, differences]))
  const all: ThreeSides[] = []
  const cases: Record<string, RealCase> = {}
  const { kernel, unplayed } = await onMachines(files, on, TRIES, ({ recorded, text, kernel: release, played }) => {
    const each: ThreeSides = { id: recorded.id, commands: recorded.commands.length, simulated: simulated.get(recorded.id) ?? [], real: compare(recorded, played) }
    all.push(each)
    cases[each.id] = realCase(fnv1a(text), each)
    // After each case: this takes long, and may be broken off.
    writeReality(root, withRun(readReality(root), on.machine, { date: new Date().toISOString().slice(0, 10), kernel: release, cases }))
    if (each.simulated.length > 0) out(`simulator differs from the recording: ${each.id}${on.verbose ? `\n${describe(each.simulated, 'recording')}` : ''}`)
    if (each.real.length > 0) out(`${on.machine} differs from the recording: ${each.id}${on.verbose ? `\n${describe(each.real, 'recording')}` : ''}`)
  })
  if (kernel === undefined) return 1
  out(`\n${MACHINES[on.machine].title}, kernel ${kernel}\n${sidesTable(sides(all))}`)
  return unplayed > 0 ? 1 : 0
}

/** Plays every case on a pristine machine, at `most` so often until it agrees with its recording (the best counts); answers the kernel's release, undefined if nothing could be played, and how many of those that should have been weren't. Those with Docker come last, on a machine of their own. */
async function onMachines(files: readonly CaseFile[], { machine, jobs }: OnReal, most: number, take: (done: Done) => void): Promise<{ readonly kernel: string | undefined; readonly unplayed: number }> {
  let kernel: string | undefined
  let unplayed = 0
  const playFresh = async (guests: Guests, recorded: RecordedCase): Promise<{ readonly kernel: string; readonly played: readonly Played[]; readonly differing: number }> => {
    const guest = await guests.pristine()
    const played = await playReal(guest.agent, recorded, MACHINES[machine].slower)
    return { kernel: guest.kernel, played, differing: compare(recorded, played).length }
  }
  const read = files.map((file) => {
    const text = readFileSync(file.path, 'utf8')
    return { file, text, recorded: parseCase(file.id, text) }
  })
  for (const docker of [false, true]) {
    const due = read.filter(({ recorded }) => recorded.docker === docker)
    if (docker && due.length > 0 && !MACHINES[machine].hasDocker) {
      out(`left out: ${due.length} cases that need Docker, which ${MACHINES[machine].title} doesn't have`)
      continue
    }
    let next = 0
    const worker = async (): Promise<void> => {
      let guests: Guests | undefined
      try {
        while (next < due.length) {
          const each = due[next++]
          if (each === undefined) break
          guests ??= await openGuests(machine, docker)
          try {
            let best = await playFresh(guests, each.recorded)
            for (let tries = 1; tries < most && best.differing > 0; tries++) {
              const another = await playFresh(guests, each.recorded)
              if (another.differing < best.differing) best = another
            }
            kernel = best.kernel
            take({ ...each, kernel: best.kernel, played: best.played })
          } catch (error) {
            unplayed++
            out(`not played: ${each.recorded.id}: ${error instanceof Error ? error.message : String(error)}`)
            guests.close()
            guests = undefined
          }
        }
      } finally {
        guests?.close()
      }
    }
    await Promise.all(Array.from({ length: Math.min(jobs, due.length) }, worker))
  }
  return { kernel, unplayed }
}
