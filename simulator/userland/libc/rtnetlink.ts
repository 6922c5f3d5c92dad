// The program's side of rtnetlink(7): one socket, requests, and their answers.
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_DUMP } from '../../abi/netlink.ts'
import { call } from './syscall.ts'

export interface RtnlAnswer {
  readonly replies: readonly NetlinkReply[]
  readonly errno: Errno | undefined
  /** The kernel's own words (NLMSGERR_ATTR_MSG). */
  readonly extack: string | undefined
}

export class RtnlSocket {
  #fd: number

  constructor() {
    this.#fd = -1
  }

  /** Opened at first use: the socket belongs to the network namespace the program is in then. */
  *request(request: NetlinkRequest): Flow<RtnlAnswer> {
    if (this.#fd < 0) {
      const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
      if (isErr(fd)) return { replies: [], errno: fd, extack: undefined }
      this.#fd = fd
    }
    const sent = yield* call('sendmsg', this.#fd, request)
    if (isErr(sent)) return { replies: [], errno: sent, extack: undefined }
    const replies: NetlinkReply[] = []
    for (;;) {
      const datagram = yield* call('recvmsg', this.#fd, 0)
      if (isErr(datagram)) return { replies, errno: datagram, extack: undefined }
      for (const reply of datagram as NetlinkDatagram) {
        if (reply.type === 'NLMSG_ERROR' || reply.type === 'NLMSG_DONE') return { replies, errno: reply.errno, extack: reply.extack }
        replies.push(reply)
      }
    }
  }

  /** All devices, by index. */
  *dumpLinks(): Flow<readonly Link[]> {
    return (yield* this.request({ type: 'RTM_GETLINK', flags: NLM_F_DUMP })).replies.flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link] : []))
  }
}
