// Real Linux in the page: whether this site has it and this device can run it, how much there is to download, and the way in.
import type { Machine } from '../../lab/machine.ts'
import { type BrowserVmManifest, isManifest } from './manifest.ts'

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

/** Whether there is a machine under `baseUrl` that this device can run. Downloads the manifest (a few kB) and nothing else. */
export async function browserVmInfo(baseUrl: string): Promise<BrowserVmInfo> {
  const response = await fetch(new URL('manifest.json', baseUrl)).catch(() => undefined)
  const manifest: unknown = response?.ok === true ? await response.json().catch(() => undefined) : undefined
  if (!isManifest(manifest)) {
    return { available: false, reason: 'This site has no real Linux for the page.', remedy: 'Whoever runs it can build one with `npm run vm:build browser`, and then the site again.' }
  }
  return { available: true, manifest, toDownload: manifest.bytes }
}

/** Downloads what is missing, starts the machine and sets it up. @throws {BrowserVmError} also when `signal` is aborted */
export function openBrowserVm(_options: OpenOptions): Promise<Machine> {
  return Promise.reject(new BrowserVmError('Real Linux in the page is still being built.', 'Use the simulated machine.'))
}
