// A cgroup for each machine, where this process may make some: cgroup v2 with the cpu and memory controllers. The only limit on CPU time there is: with none,
// the kernel shares it out evenly between the machines, each of which has one processor.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MIB = 1024 * 1024
/** QEMU's own memory beside the guest's RAM. */
const OWN_MEMORY = 192 * MIB
const REMOVE_TRIES = 20
const REMOVE_PAUSE_MS = 50
const ROOT = '/sys/fs/cgroup'
const NAME = 'isolab-machines-'
const SERVICE = 'isolab-service'
const CONTROLLERS = ['cpu', 'memory', 'pids'] as const
const ENABLE = CONTROLLERS.map((name) => `+${name}`).join(' ')

export interface CgroupLimits {
  /** MiB of the guest's RAM */
  readonly memory: number
  /** Processors a machine may use, 1 = one whole. */
  readonly cpus: number
}

export class Cgroups {
  readonly about: string
  readonly #folder: string | undefined
  readonly #leaving = new Set<Promise<void>>()

  /** `own`: a cgroup that was given to the service (`Delegate=yes`), with whatever runs in it; else the root one is used if it can be. */
  constructor(own?: string) {
    const parent = own ?? ROOT
    if (!isUsable(parent) && (own === undefined || !makeUsable(own))) {
      this.about = 'no writable cgroup v2 with cpu, memory and pids: machines are limited by rlimits only, and share the CPUs evenly'
      return
    }
    sweep(parent)
    this.#folder = join(parent, `${NAME}${process.pid}`)
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, 'cgroup.subtree_control'), ENABLE)
    this.about = `machines are limited in ${this.#folder}`
  }

  /** Puts a process into a cgroup of its own; answers what removes that, and all in it. */
  add(id: string, pid: number, { memory, cpus }: CgroupLimits): () => void {
    if (this.#folder === undefined) return () => {}
    const folder = join(this.#folder, id)
    mkdirSync(folder)
    writeFileSync(join(folder, 'memory.max'), String(memory * MIB + OWN_MEMORY))
    writeFileSync(join(folder, 'cpu.max'), `${Math.round(cpus * 100_000)} 100000`)
    writeFileSync(join(folder, 'pids.max'), '64')
    writeFileSync(join(folder, 'cgroup.procs'), String(pid))
    return () => {
      const left = removeCgroup(folder).finally(() => this.#leaving.delete(left))
      this.#leaving.add(left)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#leaving)
    if (this.#folder !== undefined) await removeCgroup(this.#folder)
  }
}

/** What services left behind that were killed: their number in the name is no process any more. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(NAME) || existsSync(`/proc/${name.slice(NAME.length)}`)) continue
    const folder = join(parent, name)
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) emptied(join(folder, entry.name))
    emptied(folder)
  }
}

/** Killed processes are members until they are quite gone. What can't be removed in that time is left to the next sweep. */
async function removeCgroup(folder: string): Promise<void> {
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    if (emptied(folder)) return
    await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS))
  }
}

/** Kills what is in it, and removes it if that is gone already. */
function emptied(folder: string): boolean {
  try {
    writeFileSync(join(folder, 'cgroup.kill'), '1')
    rmdirSync(folder)
    return true
  } catch {
    return !existsSync(folder)
  }
}

/** Does it give its children what limits them, and may this process make some in it? */
function isUsable(parent: string): boolean {
  try {
    accessSync(join(parent, 'cgroup.subtree_control'), constants.W_OK)
    return has(parent, 'cgroup.subtree_control')
  } catch {
    return false
  }
}

/** A cgroup with processes in it gives its children no controllers (cgroups(7), "no internal processes"): what is in it, this process as well, moves one level down. */
function makeUsable(own: string): boolean {
  try {
    if (!has(own, 'cgroup.controllers')) return false
    const service = join(own, SERVICE)
    mkdirSync(service, { recursive: true })
    for (const pid of words(own, 'cgroup.procs')) writeFileSync(join(service, 'cgroup.procs'), pid)
    writeFileSync(join(own, 'cgroup.subtree_control'), ENABLE)
    return true
  } catch {
    return false
  }
}

const words = (folder: string, file: string): string[] => readFileSync(join(folder, file), 'utf8').split(/\s+/).filter((word) => word !== '')

function has(folder: string, file: string): boolean {
  const there = words(folder, file)
  return CONTROLLERS.every((name) => there.includes(name))
}
