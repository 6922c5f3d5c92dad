// --cap-add and --cap-drop (moby/oci/caps). Docker 20.10 knows the capabilities up to AUDIT_READ: what --privileged gives.
import { badRequest } from './api-error.ts'

export const DEFAULT_CAPABILITIES = [
  'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FSETID', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_NET_RAW', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SETFCAP', 'CAP_SETPCAP', 'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT', 'CAP_KILL', 'CAP_AUDIT_WRITE',
]
export const ALL_CAPABILITIES = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER
  SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
  MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ`.split(/\s+/).map((c) => `CAP_${c}`)

/** `net_admin` → `CAP_NET_ADMIN`; ALL stays. Throws an ApiError naming the option. */
export function normalizeCapabilities(option: string, names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const upper = name.toUpperCase()
    if (upper === 'ALL') return 'ALL'
    const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
    if (!ALL_CAPABILITIES.includes(full)) throw badRequest(`invalid ${option}: unknown capability: "${full}"`)
    return full
  })
}

/** The default set with additions and drops; with `ALL` added everything that isn't dropped. */
export function tweakCapabilities(add: readonly string[], drop: readonly string[]): readonly string[] {
  const adds = normalizeCapabilities('CapAdd', add)
  const drops = normalizeCapabilities('CapDrop', drop)
  if (adds.length === 0 && drops.length === 0) return DEFAULT_CAPABILITIES
  if (adds.includes('ALL')) return ALL_CAPABILITIES.filter((c) => !drops.includes(c))
  if (drops.includes('ALL')) return adds
  const kept = DEFAULT_CAPABILITIES.filter((c) => !drops.includes(c))
  return [...kept, ...adds.filter((c) => !kept.includes(c))]
}
