// The device controller of cgroup v2 (libcontainer/cgroups/ebpf, devices): the rules become a BPF program on the container's cgroup.
import type { Flow } from '../../../abi/syscalls.ts'
import { BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, BPF_PROG_ATTACH, BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_DEVICE, type CgroupDeviceRule } from '../../../abi/bpf.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY } from '../../../abi/fcntl.ts'
import { call } from '../../libc/syscall.ts'
import { close, open } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import { type CgroupConfig, DEVICE_ALL, DEVICE_BLOCK, type DeviceRule } from './config.ts'

const convert = ({ type, major, minor, permissions, allow }: DeviceRule): CgroupDeviceRule => ({
  type: type === DEVICE_ALL ? 'a' : type === DEVICE_BLOCK ? 'b' : 'c', major, minor, access: permissions === '' ? 'rwm' : permissions, allow,
})

/** Attaches the rules to the group. Containers without root do without. */
export function* applyDeviceRules(config: CgroupConfig, path: string): Flow<void> {
  const program = yield* call('bpf', BPF_PROG_LOAD, { progType: BPF_PROG_TYPE_CGROUP_DEVICE, rules: config.devices.map(convert) })
  if (isErr(program)) {
    if (!config.Rootless) fail(`failed to call BPF_PROG_LOAD: ${goText(program)}`)
    return
  }
  const directory = check(yield* open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC), `cannot get dir FD for ${path}`)
  const attached = yield* call('bpf', BPF_PROG_ATTACH, { targetFd: directory, attachBpfFd: program, attachType: BPF_CGROUP_DEVICE, attachFlags: BPF_F_ALLOW_MULTI })
  yield* close(directory)
  yield* close(program)
  if (isErr(attached) && !config.Rootless) fail(`failed to call BPF_PROG_ATTACH (BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI): ${goText(attached)}`)
}
