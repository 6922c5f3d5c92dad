// Runs cases in worker threads, side by side. A case that loops without ever making a system call can't be stopped from within:
// its thread is ended and the case counts as hanging; the others go on.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { parseCase } from './case.ts'
import { compare } from './compare.ts'
import type { Difference } from './compare.ts'
import { play } from './play.ts'

const ROLE = 'isolab-conformance'
const HANG_MS = 15_000
const SHOWN_LINES = 300

export interface CaseFile { readonly id: string; readonly path: string }

export interface CaseResult {
  readonly id: string
  readonly commands: number
  /** Commands whose lines or status differ. */
  readonly differences: readonly Difference[]
  /** The simulator itself failed: a bug of ours, or a hang. */
  readonly crash?: string
  readonly milliseconds: number
}

/** Runs all files; answers in their order. */
export async function runCases(files: readonly CaseFile[], jobs = availableParallelism(), onResult: (result: CaseResult) => void = () => undefined): Promise<CaseResult[]> {
  const results = new Array<CaseResult>(files.length)
  let next = 0
  const thread = async (): Promise<void> => {
    let worker = startWorker()
    while (next < files.length) {
      const index = next++
      const file = files[index]
      if (file === undefined) break
      const result = await oneCase(worker, file)
      if (result?.crash !== undefined || result === undefined) {
        await worker.terminate()
        worker = startWorker()
      }
      results[index] = result ?? hung(file)
      onResult(results[index])
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, files.length)) }, thread))
  return results
}

function startWorker(): Worker {
  const worker = new Worker(new URL(import.meta.url), { workerData: { role: ROLE }, resourceLimits: { maxOldGenerationSizeMb: 1024 } })
  worker.on('error', () => undefined)
  return worker
}

/** Undefined: no answer in time, or the thread died. */
function oneCase(worker: Worker, file: CaseFile): Promise<CaseResult | undefined> {
  return new Promise((resolve) => {
    const onError = (error: unknown): void => settle({ ...hung(file), crash: String(error) })
    const onExit = (): void => settle(undefined)
    const settle = (result: CaseResult | undefined): void => {
      clearTimeout(timer)
      worker.off('message', settle).off('error', onError).off('exit', onExit)
      resolve(result)
    }
    const timer = setTimeout(() => settle(undefined), HANG_MS)
    worker.on('message', settle).on('error', onError).on('exit', onExit)
    worker.postMessage(file)
  })
}

function hung(file: CaseFile): CaseResult {
  return failed(file, `no answer within ${HANG_MS / 1000} seconds`, HANG_MS)
}

/** Every command of the case counts as different. */
function failed(file: CaseFile, crash: string, milliseconds: number): CaseResult {
  const { commands } = parseCase(file.id, readFileSync(file.path, 'utf8'))
  return { id: file.id, commands: commands.length, crash, milliseconds, differences: commands.map(({ command, output, status }, index) => ({ index, command, want: output, got: [], wantStatus: status, gotStatus: undefined })) }
}

/** One case in this thread. */
export function runCase(file: CaseFile): CaseResult {
  const start = performance.now()
  const elapsed = (): number => Math.round(performance.now() - start)
  try {
    const recorded = parseCase(file.id, readFileSync(file.path, 'utf8'))
    const differences = compare(recorded, play(recorded)).map((each) => ({ ...each, got: each.got.slice(0, SHOWN_LINES) }))
    return { id: file.id, commands: recorded.commands.length, differences, milliseconds: elapsed() }
  } catch (error) {
    return failed(file, error instanceof Error ? (error.stack ?? error.message) : String(error), elapsed())
  }
}

if (!isMainThread && (workerData as { role?: unknown } | null)?.role === ROLE) {
  parentPort?.on('message', (file: CaseFile) => parentPort?.postMessage(runCase(file)))
}
