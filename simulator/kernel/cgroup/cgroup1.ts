// Groups of the first version (kernel/cgroup/cgroup-v1.c), in hierarchies that have a name and no controllers: which processes are in which, and the release agent, a program
// that the kernel starts, as root, when a group with notify_on_release has become empty.
import { Errno, isErr } from '../../abi/errno.ts'
import type { Kernel } from '../kernel.ts'
import { Room } from '../rooms.ts'
import type { Task } from '../task.ts'

const AGENT_ENV = ['HOME=/', 'PATH=/sbin:/bin:/usr/sbin:/usr/bin']

export class OldCgroup {
  readonly hierarchy: OldHierarchy
  readonly parent: OldCgroup | undefined
  readonly name: string
  readonly children = new Map<string, OldCgroup>()
  /** Living tasks in this very group; not kept for the root. */
  readonly tasks = new Set<Task>()
  /** Living tasks here and below. */
  population = 0
  notifyOnRelease: boolean
  cloneChildren: boolean
  isRemoved = false

  constructor(hierarchy: OldHierarchy, parent: OldCgroup | undefined, name: string) {
    this.hierarchy = hierarchy
    this.parent = parent
    this.name = name
    this.notifyOnRelease = parent?.notifyOnRelease ?? false
    this.cloneChildren = parent?.cloneChildren ?? false
  }

  get path(): string {
    if (this.parent === undefined) return '/'
    return this.parent.parent === undefined ? `/${this.name}` : `${this.parent.path}/${this.name}`
  }
  makeChild(name: string): OldCgroup {
    const child = new OldCgroup(this.hierarchy, this, name)
    this.children.set(name, child)
    return child
  }
  /** rmdir. Throws EBUSY while anything is in it. */
  remove(): void {
    if (this.parent === undefined || this.children.size > 0 || this.population > 0) throw Errno.EBUSY
    this.isRemoved = true
    this.parent.children.delete(this.name)
    this.parent.checkForRelease()
  }

  /** Counts tasks; groups that are empty now may be told of. */
  count(change: number): void {
    for (let group: OldCgroup | undefined = this; group?.parent !== undefined; group = group.parent) {
      group.population += change
      if (group.population === 0) group.checkForRelease()
    }
  }
  /** cgroup1_check_for_release */
  checkForRelease(): void {
    const { hierarchy, path } = this
    if (this.parent === undefined || !this.notifyOnRelease || this.population > 0 || this.children.size > 0 || this.isRemoved || hierarchy.releaseAgent === '') return
    const { kernel } = hierarchy
    kernel.clock.at(kernel.clock.now, () => hierarchy.runAgent([hierarchy.releaseAgent, path]))
  }

  /** Moves a task here. */
  attach(task: Task): void {
    const { hierarchy } = this
    const from = task.oldGroups?.get(hierarchy)
    if (from === this || (from === undefined && this.parent === undefined)) return
    const groups = new Map(task.oldGroups)
    if (this.parent === undefined) groups.delete(hierarchy)
    else groups.set(hierarchy, this)
    task.oldGroups = groups.size === 0 ? undefined : groups
    if (this.parent !== undefined) {
      this.tasks.add(task)
      this.count(1)
    }
    from?.tasks.delete(task)
    from?.count(-1)
  }
}

export class OldHierarchy {
  readonly kernel: Kernel
  readonly id: number
  readonly name: string
  readonly root: OldCgroup
  releaseAgent = ''
  readonly #startHelper: (argv: readonly string[], env: readonly string[]) => void

  /** `startHelper`: how the kernel starts a program. */
  constructor(kernel: Kernel, id: number, name: string, startHelper: (argv: readonly string[], env: readonly string[]) => void) {
    this.kernel = kernel
    this.id = id
    this.name = name
    this.root = new OldCgroup(this, undefined, '')
    this.#startHelper = startHelper
  }
  runAgent(argv: readonly string[]): void {
    try {
      this.#startHelper(argv, AGENT_ENV)
    } catch (thrown) {
      if (!isErr(thrown)) throw thrown
    }
  }
}

/** cgroup_post_fork: a child is where its parent is. */
export function inheritGroups(child: Task, parent: Task): void {
  child.oldGroups = parent.oldGroups
  for (const group of parent.oldGroups?.values() ?? []) {
    group.tasks.add(child)
    group.count(1)
  }
}
/** cgroup_exit */
export function leaveGroups(task: Task): void {
  const groups = task.oldGroups
  if (groups === undefined) return
  for (const group of groups.values()) {
    group.tasks.delete(task)
    group.count(-1)
  }
}

const HIERARCHIES = new Room<Map<string, OldHierarchy>>('cgroup1')
/** By name. */
export const oldHierarchies = (kernel: Kernel): Map<string, OldHierarchy> => kernel.rooms.open(HIERARCHIES, () => new Map())

const LAST_ID = new Room<{ value: number }>('cgroup1-ids')
/** cgroup_init_root_id: numbers aren't used again soon; also an attempt that fails later has had one. */
export const nextHierarchyId = (kernel: Kernel): number => ++kernel.rooms.open(LAST_ID, () => ({ value: 0 })).value

/** Lines of /proc/PID/cgroup, the newest hierarchy first. */
export function oldMemberships(task: Task): string {
  const hierarchies = [...oldHierarchies(task.kernel).values()].sort((a, b) => b.id - a.id)
  return hierarchies.map((h) => `${h.id}:name=${h.name}:${task.oldGroups?.get(h)?.path ?? '/'}\n`).join('')
}
