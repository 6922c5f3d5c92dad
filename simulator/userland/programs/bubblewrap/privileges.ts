// What bubblewrap does to ids and capabilities: id maps, the bounding set, the sets the command keeps, and lo in a network namespace of its own.
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_LAST, capBit, type CapSet } from '../../../abi/capability.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_PATH, O_RDWR } from '../../../abi/fcntl.ts'
import { IFF_UP, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL, RT_SCOPE_HOST } from '../../../abi/netlink.ts'
import { PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PR_CAPBSET_DROP, PR_SET_DUMPABLE } from '../../../abi/sched.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, writeAll } from '../../libc/unistd.ts'
import { die, must } from './die.ts'

/** Removes everything but `keep` from the bounding set, as far as that is allowed. */
export function* dropBounding(c: Crt, keep: CapSet): Flow<void> {
  for (let cap = 0; cap <= CAP_LAST; cap++) {
    if ((keep & capBit(cap)) !== 0n) continue
    const dropped = yield* call('prctl', PR_CAPBSET_DROP, cap, 0, 0, 0)
    if (isErr(dropped) && dropped !== E.EINVAL && dropped !== E.EPERM) yield* die(c, 'Dropping capability from bounds', dropped)
  }
}

/** drop_privs: from here on only `keep`; undefined leaves the sets as they are. */
export function* dropPrivileges(c: Crt, keep: CapSet | undefined): Flow<void> {
  if (keep !== undefined) yield* setCaps(c, keep)
  yield* must(c, yield* call('prctl', PR_SET_DUMPABLE, 1, 0, 0, 0), "can't set dumpable")
}

export function* setCaps(c: Crt, set: CapSet): Flow<void> {
  yield* must(c, yield* call('capset', { effective: set, permitted: set, inheritable: set }), 'capset failed')
}

/** Lets the wanted capabilities survive execve without root. */
export function* raiseAmbient(c: Crt, set: CapSet): Flow<void> {
  for (let cap = 0; cap <= CAP_LAST; cap++) {
    if ((set & capBit(cap)) === 0n) continue
    const raised = yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)
    if (isErr(raised) && raised !== E.EINVAL && raised !== E.EPERM) yield* die(c, 'Adding ambient capability', raised)
  }
}

export function* writeIdMaps(c: Crt, procFd: number, uid: readonly [number, number], gid: readonly [number, number], denyGroups: boolean): Flow<void> {
  const dir = yield* must(c, yield* call('openat', procFd, 'self', O_PATH, 0), "Can't open /proc/self")
  yield* must(c, yield* writeAt(dir, 'uid_map', `${uid[0]} ${uid[1]} 1\n`), 'setting up uid map')
  if (denyGroups) {
    const denied = yield* writeAt(dir, 'setgroups', 'deny\n')
    if (isErr(denied) && denied !== E.ENOENT) yield* die(c, 'error writing to setgroups', denied)
  }
  yield* must(c, yield* writeAt(dir, 'gid_map', `${gid[0]} ${gid[1]} 1\n`), 'setting up gid map')
  yield* close(dir)
}

export function* writeAt(dir: number, file: string, text: string): Flow<number | E> {
  const fd = yield* call('openat', dir, file, O_RDWR | O_CLOEXEC, 0)
  if (isErr(fd)) return fd
  const written = yield* writeAll(fd, encodeUtf8(text))
  yield* close(fd)
  return written
}

/** loopback_setup: the address first, then up. */
export function* setUpLoopback(c: Crt): Flow<void> {
  const fd = yield* must(c, yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE), 'loopback: Failed to create NETLINK_ROUTE socket')
  const ask = function* (request: NetlinkRequest, problem: string): Flow<void> {
    yield* must(c, yield* call('sendmsg', fd, request), problem)
    const answer = (yield* must(c, yield* call('recvmsg', fd, 0), problem)) as NetlinkDatagram
    for (const reply of answer) if (reply.type === 'NLMSG_ERROR' && reply.errno !== undefined) yield* die(c, problem, reply.errno)
  }
  const addr = { family: 'inet', index: 1, local: '127.0.0.1', address: '127.0.0.1', prefixlen: 8, scope: RT_SCOPE_HOST } as const
  yield* ask({ type: 'RTM_NEWADDR', flags: NLM_F_CREATE | NLM_F_EXCL, addr }, 'loopback: Failed RTM_NEWADDR')
  yield* ask({ type: 'RTM_SETLINK', flags: 0, index: 1, change: { flags: IFF_UP, mask: IFF_UP } }, 'loopback: Failed RTM_NEWLINK')
  yield* close(fd)
}
