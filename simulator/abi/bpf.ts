// bpf(2), as much of it as decides about devices: programs of type BPF_PROG_TYPE_CGROUP_DEVICE, attached to a cgroup. Where Linux takes eBPF instructions, a program
// here is the list of rules that container runtimes compile to them.
export const BPF_PROG_LOAD = 5, BPF_PROG_ATTACH = 8, BPF_PROG_DETACH = 9
export const BPF_PROG_TYPE_CGROUP_DEVICE = 15, BPF_CGROUP_DEVICE = 6
export const BPF_F_ALLOW_MULTI = 2

/** One rule; the last that matches decides, and nothing is allowed without one. -1 stands for any number. */
export interface CgroupDeviceRule {
  readonly type: 'a' | 'b' | 'c'
  readonly major: number
  readonly minor: number
  /** Any of `r`, `w`, `m` (mknod). */
  readonly access: string
  readonly allow: boolean
}
export interface BpfProgLoad {
  readonly progType: number
  readonly rules: readonly CgroupDeviceRule[]
}
export interface BpfProgAttach {
  /** An open directory of the cgroup hierarchy. */
  readonly targetFd: number
  readonly attachBpfFd: number
  readonly attachType: number
  readonly attachFlags: number
}
