// What runc refuses before it makes anything (libcontainer/configs/validate).
import type { Flow } from '../../../abi/syscalls.ts'
import { readlink, stat } from '../../libc/unistd.ts'
import { isErr } from '../../../abi/errno.ts'
import { check, fail, quoted } from '../go-error.ts'
import { type ContainerConfig, hasNamespace, hostId } from './config.ts'

const ID = /^[\w+\-.]+$/

/** A container's name becomes a directory below the state root. */
export function validateId(id: string): void {
  if (id === '') fail('container id cannot be empty')
  if (!ID.test(id) || id === '.' || id === '..') fail('invalid container ID format')
}

export function* validate(config: ContainerConfig): Flow<void> {
  check(yield* stat(config.rootfs), `invalid rootfs: stat ${config.rootfs}`)
  if (config.networks !== null && !hasNamespace(config, 'NEWNET')) fail('unable to apply network settings without a private NET namespace')
  if (config.hostname !== '' && !hasNamespace(config, 'NEWUTS')) fail('unable to set hostname without a private UTS namespace')
  const restricts = (config.mask_paths?.length ?? 0) > 0 || (config.readonly_paths?.length ?? 0) > 0
  if (restricts && !hasNamespace(config, 'NEWNS')) fail('unable to restrict sys entries without a private MNT namespace')
  if (!hasNamespace(config, 'NEWUSER') && (config.uid_mappings !== null || config.gid_mappings !== null)) {
    fail("User namespace mappings specified, but USER namespace isn't enabled in the config")
  }
  yield* validateSysctls(config)
  validateRootless(config)
}

const IPC_SYSCTLS: ReadonlySet<string> = new Set(['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'])

/** Only what belongs to a namespace may be set: the rest is the host's. */
function* validateSysctls(config: ContainerConfig): Flow<void> {
  for (const written of Object.keys(config.sysctl ?? {})) {
    const key = written.replaceAll('/', '.')
    const refuse = (why: string): never => fail(`sysctl ${quoted(written)} ${why}`)
    if (IPC_SYSCTLS.has(key) || key.startsWith('fs.mqueue.')) {
      if (!hasNamespace(config, 'NEWIPC')) refuse('is not allowed in the hosts ipc namespace')
    } else if (key.startsWith('net.')) {
      if (!hasNamespace(config, 'NEWNET') || (yield* sharesHostNetwork(config))) refuse('not allowed in host network namespace')
    } else if (key === 'kernel.domainname') {
      if (!hasNamespace(config, 'NEWUTS')) refuse('is not allowed in the hosts uts namespace')
    } else if (key === 'kernel.hostname') refuse("conflicts with the OCI field 'hostname'")
    else refuse('is not in a separate kernel namespace')
  }
}

function* sharesHostNetwork(config: ContainerConfig): Flow<boolean> {
  const path = config.namespaces.find(({ type }) => type === 'NEWNET')?.path ?? ''
  if (path === '') return false
  const given = yield* readlink(path)
  const own = yield* readlink('/proc/self/ns/net')
  return !isErr(given) && given === own
}

function validateRootless(config: ContainerConfig): void {
  if (config.rootless_euid !== true) return
  if (!hasNamespace(config, 'NEWUSER')) fail('rootless container requires user namespaces')
  if ((config.uid_mappings?.length ?? 0) === 0) fail('rootless containers requires at least one UID mapping')
  if ((config.gid_mappings?.length ?? 0) === 0) fail('rootless containers requires at least one GID mapping')
  for (const mount of config.mounts) {
    for (const option of mount.data.split(',')) {
      const [, kind, value] = /^(uid|gid)=(.*)$/.exec(option) ?? []
      if (kind === undefined) continue
      const id = Number(value)
      const mappings = kind === 'uid' ? config.uid_mappings : config.gid_mappings
      if (hostId(mappings, id) === -1) fail(`cannot specify ${option} mount options for unmapped ${kind} in rootless containers`)
    }
  }
}
