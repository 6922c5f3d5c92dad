// The device controller of cgroup v2 (security/device_cgroup.c, BPF_CGROUP_DEVICE): programs on a group, and on all above it, decide who may open or make a device node.
import { Errno } from '../../abi/errno.ts'
import type { CgroupDeviceRule } from '../../abi/bpf.ts'
import { isBlk, isChr, major, minor } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import type { Path } from '../vfs/path.ts'
import { File } from '../vfs/file.ts'
import type { Cgroup } from './cgroup.ts'

/** A loaded program behind its descriptor. */
export class BpfProgramFile extends File {
  readonly rules: readonly CgroupDeviceRule[]
  constructor(path: Path, flags: number, rules: readonly CgroupDeviceRule[]) {
    super(path, flags)
    this.rules = rules
  }
}

const programs = new WeakMap<Cgroup, readonly (readonly CgroupDeviceRule[])[]>()

export function attachDeviceProgram(group: Cgroup, rules: readonly CgroupDeviceRule[], keepsOthers: boolean): void {
  programs.set(group, keepsOthers ? [...(programs.get(group) ?? []), rules] : [rules])
}
export function detachDeviceProgram(group: Cgroup, rules: readonly CgroupDeviceRule[]): void {
  programs.set(group, (programs.get(group) ?? []).filter((program) => program !== rules))
}

function allows(rules: readonly CgroupDeviceRule[], type: 'b' | 'c', dev: number, access: string): boolean {
  const decides = (rule: CgroupDeviceRule): boolean => (rule.type === 'a' || rule.type === type) && (rule.major === -1 || rule.major === major(dev))
    && (rule.minor === -1 || rule.minor === minor(dev)) && rule.access.includes(access)
  return rules.findLast(decides)?.allow === true
}

/** devcgroup_check_permission: every program on the way to the root must allow every letter of `access`. */
export function mayUseDevice(task: Task, mode: number, dev: number, access: string): boolean {
  const type = isBlk(mode) ? 'b' : 'c'
  for (let group: Cgroup | undefined = task.cgroup; group !== undefined; group = group.parent) {
    for (const rules of programs.get(group) ?? []) for (const letter of access) if (!allows(rules, type, dev, letter)) return false
  }
  return true
}

/** Throws EPERM, and tells whose rule it was. */
export function checkDevice(task: Task, mode: number, dev: number, access: string): void {
  if ((!isChr(mode) && !isBlk(mode)) || mayUseDevice(task, mode, dev, access)) return
  task.kernel.trace.emit('device.refused', task, { type: isBlk(mode) ? 'b' : 'c', major: major(dev), minor: minor(dev), access, cgroup: task.cgroup.path })
  throw Errno.EPERM
}
