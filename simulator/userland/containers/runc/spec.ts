// runc spec: the starter config.json (libcontainer/specconv/example.go), and the changes for a container without root.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, stat, writeAll } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import type { OciMount, OciSpec } from './oci.ts'

export const OCI_VERSION = '1.0.2-dev'
const CAPS = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']

function exampleMounts(): OciMount[] {
  return [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
  ]
}

export function exampleSpec(): OciSpec {
  return {
    ociVersion: OCI_VERSION,
    process: {
      terminal: true, user: { uid: 0, gid: 0 }, args: ['sh'], env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'], cwd: '/',
      capabilities: { bounding: CAPS, effective: CAPS, permitted: CAPS, ambient: CAPS },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'runc',
    mounts: exampleMounts(),
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      maskedPaths: [
        '/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats', '/proc/sched_debug', '/sys/firmware', '/proc/scsi',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  }
}

/** ToRootless: a user namespace with one id, the network of the host, sysfs bound from it, no resources. */
export function rootlessSpec(uid: number, gid: number): OciSpec {
  const spec = exampleSpec()
  const mounts = (spec.mounts ?? []).map((mount): OciMount => {
    if (mount.destination === '/sys') return { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'] }
    const options = mount.options?.filter((option) => !option.startsWith('gid=') && !option.startsWith('uid='))
    return options === undefined ? mount : { ...mount, options }
  })
  const namespaces = [...(spec.linux?.namespaces ?? []).filter(({ type }) => type !== 'network' && type !== 'user'), { type: 'user' }]
  const map = (hostID: number): { containerID: number; hostID: number; size: number }[] => [{ containerID: 0, hostID, size: 1 }]
  return { ...spec, mounts, linux: { uidMappings: map(uid), gidMappings: map(gid), namespaces, maskedPaths: spec.linux?.maskedPaths, readonlyPaths: spec.linux?.readonlyPaths } }
}

/** What encoding/json writes: the three characters HTML would trip over are escaped. */
export const goJson = (value: unknown, indent?: string): string =>
  JSON.stringify(value, undefined, indent).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)

/** Writes config.json into the bundle; an existing one stays. */
export function* specCommand(bundle: string | undefined, isRootless: boolean): Flow<void> {
  const uid = yield* call('geteuid')
  const gid = yield* call('getegid')
  const spec = isRootless ? rootlessSpec(isErr(uid) ? 0 : uid, isErr(gid) ? 0 : gid) : exampleSpec()
  if (bundle !== undefined && bundle !== '') check(yield* call('chdir', bundle), `chdir ${bundle}`)
  const there = yield* stat('config.json')
  if (!isErr(there)) fail('File config.json exists. Remove it first')
  if (there !== Errno.ENOENT) check(there, 'stat config.json')
  const fd = check(yield* open('config.json', O_WRONLY | O_CREAT | O_TRUNC, 0o666), 'open config.json')
  check(yield* writeAll(fd, encodeUtf8(goJson(spec, '\t'))), 'write config.json')
  yield* close(fd)
}
