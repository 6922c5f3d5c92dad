// A cgroup for each machine, where this process may make some: cgroup v2 with the cpu and memory controllers. The only limit on CPU time there is: with none,
// the kernel shares it out evenly between the machines, each of which has one processor.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MIB = 1024 * 1024
/** QEMU's own memory beside the guest's RAM. */
const OWN_MEMORY = 192 * MIB
const NAME = 'isolab-machines-'

export interface CgroupLimits {
  /** MiB of the guest's RAM */
  readonly memory: number
  /** Processors a machine may use, 1 = one whole. */
  readonly cpus: number
}

export class Cgroups {
  readonly about: string
  readonly #folder: string | undefined

  /** `parent`: a cgroup that gives its children cpu, memory and pids, and in which this process may make some. */
  constructor(parent = '/sys/fs/cgroup') {
    if (!isUsable(parent)) {
      this.about = 'no writable cgroup v2 with cpu, memory and pids: machines are limited by rlimits only, and share the CPUs evenly'
      return
    }
    sweep(parent)
    this.#folder = join(parent, `${NAME}${process.pid}`)
    mkdirSync(this.#folder)
    writeFileSync(join(this.#folder, 'cgroup.subtree_control'), '+cpu +memory +pids')
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
    return () => removeCgroup(folder)
  }

  close(): void {
    if (this.#folder !== undefined) removeCgroup(this.#folder)
  }
}

/** What services left behind that were killed: their number in the name is no process any more. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(NAME) || existsSync(`/proc/${name.slice(NAME.length)}`)) continue
    const folder = join(parent, name)
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(join(folder, entry.name))
    removeCgroup(folder)
  }
}

function removeCgroup(folder: string): void {
  try {
    writeFileSync(join(folder, 'cgroup.kill'), '1')
    rmdirSync(folder)
  } catch {
    // Its last process is still on its way out: the next sweep takes it.
  }
}

function isUsable(parent: string): boolean {
  try {
    accessSync(join(parent, 'cgroup.subtree_control'), constants.W_OK)
    const enabled = readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8').trim().split(' ')
    return ['cpu', 'memory', 'pids'].every((name) => enabled.includes(name))
  } catch {
    return false
  }
}
