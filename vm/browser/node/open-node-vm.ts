// The machine of the page in Node: for the command line, the lessons' check and the tests. The image is read from $ISOLAB_VM_HOME.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { TerminalOptions } from '../../../lab/machine.ts'
import { type MachineSource, RealMachine, type RealMachineListeners } from '../../agent/real-machine.ts'
import { vmHome } from '../../image/target.ts'
import { Emulator, type EmulatorParts } from '../emulator.ts'
import { type BrowserVmManifest, isManifest } from '../manifest.ts'

/** Node has it, its types don't. */
declare const WebAssembly: { instantiate(code: Uint8Array, imports: unknown): Promise<{ readonly instance: { readonly exports: Awaited<ReturnType<EmulatorParts['instantiate']>> } }> }

export const HOW_TO_BUILD = 'no image of the machine for the page: `npm run vm:build browser` builds one'

/** The image's manifest, or undefined when there is none. */
export function nodeVmManifest(home: string = vmHome('browser')): BrowserVmManifest | undefined {
  const path = join(home, 'manifest.json')
  const manifest: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return isManifest(manifest) ? manifest : undefined
}

export interface NodeVmOptions {
  readonly home?: string
  /** Runs as root before the first terminal, and after every reset. */
  readonly setup?: string
  readonly terminals?: readonly TerminalOptions[]
  readonly listeners?: RealMachineListeners
}

/** A guest in this process, and the way back to its saved state. @throws {Error} with HOW_TO_BUILD when there is no image */
export async function nodeVmSource(home: string = vmHome('browser')): Promise<MachineSource> {
  const manifest = nodeVmManifest(home)
  if (manifest === undefined) throw new Error(HOW_TO_BUILD)
  const { V86 } = await import('v86')
  const { state, wasm } = manifest.files
  const code = gunzipSync(readFileSync(join(home, wasm.name)))
  const emulator = await Emulator.start({
    V86, memory: manifest.memory, state: exactBuffer(readFileSync(join(home, state.name))),
    instantiate: async (imports) => (await WebAssembly.instantiate(code, imports)).instance.exports,
  })
  return {
    kind: 'browser-vm',
    connect: () => Promise.resolve(emulator.port()),
    restore: async () => {
      await emulator.restore()
      return emulator.port()
    },
    dispose: () => void emulator.destroy(),
  }
}

/** Starts a machine in this process. @throws {Error} with HOW_TO_BUILD when there is no image */
export async function openNodeVm({ home, setup = '', terminals = [], listeners }: NodeVmOptions = {}): Promise<RealMachine> {
  const machine = new RealMachine(await nodeVmSource(home), listeners)
  try {
    await machine.start({ setup, terminals })
    return machine
  } catch (error) {
    machine.close()
    throw error
  }
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}
