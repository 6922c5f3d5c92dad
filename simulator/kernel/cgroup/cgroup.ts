// The cgroup hierarchy (kernel/cgroup/cgroup.c, cgroups(7)): a tree of groups, which controllers each may use, and which processes are in it. What each controller
// counts is in a file of its own; whether a group holds processes or threads in cgroup-type.ts. Simpler: a process moves as a whole.
import { Errno } from '../../abi/errno.ts'
import { SIGKILL } from '../../abi/signal.ts'
import type { Kernel } from '../kernel.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import { canBeThreadRoot, checkNewControllers, domainOf, isThreaded, isValidDomain } from './cgroup-type.ts'
import { CpuState } from './cpu.ts'
import { IoState } from './io.ts'
import { MemoryState } from './memory-state.ts'
import { PsiState, setPsi } from './psi.ts'
import { movePids, PidsState } from './pids.ts'
import { Room } from '../rooms.ts'

/** In the order the kernel lists them. */
export const CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'] as const
export type Controller = (typeof CONTROLLERS)[number]
export const isController = (name: string): name is Controller => (CONTROLLERS as readonly string[]).includes(name)
/** What init switches on for the groups below the root. */
const BOOT_SUBTREE_CONTROL: readonly Controller[] = ['cpu', 'io', 'memory', 'pids']
/** Controllers that work on threads and so don't forbid processes beside subgroups. */
export const THREADED: ReadonlySet<Controller> = new Set(['cpuset', 'cpu', 'pids'])

export class Cgroup {
  readonly kernel: Kernel
  readonly parent: Cgroup | undefined
  readonly name: string
  readonly children = new Map<string, Cgroup>()
  readonly subtreeControl = new Set<Controller>()
  /** Settings that differ from the default, by file name. */
  readonly values = new Map<string, string>()
  /** Tasks in this very group until they are reaped. */
  readonly tasks = new Set<Task>()
  /** Living tasks here and below. */
  population = 0
  /** cgroup.type was set to threaded. */
  isThreaded = false
  readonly pids: PidsState
  readonly memory: MemoryState
  readonly cpu: CpuState
  readonly io: IoState
  readonly psi = new PsiState()
  #isRemoved = false
  #descendants = 0

  constructor(kernel: Kernel, parent: Cgroup | undefined, name: string) {
    this.kernel = kernel
    this.parent = parent
    this.name = name
    this.pids = new PidsState()
    this.memory = new MemoryState()
    this.cpu = new CpuState(this)
    this.io = new IoState()
  }

  get path(): string {
    if (this.parent === undefined) return '/'
    return this.parent.parent === undefined ? `/${this.name}` : `${this.parent.path}/${this.name}`
  }
  get isRemoved(): boolean {
    return this.#isRemoved
  }
  /** cgroup.controllers: in a threaded group only those that work on threads. */
  get controllers(): readonly Controller[] {
    const { parent } = this
    const given = parent === undefined ? CONTROLLERS : CONTROLLERS.filter((c) => parent.subtreeControl.has(c))
    return isThreaded(this) ? given.filter((c) => THREADED.has(c)) : given
  }
  /** Does the controller keep figures and limits for this group? */
  has(controller: Controller): boolean {
    return this.parent?.subtreeControl.has(controller) ?? true
  }
  /** The living processes that are in this very group. */
  get members(): Task[] {
    return [...this.tasks].filter((t) => t.isAlive)
  }
  /** Zombies don't count as processes. */
  get hasTasks(): boolean {
    for (const task of this.tasks) if (task.isAlive) return true
    return false
  }
  get isPopulated(): boolean {
    return this.population > 0
  }
  get descendants(): number {
    return this.#descendants
  }
  contains(other: Cgroup): boolean {
    for (let c: Cgroup | undefined = other; c !== undefined; c = c.parent) if (c === this) return true
    return false
  }
  /** This group, then those above it up to the root. */
  *lineage(): Generator<Cgroup> {
    for (let c: Cgroup | undefined = this; c !== undefined; c = c.parent) yield c
  }
  /** This group and all below it, parents first. */
  *subtree(): Generator<Cgroup> {
    yield this
    for (const child of this.children.values()) yield* child.subtree()
  }

  /** mkdir. Throws EAGAIN at the limits of depth and number above. */
  makeChild(name: string): Cgroup {
    let below = 1
    for (const above of this.lineage()) {
      if (below++ > limit(above.values.get('cgroup.max.depth')) || above.#descendants >= limit(above.values.get('cgroup.max.descendants'))) throw Errno.EAGAIN
    }
    const child = new Cgroup(this.kernel, this, name)
    this.children.set(name, child)
    for (const above of this.lineage()) above.#descendants++
    return child
  }
  /** rmdir: pages of files that were charged to it stay, and can still be reclaimed. Throws EBUSY while anything is in it. */
  remove(): void {
    const { parent } = this
    if (this.children.size > 0 || this.isPopulated || parent === undefined) throw Errno.EBUSY
    this.#isRemoved = true
    parent.children.delete(this.name)
    for (const above of parent.lineage()) above.#descendants--
    parent.cpu.inherit(this.cpu)
    for (const cache of [...this.memory.cache]) cache.rehome(this, parent)
    this.cpu.quota = undefined
  }

  /** cgroup_migrate_vet_dst and cgroup_attach_task. Throws EOPNOTSUPP where threads and processes would mix, EBUSY for a group that hands controllers on. */
  attach(task: Task, isWholeProcess = true): void {
    if (task.isKernelThread && this.parent !== undefined) throw Errno.EINVAL
    if (!isWholeProcess && domainOf(task.cgroup) !== domainOf(this)) throw Errno.EOPNOTSUPP
    if (!isValidDomain(domainOf(this))) throw Errno.EOPNOTSUPP
    if (!canBeThreadRoot(this) && !isThreaded(this) && this.subtreeControl.size > 0) throw Errno.EBUSY
    const from = task.cgroup
    if (from === this) return
    const { psiFlags } = task
    setPsi(task, 0)
    leave(task)
    enter(task, this)
    setPsi(task, psiFlags)
    this.kernel.scheduler.groupChanged(task, from)
    this.kernel.trace.emit('cgroup.attach', task, { from: from.path, to: this.path })
  }

  /** `+cpu -io`: all or nothing. */
  changeSubtreeControl(text: string): void {
    const wanted = new Map<Controller, boolean>()
    for (const word of text.split(/\s+/).filter((w) => w !== '')) {
      const name = word.slice(1)
      if ((!word.startsWith('+') && !word.startsWith('-')) || !isController(name)) throw Errno.EINVAL
      wanted.set(name, word.startsWith('+'))
    }
    const changes = [...wanted].filter(([name, on]) => this.subtreeControl.has(name) !== on)
    for (const [name, on] of changes) {
      if (on && !this.controllers.includes(name)) throw Errno.ENOENT
      if (!on && [...this.children.values()].some((c) => c.subtreeControl.has(name))) throw Errno.EBUSY
    }
    checkNewControllers(this, changes.filter(([, on]) => on).map(([name]) => name))
    const next = new Set(this.subtreeControl)
    for (const [name, on] of changes) {
      if (on) next.add(name)
      else this.#takeBack(name, next)
    }
    this.subtreeControl.clear()
    for (const controller of CONTROLLERS) if (next.has(controller)) this.subtreeControl.add(controller)
    if (changes.some(([name]) => name === 'cpu')) this.kernel.scheduler.regroup()
  }
  /** A controller that goes forgets the children's settings. */
  #takeBack(name: Controller, next: Set<Controller>): void {
    next.delete(name)
    for (const child of this.children.values()) {
      for (const key of [...child.values.keys()]) if (key.startsWith(`${name}.`)) child.values.delete(key)
      if (name === 'pids') child.pids.max = Infinity
      if (name === 'memory') child.memory.forgetLimits()
      if (name === 'cpu') child.cpu.forgetLimits()
      if (name === 'io') child.io.limits.clear()
    }
  }

  /** cgroup.kill */
  kill(): void {
    for (const group of [...this.subtree()]) for (const task of group.members) sendSignal(this.kernel, task, SIGKILL)
  }
}

const limit = (text: string | undefined): number => (text === undefined || text === 'max' ? Infinity : Number(text))

/** cgroup_post_fork: the task counts from now on. */
export function enter(task: Task, group: Cgroup): void {
  task.cgroup = group
  group.tasks.add(task)
  movePids(group, 1)
  if (task.isAlive) for (const above of group.lineage()) above.population++
}
function leave(task: Task): void {
  const group = task.cgroup
  group.tasks.delete(task)
  movePids(group, -1)
  if (task.isAlive) for (const above of group.lineage()) above.population--
}
/** cgroup_exit: a zombie no longer populates its group. Call it while the task still counts as alive. */
export function dies(task: Task): void {
  setPsi(task, 0)
  for (const above of task.cgroup.lineage()) above.population--
}
/** cgroup_release: a reaped task is gone. */
export function forget(task: Task): void {
  task.cgroup.tasks.delete(task)
  movePids(task.cgroup, -1)
}

const ROOT = new Room<Cgroup>('cgroup')
/** The root of the machine's one hierarchy. */
export function rootCgroup(kernel: Kernel): Cgroup {
  return kernel.rooms.open(ROOT, () => {
    const root = new Cgroup(kernel, undefined, '')
    for (const controller of BOOT_SUBTREE_CONTROL) root.subtreeControl.add(controller)
    return root
  })
}

export function findCgroup(kernel: Kernel, path: string): Cgroup | undefined {
  let group: Cgroup | undefined = rootCgroup(kernel)
  for (const name of path.split('/')) if (name !== '') group = group?.children.get(name)
  return group
}
