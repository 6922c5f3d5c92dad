// File capabilities: the extended attribute security.capability (struct vfs_ns_cap_data), as cap_get_file(3) and cap_set_file(3) read and write it.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { isReg } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { lstat } from '../../libc/unistd.ts'
import type { CapTriple } from './cap-text.ts'

const NAME = 'security.capability'
const REVISION_2 = 0x02000000, REVISION_3 = 0x03000000, EFFECTIVE = 1

export interface FileCaps {
  readonly caps: CapTriple
  /** Set in a user namespace: the uid outside that is root inside. */
  readonly rootid: number
}

/** Undefined if the file has none. */
export function* getFileCaps(path: string): Flow<FileCaps | undefined | Errno> {
  const data = yield* call('getxattr', path, NAME, true)
  if (data === E.ENODATA || data === E.EOPNOTSUPP) return undefined
  if (isErr(data)) return data
  if (data.length < 20) return E.EINVAL
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const word = (i: number): bigint => BigInt(view.getUint32(i * 4, true))
  const magic = view.getUint32(0, true)
  const permitted = word(1) | (word(3) << 32n)
  const inheritable = word(2) | (word(4) << 32n)
  const effective = (magic & EFFECTIVE) !== 0 ? permitted | inheritable : 0n
  return { caps: { permitted, inheritable, effective }, rootid: data.length >= 24 ? view.getUint32(20, true) : 0 }
}

/** A file has one effective bit for all its capabilities: none are effective, or all. */
export const coversUnion = (caps: CapTriple): boolean => caps.effective === 0n || ((caps.permitted | caps.inheritable) & ~caps.effective) === 0n

export function* setFileCaps(path: string, caps: CapTriple, rootid: number): Flow<0 | Errno> {
  const st = yield* lstat(path)
  if (isErr(st)) return st
  if (!isReg(st.mode) || !coversUnion(caps)) return E.EINVAL
  const data = new Uint8Array(rootid === 0 ? 20 : 24)
  const view = new DataView(data.buffer)
  view.setUint32(0, (rootid === 0 ? REVISION_2 : REVISION_3) | (caps.effective === 0n ? 0 : EFFECTIVE), true)
  for (const [i, half] of [caps.permitted, caps.inheritable, caps.permitted >> 32n, caps.inheritable >> 32n].entries()) view.setUint32(4 + i * 4, Number(half & 0xffffffffn), true)
  if (rootid !== 0) view.setUint32(20, rootid, true)
  return yield* call('setxattr', path, NAME, data, 0, true)
}

export function* removeFileCaps(path: string): Flow<0 | Errno> {
  return yield* call('removexattr', path, NAME, true)
}
