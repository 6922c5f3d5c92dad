// Extended attributes (fs/xattr.c, xattr(7)) and the one the kernel interprets: file capabilities with the user namespace they belong to
// (security/commoncap.c: cap_convert_nscap, cap_inode_getsecurity; capabilities(7)).
import { CAP_SETFCAP, CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { isReg, S_ISVTX } from '../../abi/stat.ts'
import { fromKuid, kuid, type Kuid, makeKuid } from '../cred/ids.ts'
import { capable, nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { XATTR_CAPABILITY } from './attributes.ts'
import type { Path } from './path.ts'
import { hasUnmappedId, isAppendOnly, isImmutable, MAY_READ, MAY_WRITE, ownerOrCapable, permission, privilegedWrtInode, refuse, wantWrite } from './permissions.ts'
import { touchChanged } from './time.ts'

const XATTR_CREATE = 1, XATTR_REPLACE = 2
const XATTR_NAME_MAX = 255
const SPACES = ['user.', 'trusted.', 'security.', 'system.']
/** Sizes of struct vfs_cap_data, without and with a root id. */
const CAP_V2_SIZE = 20, CAP_V3_SIZE = 24
const CAP_REVISION_2 = 0x02, CAP_REVISION_3 = 0x03

/** xattr_permission: the rules of each name space. */
function check(task: Task, path: Path, name: string, mask: number): void {
  const { inode } = path.dentry
  if (!SPACES.some((space) => name.startsWith(space) && name.length > space.length)) throw Errno.EOPNOTSUPP
  if (name.length > XATTR_NAME_MAX) throw Errno.ERANGE
  if (mask === MAY_WRITE) {
    if (isImmutable(inode) || isAppendOnly(inode)) refuse(task, path, 'immutable', Errno.EPERM, mask)
    if (hasUnmappedId(inode)) refuse(task, path, 'unmapped-id', Errno.EPERM, mask)
  }
  if (name.startsWith('security.') || name.startsWith('system.')) return
  if (name.startsWith('trusted.')) {
    if (!capable(task, CAP_SYS_ADMIN)) throw mask === MAY_WRITE ? Errno.EPERM : Errno.ENODATA
    return
  }
  if (!isReg(inode.mode) && !inode.isDir) throw mask === MAY_WRITE ? Errno.EPERM : Errno.ENODATA
  if (inode.isDir && (inode.mode & S_ISVTX) !== 0 && mask === MAY_WRITE && !ownerOrCapable(task, inode)) refuse(task, path, 'owner', Errno.EPERM, mask)
  permission(task, path, mask)
}

export function getXattr(task: Task, path: Path, name: string): Uint8Array {
  const { inode } = path.dentry
  check(task, path, name, MAY_READ)
  const value = inode.getXattr(name)
  if (value === undefined) throw inode.acceptsXattr(name) ? Errno.ENODATA : Errno.EOPNOTSUPP
  return name === XATTR_CAPABILITY ? showCapability(task, value) : value
}

export function setXattr(task: Task, path: Path, name: string, value: Uint8Array, flags: number): void {
  const { inode } = path.dentry
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) throw Errno.EINVAL
  const stored = name === XATTR_CAPABILITY ? storeCapability(task, path, value) : value
  wantWrite(task, path)
  check(task, path, name, MAY_WRITE)
  if (name.startsWith('security.') && name !== XATTR_CAPABILITY && !nsCapable(task, inode.sb.userNs, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM, MAY_WRITE)
  if (!inode.acceptsXattr(name)) throw Errno.EOPNOTSUPP
  const exists = inode.getXattr(name) !== undefined
  if ((flags & XATTR_CREATE) !== 0 && exists) throw Errno.EEXIST
  if ((flags & XATTR_REPLACE) !== 0 && !exists) throw Errno.ENODATA
  inode.setXattr(task, name, stored)
  touchChanged(inode)
}

export function removeXattr(task: Task, path: Path, name: string): void {
  const { inode } = path.dentry
  wantWrite(task, path)
  check(task, path, name, MAY_WRITE)
  if (name === XATTR_CAPABILITY) {
    if (!privilegedWrtInode(task, inode, CAP_SETFCAP)) refuse(task, path, 'capability', Errno.EPERM, MAY_WRITE)
  } else if (name.startsWith('security.') && !nsCapable(task, inode.sb.userNs, CAP_SYS_ADMIN)) refuse(task, path, 'capability', Errno.EPERM, MAY_WRITE)
  if (!inode.acceptsXattr(name)) throw Errno.EOPNOTSUPP
  if (inode.getXattr(name) === undefined) throw Errno.ENODATA
  inode.setXattr(task, name, undefined)
  touchChanged(inode)
}

/** trusted.* names are listed only for who may read them. */
export function listXattrs(task: Task, path: Path): readonly string[] {
  const names = path.dentry.inode.xattrNames()
  return names.some((name) => name.startsWith('trusted.')) && !capable(task, CAP_SYS_ADMIN) ? names.filter((name) => !name.startsWith('trusted.')) : names
}

/** The kernel id of the root user whose namespace a stored file capability is for; 0 unless it says otherwise. */
export function capabilityRootId(value: Uint8Array): Kuid {
  if (value[3] !== CAP_REVISION_3) return kuid(0)
  return kuid(new DataView(value.buffer, value.byteOffset).getUint32(20, true))
}

const withRevision = (value: Uint8Array, size: number, revision: number): Uint8Array => {
  const out = new Uint8Array(size)
  out.set(value.subarray(0, Math.min(size, value.length)))
  out[3] = revision
  return out
}

/** cap_convert_nscap: set inside a user namespace, it takes effect only under that namespace's root. */
function storeCapability(task: Task, path: Path, value: Uint8Array): Uint8Array {
  const { inode } = path.dentry
  const isV2 = value.length === CAP_V2_SIZE && value[3] === CAP_REVISION_2
  const isV3 = value.length === CAP_V3_SIZE && value[3] === CAP_REVISION_3
  if (!isV2 && !isV3) throw Errno.EINVAL
  if (!privilegedWrtInode(task, inode, CAP_SETFCAP)) refuse(task, path, 'capability', Errno.EPERM, MAY_WRITE)
  if (isV2 && nsCapable(task, inode.sb.userNs, CAP_SETFCAP)) return value
  const root = makeKuid(task.cred.userNs, isV3 ? capabilityRootId(value) : 0)
  if (root === undefined) throw Errno.EINVAL
  const out = withRevision(value, CAP_V3_SIZE, CAP_REVISION_3)
  new DataView(out.buffer).setUint32(20, root, true)
  return out
}

/** cap_inode_getsecurity: as the reader's user namespace sees it. */
function showCapability(task: Task, value: Uint8Array): Uint8Array {
  const root = capabilityRootId(value)
  const shown = fromKuid(task.cred.userNs, root)
  if (shown !== undefined && shown !== 0 && value[3] === CAP_REVISION_3) {
    const out = value.slice()
    new DataView(out.buffer).setUint32(20, shown, true)
    return out
  }
  for (let ns = task.cred.userNs; ; ) {
    if (fromKuid(ns, root) === 0) return withRevision(value, CAP_V2_SIZE, CAP_REVISION_2)
    if (ns.parent === undefined) throw Errno.EOVERFLOW
    ns = ns.parent
  }
}
