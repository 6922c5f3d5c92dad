// The named network namespaces of /run/netns and the ids by which our own namespace knows others.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { close, open, readDir } from '../../libc/unistd.ts'
import type { Rtnl } from './rtnl.ts'

export const NETNS_DIR = '/run/netns'

/** In directory order, which on this file system is the newest first. */
export function* netnsNames(): Flow<readonly string[]> {
  const entries = yield* readDir(NETNS_DIR)
  return isErr(entries) ? [] : entries.map((e) => e.name).filter((name) => name !== '.' && name !== '..')
}

/** Undefined if none is assigned; the string is why it can't be known. */
export function* netnsidOf(rtnl: Rtnl, name: string): Flow<number | undefined | string> {
  const fd = yield* open(`${NETNS_DIR}/${name}`, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return undefined
  const { replies, errno, extack } = yield* rtnl.ask({ type: 'RTM_GETNSID', flags: 0, fd })
  yield* close(fd)
  if (errno !== undefined) return extack ?? errno.message
  const reply = replies.find((r) => r.type === 'RTM_NEWNSID')
  return reply?.type === 'RTM_NEWNSID' && reply.nsid >= 0 ? reply.nsid : undefined
}

export function* nameOfNetnsid(rtnl: Rtnl, id: number): Flow<string | undefined> {
  for (const name of yield* netnsNames()) if ((yield* netnsidOf(rtnl, name)) === id) return name
  return undefined
}
