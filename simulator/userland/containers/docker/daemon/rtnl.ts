// rtnetlink as the daemon uses it: a socket in its own or, for a moment, in another network namespace.
import { type Errno, Errno as E, isErr } from '../../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../../abi/fcntl.ts'
import { IFF_UP, type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_CREATE, NLM_F_EXCL } from '../../../../abi/netlink.ts'
import { CLONE_NEWNET } from '../../../../abi/sched.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { close, open } from '../../../libc/unistd.ts'

export function* ask(request: NetlinkRequest): Flow<{ readonly replies: readonly NetlinkReply[]; readonly errno: Errno | undefined }> {
  const fd = yield* call('socket', 'netlink', 'raw|cloexec', NETLINK_ROUTE)
  if (isErr(fd)) return { replies: [], errno: fd }
  const sent = yield* call('sendmsg', fd, request)
  const replies: NetlinkReply[] = []
  let errno: Errno | undefined = isErr(sent) ? sent : undefined
  for (let isOver = isErr(sent); !isOver;) {
    const datagram = yield* call('recvmsg', fd, 0)
    if (isErr(datagram)) {
      errno = datagram
      break
    }
    for (const reply of datagram as NetlinkDatagram) {
      if (reply.type === 'NLMSG_ERROR' || reply.type === 'NLMSG_DONE') {
        errno = reply.errno
        isOver = true
      } else replies.push(reply)
    }
  }
  yield* close(fd)
  return { replies, errno }
}

export function* linkByName(name: string): Flow<Link | undefined> {
  const { replies } = yield* ask({ type: 'RTM_GETLINK', flags: 0, name })
  const found = replies.find((r) => r.type === 'RTM_NEWLINK')
  return found?.type === 'RTM_NEWLINK' ? found.link : undefined
}
export function* setUp(name: string): Flow<Errno | undefined> {
  return (yield* ask({ type: 'RTM_SETLINK', flags: 0, name, change: { flags: IFF_UP, mask: IFF_UP } })).errno
}
export function* addAddress(index: number, address: string, prefixlen: number, broadcast?: string): Flow<Errno | undefined> {
  const { errno } = yield* ask({ type: 'RTM_NEWADDR', flags: NLM_F_CREATE | NLM_F_EXCL, addr: { family: 'inet', index, local: address, prefixlen, broadcast } })
  return errno === E.EEXIST ? undefined : errno
}

/** Runs `body` with the daemon's thread in the network namespace of a file. `body` must not wait for other goroutines. */
export function* inNamespace<T>(path: string, body: () => Flow<T>): Flow<T | Errno> {
  const own = yield* open('/proc/self/ns/net', O_RDONLY | O_CLOEXEC)
  if (isErr(own)) return own
  const other = yield* open(path, O_RDONLY | O_CLOEXEC)
  if (isErr(other)) {
    yield* close(own)
    return other
  }
  const entered = yield* call('setns', other, CLONE_NEWNET)
  yield* close(other)
  if (isErr(entered)) {
    yield* close(own)
    return entered
  }
  const result = yield* body()
  yield* call('setns', own, CLONE_NEWNET)
  yield* close(own)
  return result
}
