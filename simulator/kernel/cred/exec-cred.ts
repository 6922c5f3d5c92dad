// Credentials after execve (fs/exec.c: bprm_fill_uid, security/commoncap.c: cap_bprm_creds_from_file; capabilities(7), "Transformation of capabilities during execve()").
import { CAP_SETUID, CAP_SYS_PTRACE, type CapSet } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { SECBIT_KEEP_CAPS, SECBIT_NOROOT } from '../../abi/sched.ts'
import { S_ISGID, S_ISUID } from '../../abi/stat.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import type { Inode } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import { ignoresSetuid } from '../vfs/permissions.ts'
import type { Cred } from './cred.ts'
import { fromKgid, fromKuid, makeKuid } from './ids.ts'
import { nsCapable } from './ns-capable.ts'

/** security.capability as capset(8) writes it: struct vfs_ns_cap_data, little endian. */
export interface FileCaps {
  readonly permitted: CapSet
  readonly inheritable: CapSet
  readonly effective: boolean
  /** Kernel uid of the root the capabilities belong to (version 3), else undefined. */
  readonly rootId: number | undefined
}

const VFS_CAP_REVISION_2 = 0x02000000
const VFS_CAP_REVISION_3 = 0x03000000

/** Decodes the xattr; undefined when it is missing or malformed. */
export function readFileCaps(value: Uint8Array | undefined): FileCaps | undefined {
  if (value === undefined || value.length < 20) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  const magic = view.getUint32(0, true)
  const revision = (magic & 0xff000000) >>> 0
  if (revision !== VFS_CAP_REVISION_2 && !(revision === VFS_CAP_REVISION_3 && value.length === 24)) return undefined
  const word = (at: number): bigint => BigInt(view.getUint32(at, true))
  return {
    permitted: word(4) | (word(12) << 32n), inheritable: word(8) | (word(16) << 32n), effective: (magic & 1) !== 0,
    rootId: revision === VFS_CAP_REVISION_3 ? view.getUint32(20, true) : undefined,
  }
}

/** get_vfs_caps_from_disk: the caps of a file count where their root is root, or in any namespace below (rootid_owns_currentns). */
function applicableFileCaps(task: Task, inode: Inode): FileCaps | undefined {
  const caps = readFileCaps(inode.xattrs?.get('security.capability'))
  if (caps === undefined) return undefined
  const rootId = caps.rootId ?? makeKuid(inode.sb.userNs, 0)
  for (let ns: UserNamespace | undefined = task.cred.userNs; ns !== undefined; ns = ns.parent) if (makeKuid(ns, 0) === rootId) return caps
  return undefined
}

/** ptracer_capable: nobody who may not look into everybody gets a program with more privileges into his hands. */
function tracerMay({ tracer }: Task, ns: UserNamespace): boolean {
  return tracer === undefined || nsCapable(tracer.task, ns, CAP_SYS_PTRACE, tracer.cred)
}

export interface ExecCred {
  readonly cred: Cred
  /** AT_SECURE: the program gained something; also makes it undumpable. */
  readonly isSecure: boolean
}

export function credForExec(task: Task, path: Path, inode: Inode): ExecCred {
  const old = task.cred
  const ns = old.userNs
  let next: Cred = old
  const suidAllowed = !ignoresSetuid(task, path.mount)
  const mapped = fromKuid(ns, inode.uid) !== undefined && fromKgid(ns, inode.gid) !== undefined
  if (suidAllowed && !task.noNewPrivs && mapped) {
    if ((inode.mode & S_ISUID) !== 0) next = { ...next, euid: inode.uid }
    if ((inode.mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010)) next = { ...next, egid: inode.gid }
  }
  const file = suidAllowed ? applicableFileCaps(task, inode) : undefined
  let permitted = file === undefined ? 0n : (old.bounding & file.permitted) | (old.inheritable & file.inheritable)
  let effective = file?.effective ?? false
  if (file !== undefined && effective && (file.permitted & ~permitted) !== 0n) throw Errno.EPERM
  const root = makeKuid(ns, 0)
  const isRoot = root !== undefined && (next.euid === root || next.uid === root)
  if ((old.securebits & SECBIT_NOROOT) === 0 && isRoot && !(file !== undefined && next.uid !== root && next.euid === root)) {
    permitted = old.bounding | old.inheritable
    if (next.euid === root) effective = true
  }
  const gainsIds = next.euid !== old.euid || next.egid !== old.egid
  const gainsCaps = (permitted & ~old.permitted) !== 0n
  if ((gainsIds || gainsCaps) && (task.noNewPrivs || !tracerMay(task, ns))) {
    if (task.noNewPrivs || !nsCapable(task, ns, CAP_SETUID)) next = { ...next, euid: next.uid, egid: next.gid }
    permitted &= old.permitted
  }
  const hasFileCaps = file !== undefined
  const ambient = gainsIds || hasFileCaps ? 0n : old.ambient
  permitted |= ambient
  const cred: Cred = {
    ...next, suid: next.euid, fsuid: next.euid, sgid: next.egid, fsgid: next.egid,
    permitted, effective: effective ? permitted : ambient, ambient, securebits: next.securebits & ~SECBIT_KEEP_CAPS,
  }
  const grew = (permitted & ~ambient) !== 0n
  return { cred, isSecure: gainsIds || (next.uid !== root && (effective || grew)) }
}
