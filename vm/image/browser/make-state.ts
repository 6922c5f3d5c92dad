// Boots the machine once in v86, waits until its agent answers, lets everything come to rest and saves it: what learners get goes on from there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { V86, type V86Options } from 'v86'
import { AgentClient, type AgentHello } from '../../agent/agent-client.ts'
import { ConsolePort, MACHINE_OPTIONS } from '../../browser/emulator.ts'
import { BuildError } from '../target.ts'

const BIOS = '/usr/share/seabios'
const COMMAND_LINE = 'console=ttyS0 quiet mitigations=off tsc=reliable net.ifnames=0 panic=-1 random.trust_cpu=on'
const BOOT_SECONDS = 400

export interface BootParts { readonly bzImage: Uint8Array; readonly initrd: Uint8Array; readonly memory: number; readonly say: (line: string) => void }
export interface SavedState { readonly state: Uint8Array; readonly release: string }

/** The state of the sleeping machine, not compressed, and the release its kernel tells. */
export async function makeState({ bzImage, initrd, memory, say }: BootParts): Promise<SavedState> {
  const v86 = new V86({
    ...MACHINE_OPTIONS, memory_size: memory, autostart: true, cmdline: COMMAND_LINE,
    // A boot is one long computation, which the JIT helps; the state doesn't know of it.
    disable_jit: false,
    wasm_path: v86File('v86.wasm'), bios: image(readFileSync(join(BIOS, 'bios.bin'))), vga_bios: image(readFileSync(join(BIOS, 'vgabios-stdvga.bin'))),
    bzimage: image(bzImage), initrd: image(initrd),
  })
  const screen = new Screen(v86)
  await new Promise<void>((resolve) => v86.add_listener('emulator-loaded', () => resolve()))
  const port = new ConsolePort(v86)
  v86.add_listener('virtio-console0-output-bytes', (bytes) => port.receive(bytes))
  const agent = new AgentClient(port)
  const { release } = await answer(agent, screen)
  say(`Linux ${release} is up; letting it come to rest`)
  await agent.clock(Date.now())
  await agent.quiesce()
  await v86.stop()
  const state = new Uint8Array(await v86.save_state())
  agent.close()
  await v86.destroy()
  return { state, release }
}

/** Asks until the agent is there: what is sent before it listens may be lost. */
async function answer(agent: AgentClient, screen: Screen): Promise<AgentHello> {
  for (const start = performance.now(); performance.now() - start < BOOT_SECONDS * 1000;) {
    const hello = await Promise.race([agent.hello(), new Promise<undefined>((resolve) => { setTimeout(resolve, 1500, undefined) })])
    if (hello !== undefined) return hello
  }
  throw new BuildError(`the machine did not come up within ${BOOT_SECONDS} seconds; the last it said:\n${screen.tail()}`)
}

/** The serial line: what the kernel and init say. */
class Screen {
  #text = ''

  constructor(v86: V86) {
    v86.add_listener('serial0-output-byte', (byte) => {
      if (process.env.DEBUG_BOOT) process.stdout.write(String.fromCharCode(byte))
      this.#text = `${this.#text}${String.fromCharCode(byte)}`.slice(-8000)
    })
  }

  tail(): string {
    return this.#text.trimEnd().split('\n').slice(-20).join('\n')
  }
}

const v86File = (name: string): string => join(import.meta.dirname, '../../../node_modules/v86/build', name)

function image(bytes: Uint8Array): NonNullable<V86Options['bios']> {
  return { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer }
}
