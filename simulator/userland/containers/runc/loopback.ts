// The only interface runc itself sets up: lo, in a new network namespace (libcontainer/network_linux.go).
import type { Flow } from '../../../abi/syscalls.ts'
import { IFF_UP, NETLINK_ROUTE, type NetlinkDatagram } from '../../../abi/netlink.ts'
import { call } from '../../libc/syscall.ts'
import { close } from '../../libc/unistd.ts'
import { check } from '../go-error.ts'

export function* setUpLoopback(): Flow<void> {
  const fd = check(yield* call('socket', 'netlink', 'raw|cloexec', NETLINK_ROUTE), 'socket')
  check(yield* call('sendmsg', fd, { type: 'RTM_SETLINK', flags: 0, name: 'lo', change: { flags: IFF_UP, mask: IFF_UP } }), 'link set lo up')
  for (const reply of (yield* call('recvmsg', fd, 0)) as NetlinkDatagram) if (reply.type === 'NLMSG_ERROR' && reply.errno !== undefined) check(reply.errno, 'link set lo up')
  yield* close(fd)
}
