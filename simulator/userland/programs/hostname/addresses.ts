// getifaddrs(3) for hostname -I: the addresses of interfaces that are up, without loopback and link-local ones, asked for by rtnetlink(7).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { IFF_LOOPBACK, IFF_UP, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_DUMP, RT_SCOPE_LINK } from '../../../abi/netlink.ts'
import { call } from '../../libc/syscall.ts'
import { close } from '../../libc/unistd.ts'

function* dump(fd: number, request: NetlinkRequest): Flow<readonly NetlinkReply[]> {
  if (isErr(yield* call('sendmsg', fd, request))) return []
  const replies: NetlinkReply[] = []
  for (;;) {
    const datagram = yield* call('recvmsg', fd, 0)
    if (isErr(datagram)) return replies
    for (const reply of datagram as NetlinkDatagram) {
      if (reply.type === 'NLMSG_DONE' || reply.type === 'NLMSG_ERROR') return replies
      replies.push(reply)
    }
  }
}

export function* hostAddresses(): Flow<readonly string[]> {
  const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
  if (isErr(fd)) return []
  const links = yield* dump(fd, { type: 'RTM_GETLINK', flags: NLM_F_DUMP })
  const usable = new Set(links.flatMap((r) => (r.type === 'RTM_NEWLINK' && (r.link.flags & IFF_UP) !== 0 && (r.link.flags & IFF_LOOPBACK) === 0 ? [r.link.index] : [])))
  const addresses = yield* dump(fd, { type: 'RTM_GETADDR', flags: NLM_F_DUMP })
  yield* close(fd)
  return addresses.flatMap((r) => (r.type === 'RTM_NEWADDR' && usable.has(r.addr.index) && !(r.addr.family === 'inet6' && r.addr.scope === RT_SCOPE_LINK) ? [r.addr.local] : []))
}
