// What a file of a cgroup directory is made of (struct cftype).
import type { Cred } from '../cred/cred.ts'
import type { Task } from '../task.ts'
import type { Cgroup, Controller } from './cgroup.ts'

export interface CgroupFile {
  readonly mode: number
  /** Which directories have it: all of them, all but the root, or only the root. */
  readonly where: 'all' | 'below' | 'root'
  readonly controller?: Controller
  show(group: Cgroup, reader: Task): string
  store?(group: Cgroup, writer: Task, text: string, opener: Cred): void
}
export type CgroupFileEntry = readonly [string, CgroupFile]

/** A figure that can only be read. */
export const figure = (name: string, controller: Controller | undefined, show: (group: Cgroup, reader: Task) => string, where: CgroupFile['where'] = 'below'): CgroupFileEntry =>
  [name, { mode: 0o444, where, ...(controller === undefined ? {} : { controller }), show }]

/** A setting: its value as shown without the newline, and what a text written to it does. */
export const setting = (
  name: string, controller: Controller | undefined, show: (group: Cgroup) => string, store: (group: Cgroup, text: string, writer: Task) => void, where: CgroupFile['where'] = 'below',
): CgroupFileEntry => [name, {
  mode: 0o644, where, ...(controller === undefined ? {} : { controller }), show: (group) => `${show(group)}\n`,
  store: (group, writer, text) => store(group, text.trim(), writer),
}]

/** A file that exists to be there: with one reading, nothing to set. */
export const constant = (name: string, controller: Controller | undefined, text: string, where: CgroupFile['where'] = 'below'): CgroupFileEntry =>
  [name, { mode: 0o444, where, ...(controller === undefined ? {} : { controller }), show: () => text }]
