// The profile docker-default, made from a template and given to apparmor_parser at the daemon's start (profiles/apparmor).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { access, readFile } from '../../../libc/unistd.ts'
import { mkdirAll, putFile, removeAll, runProgram } from './util.ts'

const PROFILE = `#include <tunables/global>

profile docker-default flags=(attach_disconnected,mediate_deleted) {
  #include <abstractions/base>

  network,
  capability,
  file,
  umount,

  # Host (privileged) processes may send signals to container processes.
  signal (receive) peer=unconfined,
  # Container processes may send signals amongst themselves.
  signal (send,receive) peer=docker-default,

  deny @{PROC}/* w,   # deny write for all files directly in /proc (not in a subdir)
  # deny write to files not in /proc/<number>/** or /proc/sys/**
  deny @{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9]*}/** w,
  deny @{PROC}/sys/[^k]** w,  # deny /proc/sys except /proc/sys/k* (effectively /proc/sys/kernel)
  deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,  # deny everything except shm* in /proc/sys/kernel/
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/kcore rwklx,

  deny mount,

  deny /sys/[^f]*/** wklx,
  deny /sys/f[^s]*/** wklx,
  deny /sys/fs/[^c]*/** wklx,
  deny /sys/fs/c[^g]*/** wklx,
  deny /sys/fs/cg[^r]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/kernel/security/** rwklx,

  # suppress ptrace denials when using 'docker ps' or using 'ps' inside a container
  ptrace (trace,read,tracedby,readby) peer=docker-default,
}
`

const PROFILES = '/sys/kernel/security/apparmor/profiles'

/** Loads it unless the kernel has no AppArmor. Is it there now? */
export function* loadDefaultProfile(): Flow<boolean> {
  if (isErr(yield* access(PROFILES, 0))) return false
  yield* mkdirAll('/tmp', 0o1777)
  const path = '/tmp/docker-default.tmp'
  yield* putFile(path, PROFILE, 0o600)
  yield* runProgram(['/usr/sbin/apparmor_parser', '-Kr', path])
  yield* removeAll(path)
  const loaded = yield* readFile(PROFILES)
  return !isErr(loaded) && loaded.split('\n').some((line) => line.startsWith('docker-default '))
}
