// The façade of the simulated machine: boot, terminals, scripts, running, looking. Image and code come from outside, so that a page can load the code of programs
// after the first prompt; machine.ts has everything on board.
import type { KernelEvent } from '../trace/emitter.ts'
import type { PopulateNode } from '../kernel/fs/populate.ts'
import { encodeUtf8 } from '../lib/bytes.ts'
import type { Kernel, ProgramCode } from '../kernel/kernel.ts'
import type { Task } from '../kernel/task.ts'
import { bootHost, readHostFile } from './boot.ts'
import type { BootOptions, MachineTerminal, RunState, SimulatedMachine } from './contract.ts'
import { type Identity, identityOf } from './identity.ts'
import { ScriptRun } from './script-run.ts'
import { startService } from './spawn.ts'
import { takeWorld, usersOf } from './snapshot.ts'
import { Terminal } from './terminal.ts'
import type { World } from './world.ts'

/** 2026-01-01T09:00:00Z */
const DEFAULT_BOOT_TIME = 1767258000000
/** How long the start of dockerd may take, in virtual nanoseconds. */
const DOCKER_PATIENCE = 30 * 10 ** 9
/** System calls between two looks at a script's output. */
const SCRIPT_SLICE = 2000

/** What the machine is made of: the root file system's nodes, parents first, and the code of executables. */
export interface MachineParts {
  readonly image: readonly PopulateNode[]
  readonly programs: ProgramCode
  /** What Docker finds under /var/lib/docker, with these images besides the usual ones; asked for only when the machine boots with Docker. */
  readonly dockerStore?: (images: readonly string[]) => readonly PopulateNode[]
}

/** Boots the host and lets it come to rest. */
export function bootMachineFrom(parts: MachineParts, options: BootOptions = {}): SimulatedMachine {
  const kernel = bootHost({
    seed: options.seed ?? 1, bootTimeMs: options.bootTimeMs ?? DEFAULT_BOOT_TIME, programs: parts.programs, image: parts.image,
    more: options.docker === true ? parts.dockerStore?.(options.images ?? []) : undefined,
  })
  const init = kernel.initTask
  if (init === undefined) throw new Error('the machine did not boot')
  const machine = new Machine(kernel, init)
  machine.run({ maxSteps: 10000 })
  if (options.docker === true) machine.startDocker()
  return machine
}

class Machine implements SimulatedMachine {
  readonly kernel: Kernel
  readonly #init: Task
  readonly #terminals: Terminal[] = []
  #steps = 0
  /** What usersOf said of which text: the file is read for every World, and seldom changed. */
  #users: { readonly passwd: string; readonly names: World['users'] } = { passwd: '', names: {} }

  constructor(kernel: Kernel, init: Task) {
    this.kernel = kernel
    this.#init = init
  }

  get now(): number {
    return this.kernel.clock.now
  }
  get steps(): number {
    return this.#steps
  }
  get lastSeq(): number {
    return this.kernel.trace.lastSeq
  }

  openTerminal(options: { readonly user: string; readonly rows: number; readonly cols: number; readonly command?: readonly string[] }): MachineTerminal {
    const terminal = new Terminal(this.#terminals.length, this.kernel, this.#init, this.#identity(options.user), options)
    this.#terminals.push(terminal)
    return terminal
  }

  runScript(script: string | Uint8Array, options: { readonly user?: string; readonly maxSteps?: number; readonly onOutput?: (bytes: Uint8Array) => void } = {}): { readonly output: Uint8Array; readonly status: number; readonly timedOut: boolean } {
    const bytes = typeof script === 'string' ? encodeUtf8(script) : script
    const run = new ScriptRun(this.kernel, this.#init, this.#identity(options.user ?? 'root'), bytes, options.onOutput)
    let left = options.maxSteps ?? Infinity
    while (!run.isOver && left > 0) {
      const before = this.#steps
      const state = this.#run({ maxSteps: Math.min(SCRIPT_SLICE, left), until: Infinity }, () => run.isOver)
      left -= this.#steps - before
      run.drain()
      if (state.state === 'waiting') throw new Error('a script ran before the code of its programs was there')
      if (state.state === 'idle') {
        if (!this.kernel.scheduler.hasReady) break
      }
    }
    run.drain()
    const timedOut = !run.isOver
    run.close()
    return { output: run.output, status: run.status, timedOut }
  }

  run(options: { readonly maxSteps: number; readonly until?: number }): RunState {
    return this.#run(options, () => false)
  }

  /** Stops also before time would pass once `isOver` holds. */
  #run(options: { readonly maxSteps: number; readonly until?: number }, isOver: () => boolean): RunState {
    const { clock, scheduler } = this.kernel
    const until = options.until ?? clock.now
    let left = options.maxSteps
    for (;;) {
      const made = scheduler.run(left)
      this.#steps += made
      left -= made
      if (scheduler.lacksCode) return { state: 'waiting' }
      if (left <= 0 && scheduler.hasReady) return { state: 'busy' }
      if (isOver()) return { state: 'idle' }
      const deadline = clock.nextDeadline
      if (deadline === undefined || deadline > until) {
        if (until < Infinity) clock.advance(until)
        return deadline === undefined ? { state: 'idle' } : { state: 'sleeping', deadline }
      }
      clock.advance(deadline)
      if (left <= 0) return { state: 'busy' }
    }
  }

  /** Starts dockerd in a session of its own, as an init script would, and waits until it serves. */
  startDocker(): void {
    startService(this.kernel, this.#init, this.#identity('root'), '/usr/sbin/dockerd', ['dockerd'], '/var/log/dockerd.log')
    const deadline = this.kernel.clock.now + DOCKER_PATIENCE
    while (readHostFile(this.#init, '/var/log/dockerd.log')?.includes('API listen') !== true) {
      const state = this.#run({ maxSteps: SCRIPT_SLICE, until: deadline }, () => false)
      if (state.state === 'idle' || state.state === 'waiting' || this.kernel.clock.now >= deadline) break
    }
  }

  world(): World {
    const passwd = this.#passwd()
    if (passwd !== this.#users.passwd) this.#users = { passwd, names: usersOf(passwd) }
    return takeWorld(this.kernel, this.#users.names)
  }
  events(seq: number): readonly KernelEvent[] {
    return this.kernel.trace.since(seq)
  }

  #passwd(): string {
    return readHostFile(this.#init, '/etc/passwd') ?? ''
  }
  #identity(user: string): Identity {
    const who = identityOf(this.#passwd(), user)
    if (who === undefined) throw new Error(`no user ${user} on this machine`)
    return who
  }
}
