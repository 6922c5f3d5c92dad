// The cgroup hierarchy (kernel/cgroup/cgroup.c, cgroups(7)): a tree of groups, which controllers each may use, and which processes are in it.
// Thin: settings are kept and checked, but resources are not limited; freezing shows and does nothing else.
import { Errno } from '../../abi/errno.ts'
import { SIGKILL } from '../../abi/signal.ts'
import type { Kernel } from '../kernel.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'

/** In the order the kernel lists them. */
export const CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'] as const
export type Controller = (typeof CONTROLLERS)[number]
export const isController = (name: string): name is Controller => (CONTROLLERS as readonly string[]).includes(name)
/** What init switches on for the groups below the root. */
const BOOT_SUBTREE_CONTROL: readonly Controller[] = ['cpu', 'io', 'memory', 'pids']
/** Controllers that work on threads and so don't forbid processes beside subgroups. */
const THREADED: ReadonlySet<Controller> = new Set(['cpu', 'cpuset', 'pids'])

export class Cgroup {
  readonly kernel: Kernel
  readonly parent: Cgroup | undefined
  readonly name: string
  readonly children = new Map<string, Cgroup>()
  readonly subtreeControl = new Set<Controller>()
  /** Settings that differ from the default, by file name. */
  readonly values = new Map<string, string>()
  #isRemoved = false

  constructor(kernel: Kernel, parent: Cgroup | undefined, name: string) {
    this.kernel = kernel
    this.parent = parent
    this.name = name
  }

  get path(): string {
    if (this.parent === undefined) return '/'
    return this.parent.parent === undefined ? `/${this.name}` : `${this.parent.path}/${this.name}`
  }
  get depth(): number {
    return this.parent === undefined ? 0 : this.parent.depth + 1
  }
  get isRemoved(): boolean {
    return this.#isRemoved
  }
  /** cgroup.controllers */
  get controllers(): readonly Controller[] {
    const { parent } = this
    return parent === undefined ? CONTROLLERS : CONTROLLERS.filter((c) => parent.subtreeControl.has(c))
  }
  /** The living processes that are in this very group. */
  get members(): Task[] {
    const { path } = this
    return [...this.kernel.tasks.values()].filter((t) => t.cgroup === path && t.state !== 'dead')
  }
  get isPopulated(): boolean {
    return this.members.some((t) => t.isAlive) || [...this.children.values()].some((c) => c.isPopulated)
  }
  get descendants(): number {
    let n = 0
    for (const child of this.children.values()) n += 1 + child.descendants
    return n
  }
  contains(other: Cgroup): boolean {
    for (let c: Cgroup | undefined = other; c !== undefined; c = c.parent) if (c === this) return true
    return false
  }

  /** mkdir. Throws EAGAIN at the limits of depth and number above. */
  makeChild(name: string): Cgroup {
    let below = 1
    for (let c: Cgroup | undefined = this; c !== undefined; c = c.parent, below++) {
      if (below > limit(c.values.get('cgroup.max.depth')) || c.descendants >= limit(c.values.get('cgroup.max.descendants'))) throw Errno.EAGAIN
    }
    const child = new Cgroup(this.kernel, this, name)
    this.children.set(name, child)
    return child
  }
  /** rmdir. Throws EBUSY while anything is in it. */
  remove(): void {
    if (this.children.size > 0 || this.members.some((t) => t.isAlive)) throw Errno.EBUSY
    this.#isRemoved = true
    this.parent?.children.delete(this.name)
  }

  /** Domain controllers below: then no processes may be here, except in the root. */
  get forbidsMembers(): boolean {
    return this.parent !== undefined && [...this.subtreeControl].some((c) => !THREADED.has(c))
  }
  /** cgroup_attach_task */
  attach(task: Task): void {
    if (this.forbidsMembers) throw Errno.EBUSY
    if (task.isKernelThread && this.parent !== undefined) throw Errno.EINVAL
    const from = task.cgroup
    task.cgroup = this.path
    this.kernel.trace.emit('cgroup.attach', task, { from, to: this.path })
  }

  /** `+cpu -io`: all or nothing. */
  changeSubtreeControl(text: string): void {
    const next = new Set(this.subtreeControl)
    for (const word of text.split(/\s+/).filter((w) => w !== '')) {
      const name = word.slice(1)
      if ((!word.startsWith('+') && !word.startsWith('-')) || !isController(name)) throw Errno.EINVAL
      if (word.startsWith('+')) {
        if (!this.controllers.includes(name)) throw Errno.ENOENT
        next.add(name)
      } else {
        if ([...this.children.values()].some((c) => c.subtreeControl.has(name))) throw Errno.EBUSY
        next.delete(name)
      }
    }
    if (this.parent !== undefined && [...next].some((c) => !THREADED.has(c)) && this.members.some((t) => t.isAlive)) throw Errno.EBUSY
    this.subtreeControl.clear()
    for (const controller of CONTROLLERS) if (next.has(controller)) this.subtreeControl.add(controller)
  }

  /** cgroup.kill */
  kill(): void {
    for (const child of this.children.values()) child.kill()
    for (const task of this.members) sendSignal(this.kernel, task, SIGKILL)
  }
}

const limit = (text: string | undefined): number => (text === undefined || text === 'max' ? Infinity : Number(text))

/** The root of the machine's one hierarchy. */
export function rootCgroup(kernel: Kernel): Cgroup {
  let root = kernel.rooms.get('cgroup') as Cgroup | undefined
  if (root === undefined) {
    root = new Cgroup(kernel, undefined, '')
    for (const controller of BOOT_SUBTREE_CONTROL) root.subtreeControl.add(controller)
    kernel.rooms.set('cgroup', root)
  }
  return root
}

export function findCgroup(kernel: Kernel, path: string): Cgroup | undefined {
  let group: Cgroup | undefined = rootCgroup(kernel)
  for (const name of path.split('/')) if (name !== '') group = group?.children.get(name)
  return group
}
