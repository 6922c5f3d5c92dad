// Machines by name: the simulated one, and the two real ones. A real one needs an image, which `npm run vm:build` makes.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Patience } from '../lab/lesson/player.ts'
import type { Machine } from '../lab/machine.ts'
import type { SessionStart } from '../lab/session/protocol.ts'
import type { MachineSource } from '../vm/agent/real-machine.ts'
import type { Guests } from './machine-guests.ts'
import { Unavailable, UsageError } from './usage.ts'
import type { Arguments } from './usage.ts'

export type MachineName = 'sim' | 'qemu' | 'browser-vm'

interface MachineKind {
  readonly kind: Machine['kind']
  /** What it is, in words. */
  readonly title: string
  /** What `npm run vm:build` calls its image; undefined if it needs none. */
  readonly image: 'browser' | 'server' | undefined
  readonly hasDocker: boolean
  readonly patience: Omit<Patience, 'pause' | 'now'>
  readonly open: (start: SessionStart) => Promise<Machine>
  /** The machine without a lesson: a guest's agent, and the way back to its pristine state. The simulator has none. */
  readonly source: ((docker: boolean) => Promise<MachineSource>) | undefined
  /** How much longer a recorded case may take than it did when it was recorded. */
  readonly slower: number
  /** What else it needs on this computer, and how to get that; undefined: it can be started. */
  readonly lacks: () => Promise<string | undefined>
}

export const MACHINES: Readonly<Record<MachineName, MachineKind>> = {
  sim: {
    kind: 'simulator', title: 'the simulator', image: undefined, hasDocker: true, patience: { quiet: 2_000, command: 30_000, start: 20_000 },
    open: async (start) => (await import('./simulator-machine.ts')).openSimulator(start),
    source: undefined, slower: 1,
    lacks: () => Promise.resolve(undefined),
  },
  qemu: {
    kind: 'qemu-vm', title: 'real Linux in QEMU', image: 'server', hasDocker: true, patience: { quiet: 45_000, command: 240_000, start: 120_000 },
    open: async ({ docker, setup, terminals }) => (await import('../vm/server/local.ts')).openLocalQemu({ docker, setup, terminals }),
    source: async (docker) => (await import('../vm/server/local.ts')).localQemuSource(docker), slower: 3,
    lacks: async () => (await import('../vm/server/local.ts')).lacksForQemu(),
  },
  'browser-vm': {
    kind: 'browser-vm', title: 'real Linux in the VM of the page', image: 'browser', hasDocker: false, patience: { quiet: 20_000, command: 120_000, start: 60_000 },
    open: async ({ setup, terminals }) => (await import('../vm/browser/node/open-node-vm.ts')).openNodeVm({ setup, terminals }),
    source: async () => (await import('../vm/browser/node/open-node-vm.ts')).nodeVmSource(), slower: 6,
    lacks: () => Promise.resolve(undefined),
  },
}

/** Reads `--machine`; the simulator unless said. */
export function machineArgument(parsed: Arguments): MachineName {
  const name = parsed.values.get('machine') ?? 'sim'
  const known = (Object.keys(MACHINES) as MachineName[]).find((each) => each === name)
  if (known === undefined) throw new UsageError(`no machine '${name}'; there are ${Object.keys(MACHINES).join(', ')}`)
  return known
}

/** Why the machine can't be started, with the remedy, in one line; undefined if it can. */
export async function missing(name: MachineName): Promise<string | undefined> {
  const { image, title, lacks } = MACHINES[name]
  if (image === undefined) return undefined
  const home = process.env.ISOLAB_VM_HOME ?? join(homedir(), '.cache', 'isolab-vm')
  return existsSync(join(home, image, 'manifest.json')) ? lacks() : `${title} has no image yet; 'npm run vm:build ${image}' makes one`
}

/** The machine without a lesson. @throws {Unavailable} */
export async function openGuests(name: MachineName, docker: boolean): Promise<Guests> {
  const { source, hasDocker, title } = MACHINES[name]
  const why = await missing(name)
  if (why !== undefined || source === undefined) throw new Unavailable(why ?? `${title} has no agent`)
  if (docker && !hasDocker) throw new Unavailable(`${title} has no Docker; 'sim' and 'qemu' have`)
  const { Guests } = await import('./machine-guests.ts')
  return new Guests(await source(docker))
}

/** @throws {Unavailable} if it has no image, or can't do what `start` asks for */
export async function openMachine(name: MachineName, start: SessionStart): Promise<Machine> {
  const why = await missing(name)
  if (why !== undefined) throw new Unavailable(why)
  if (start.docker && !MACHINES[name].hasDocker) throw new Unavailable(`${MACHINES[name].title} has no Docker; 'sim' and 'qemu' have`)
  return orUnavailable(name, MACHINES[name].open(start))
}

export function patienceWith(name: MachineName): Patience {
  return { ...MACHINES[name].patience, now: () => performance.now(), pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }
}

/** A guest that can't be spoken to is one line, too: most often its image is older than this program. */
export async function orUnavailable<T>(name: MachineName, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { AgentError } = await import('../vm/agent/agent-client.ts')
    if (!(error instanceof AgentError)) throw error
    throw new Unavailable(`${MACHINES[name].title}: ${error.message}; 'npm run vm:build ${MACHINES[name].image ?? ''}' makes a new image`)
  }
}
