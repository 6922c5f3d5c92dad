// Boots the machine once in v86, waits until its agent answers, lets everything come to rest and saves it: what learners get goes on from there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { V86, type V86Options } from 'v86'
import { AgentClient } from '../../agent/agent-client.ts'
import { ConsolePort, MACHINE_OPTIONS } from '../../browser/emulator.ts'
import { BuildError } from '../target.ts'

const BIOS = '/usr/share/seabios'
const COMMAND_LINE = 'console=ttyS0 quiet mitigations=off tsc=reliable net.ifnames=0 panic=-1 init_on_alloc=1 random.trust_cpu=on'
const BOOT_SECONDS = 400
/** What guest/start says at its end. */
const UP = 'the machine is up'

/** The simulated host's. v86 would make one up. */
const MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56]
interface NetworkCard { readonly v86: { readonly cpu: { readonly devices: { readonly virtio_net: { mac: readonly number[] } } } } }

export interface BootParts { readonly bzImage: Uint8Array; readonly initrd: Uint8Array; readonly memory: number; readonly say: (line: string) => void }
export interface SavedState { readonly state: Uint8Array; readonly release: string }

/** The state of the sleeping machine, not compressed, and the release its kernel tells. */
export async function makeState({ bzImage, initrd, memory, say }: BootParts): Promise<SavedState> {
  const v86 = new V86({
    ...MACHINE_OPTIONS, memory_size: memory, autostart: false, cmdline: COMMAND_LINE,
    // A boot is one long computation, which the JIT helps; the state doesn't know of it.
    disable_jit: false,
    wasm_path: v86File('v86.wasm'), bios: image(readFileSync(join(BIOS, 'bios.bin'))), vga_bios: image(readFileSync(join(BIOS, 'vgabios-stdvga.bin'))),
    bzimage: image(bzImage), initrd: image(initrd),
  })
  const screen = new Screen(v86)
  await new Promise<void>((resolve) => v86.add_listener('emulator-loaded', () => resolve()))
  ;(v86 as unknown as NetworkCard).v86.cpu.devices.virtio_net.mac = MAC
  await v86.run()
  await screen.says(UP)
  const { agent, release } = await reach(v86)
  say(`Linux ${release} is up; letting it come to rest`)
  await agent.clock(Date.now())
  await agent.quiesce()
  await v86.stop()
  const state = new Uint8Array(await v86.save_state())
  agent.close()
  await v86.destroy()
  return { state, release }
}

/** The agent, once it listens. What is said to it too early comes back as an echo of the terminal: then the line is begun anew. */
async function reach(v86: V86): Promise<{ readonly agent: AgentClient; readonly release: string }> {
  let port = new ConsolePort(v86)
  v86.add_listener('virtio-console0-output-bytes', (bytes) => port.receive(bytes))
  for (let attempt = 0; attempt < 20; attempt++) {
    await new Promise((resolve) => { setTimeout(resolve, 1000) })
    port = new ConsolePort(v86)
    const agent = new AgentClient(port)
    const patience = new Promise<undefined>((resolve) => { setTimeout(resolve, 10_000, undefined) })
    const hello = await Promise.race([agent.hello().catch(() => undefined), patience])
    if (hello !== undefined) return { agent, release: hello.release }
    port.close()
  }
  throw new BuildError('the machine is up, but its agent does not answer')
}

/** The serial line: what the kernel and init say. */
class Screen {
  #text = ''

  constructor(v86: V86) {
    v86.add_listener('serial0-output-byte', (byte) => {
      this.#text = `${this.#text}${String.fromCharCode(byte)}`.slice(-8000)
    })
  }

  /** Waits for a text. */
  async says(text: string): Promise<void> {
    for (const start = performance.now(); !this.#text.includes(text);) {
      if (performance.now() - start > BOOT_SECONDS * 1000) throw new BuildError(`the machine did not come up within ${BOOT_SECONDS} seconds; the last it said:\n${this.#tail()}`)
      await new Promise((resolve) => { setTimeout(resolve, 100) })
    }
  }

  #tail(): string {
    return this.#text.trimEnd().split('\n').slice(-20).join('\n')
  }
}

const v86File = (name: string): string => join(import.meta.dirname, '../../../node_modules/v86/build', name)

function image(bytes: Uint8Array): NonNullable<V86Options['bios']> {
  return { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer }
}
