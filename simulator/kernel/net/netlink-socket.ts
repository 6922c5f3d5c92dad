// Netlink sockets (net/netlink/af_netlink.c, netlink(7)): a request is answered at once; the answer waits in the socket until it is read.
import { Errno } from '../../abi/errno.ts'
import { POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { NETLINK_NETFILTER, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkRequest } from '../../abi/netlink.ts'
import type { NfDatagram, NfRequest } from '../../abi/nf-tables.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import type { NetNamespace } from './net-namespace.ts'
import { answerNfnetlink } from './netfilter/nfnetlink.ts'
import { answerRtnetlink } from './rtnetlink.ts'
import { MSG_DONTWAIT, Socket } from './socket.ts'

export class NetlinkSocket extends Socket {
  readonly net: NetNamespace
  readonly #protocol: number
  readonly #portId: number
  readonly #queue: (NetlinkDatagram | NfDatagram)[] = []
  readonly #readable = new WaitQueue()

  constructor(task: Task, protocol: number) {
    super(task.kernel)
    if (protocol !== NETLINK_ROUTE && protocol !== NETLINK_NETFILTER) throw Errno.EPROTONOSUPPORT
    this.net = task.nsproxy.net
    this.net.hold('socket')
    this.#protocol = protocol
    this.#portId = task.numberIn(task.pidNs)
  }

  override bind(): void {}
  override sendMessage(task: Task, message: unknown): number {
    this.#queue.push(this.#protocol === NETLINK_NETFILTER ? answerNfnetlink(task, this.net, message as NfRequest) : answerRtnetlink(task, this.net, message as NetlinkRequest))
    this.#readable.wakeAll()
    return 1
  }
  override *receiveMessage(_task: Task, flags: number): KFlow<NetlinkDatagram | NfDatagram> {
    for (;;) {
      const next = this.#queue.shift()
      if (next !== undefined) return next
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield this.#readable
    }
  }
  localAddress(): SockAddr {
    return { family: 'netlink', pid: this.#portId, groups: 0 }
  }
  poll(): number {
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0)
  }
  pollQueues(): readonly WaitQueue[] {
    return [this.#readable]
  }
  close(): void {
    this.net.release('socket')
  }
}
