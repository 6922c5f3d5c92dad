// Real Linux in the page: whether this site has it and this device can run it, how much there is to download, and the way in.
import type { TerminalOptions } from '../../lab/machine.ts'
import { RealMachine, type RealMachineListeners } from '../agent/real-machine.ts'
import { bytesToDownload, manifestResponse } from './download.ts'
import { type BrowserVmManifest, isManifest } from './manifest.ts'
import { WorkerSource } from './worker-source.ts'

export type BrowserVmInfo =
  | {
    readonly available: true
    readonly manifest: BrowserVmManifest
    /** Bytes that are to be downloaded before the first prompt; 0 when everything is in the browser's cache. */
    readonly toDownload: number
  }
  /** Why not, and what helps, in words for a learner. */
  | { readonly available: false; readonly reason: string; readonly remedy: string }

export interface VmProgress {
  readonly phase: 'download' | 'start'
  /** bytes */
  readonly loaded: number
  readonly total: number
}

export interface OpenOptions {
  /** Folder of the image on this site, with a slash at its end. */
  readonly baseUrl: string
  /** Runs as root before the first terminal, and after every reset. */
  readonly setup?: string
  /** Opened once the setup has run, and after every reset. */
  readonly terminals?: readonly TerminalOptions[]
  readonly listeners?: RealMachineListeners
  readonly onProgress?: (progress: VmProgress) => void
  readonly signal?: AbortSignal
}

/** What a learner can't be given, in words for them. */
export class BrowserVmError extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

const SIMULATE = 'Use the simulated machine: it needs next to nothing.'
/** The machine's own memory, and as much again for the emulator while it starts; GB, as browsers round it. */
const LEAST_MEMORY = 1

/** Whether there is a machine under `baseUrl` that this device can run. Downloads the manifest (a few kB) and nothing else. */
export async function browserVmInfo(baseUrl: string): Promise<BrowserVmInfo> {
  const hindrance = lacking()
  if (hindrance !== undefined) return { available: false, ...hindrance }
  const response = await manifestResponse(baseUrl)
  const manifest: unknown = response?.ok === true ? await response.json().catch(() => undefined) : undefined
  if (!isManifest(manifest)) {
    return { available: false, reason: 'This site has no real Linux for the page.', remedy: 'Whoever runs it can build one with `npm run vm:build browser`, and then the site again.' }
  }
  return { available: true, manifest, toDownload: await bytesToDownload(baseUrl, manifest) }
}

/** What this browser or device can't do. */
function lacking(): { readonly reason: string; readonly remedy: string } | undefined {
  if (typeof WebAssembly === 'undefined' || typeof Worker === 'undefined') return { reason: 'This browser runs no WebAssembly, which the machine is made of.', remedy: `A current Firefox, Chrome, Edge or Safari does, unless it is locked down. ${SIMULATE}` }
  if (typeof DecompressionStream === 'undefined') return { reason: 'This browser is too old for the machine.', remedy: `Any of the last three years will do. ${SIMULATE}` }
  const memory = (navigator as { readonly deviceMemory?: number }).deviceMemory
  if (memory !== undefined && memory < LEAST_MEMORY) return { reason: `This device has ${memory} GB of memory, too little for a machine in the page.`, remedy: SIMULATE }
  return undefined
}

/** Downloads what is missing, starts the machine in a Worker and sets it up. @throws {BrowserVmError} also when `signal` is aborted */
export async function openBrowserVm({ baseUrl, setup = '', terminals = [], listeners, onProgress, signal }: OpenOptions): Promise<RealMachine> {
  const info = await browserVmInfo(baseUrl)
  if (!info.available) throw new BrowserVmError(info.reason, info.remedy)
  if (signal?.aborted === true) throw stopped()
  const worker = new Worker(new URL('./vm-worker.ts', import.meta.url), { type: 'module', name: 'real-linux' })
  const source = new WorkerSource({ worker, baseUrl, manifest: info.manifest, onProgress, failed: (message, remedy) => new BrowserVmError(message, remedy) })
  const machine = new RealMachine(source, listeners)
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    machine.close()
  }
  signal?.addEventListener('abort', stop)
  try {
    await machine.start({ setup, terminals })
  } catch (error) {
    machine.close()
    throw isStopped ? stopped() : error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  return machine
}

const stopped = (): BrowserVmError => new BrowserVmError('The download was stopped.', 'What has come already is kept.')
