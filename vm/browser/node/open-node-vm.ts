// The machine of the page in Node: for the command line, the lessons' check and the tests. The image is read from $ISOLAB_VM_HOME.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { RealMachine, type RealMachineListeners, type RealStart } from '../../agent/real-machine.ts'
import { Emulator } from '../emulator.ts'
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

export interface NodeVmOptions {
  readonly home?: string
  /** Setup and terminals; none unless said. */
  readonly start?: RealStart
  readonly listeners?: RealMachineListeners
}

/** Starts a machine in this process. @throws {Error} with HOW_TO_BUILD when there is no image */
export async function openNodeVm({ home = nodeVmHome(), start = { setup: '', terminals: [] }, listeners }: NodeVmOptions = {}): Promise<RealMachine> {
  const manifest = nodeVmManifest(home)
  if (manifest === undefined) throw new Error(HOW_TO_BUILD)
  const { V86 } = await import('v86')
  const { state, wasm } = manifest.files
  const emulator = await Emulator.start({
    V86, memory: manifest.memory,
    wasm: await WebAssembly.compile(gunzipSync(readFileSync(join(home, wasm.name)))),
    state: exactBuffer(readFileSync(join(home, state.name))),
  })
  const machine = new RealMachine({
    kind: 'browser-vm',
    connect: () => Promise.resolve(emulator.port()),
    restore: async () => {
      await emulator.restore()
      return emulator.port()
    },
    dispose: () => void emulator.destroy(),
  }, listeners)
  await machine.start(start)
  return machine
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}
