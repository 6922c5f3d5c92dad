// Netlink sockets (net/netlink/af_netlink.c, netlink(7)): a request is answered at once; the answer waits in the socket until it is read.
import { Errno } from '../../abi/errno.ts'
import { POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { NETLINK_NETFILTER, NETLINK_ROUTE, NETLINK_SOCK_DIAG, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest } from '../../abi/netlink.ts'
import type { NfDatagram, NfRequest } from '../../abi/nf-tables.ts'
import type { SockDiagDatagram, SockDiagRequest } from '../../abi/sock-diag.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import type { NetNamespace } from './net-namespace.ts'
import { answerNfnetlink } from './netfilter/nfnetlink.ts'
import { answerRtnetlink } from './rtnetlink.ts'
import type { RtnlListener } from './rtnl-notify.ts'
import { answerSockDiag } from './sock-diag.ts'
import { MSG_DONTWAIT, Socket } from './socket.ts'

type Answer = NetlinkDatagram | NfDatagram | SockDiagDatagram

/** Who answers, by protocol. */
const FAMILIES: ReadonlyMap<number, (task: Task, net: NetNamespace, message: unknown) => Answer> = new Map<number, (task: Task, net: NetNamespace, message: unknown) => Answer>([
  [NETLINK_ROUTE, (task, net, message) => answerRtnetlink(task, net, message as NetlinkRequest)],
  [NETLINK_NETFILTER, (task, net, message) => answerNfnetlink(task, net, message as NfRequest)],
  [NETLINK_SOCK_DIAG, (task, net, message) => answerSockDiag(task, net, message as SockDiagRequest)],
])

/** How many notifications wait for a reader (about what fits SO_RCVBUF's 1 MiB); what comes then is lost, and the reader learns that something was. */
const QUEUE_LIMIT = 1000

export class NetlinkSocket extends Socket implements RtnlListener {
  readonly net: NetNamespace
  readonly #answer: (task: Task, net: NetNamespace, message: unknown) => Answer
  readonly #portId: number
  readonly #queue: Answer[] = []
  readonly #readable = new WaitQueue()
  readonly #protocol: number
  #groups = 0
  #hasOverrun = false

  constructor(task: Task, protocol: number) {
    super(task.kernel)
    const answer = FAMILIES.get(protocol)
    if (answer === undefined) throw Errno.EPROTONOSUPPORT
    this.net = task.nsproxy.net
    this.net.hold('socket')
    this.#answer = answer
    this.#protocol = protocol
    this.#portId = task.numberIn(task.pidNs)
  }

  /** Joins the groups of the address (netlink_bind). */
  override bind(_task: Task, addr: SockAddr): void {
    if (addr.family !== 'netlink') throw Errno.EINVAL
    if (this.#protocol !== NETLINK_ROUTE) return
    this.#groups = addr.groups
    if (addr.groups === 0) this.net.listeners.delete(this)
    else this.net.listeners.add(this)
  }
  get groups(): number {
    return this.#groups
  }
  /** A message for one of its groups. */
  deliver(message: NetlinkReply): void {
    if (this.#queue.length >= QUEUE_LIMIT) this.#hasOverrun = true
    else this.#queue.push([message])
    this.#readable.wakeAll()
  }
  override sendMessage(task: Task, message: unknown): number {
    this.#queue.push(this.#answer(task, this.net, message))
    this.#readable.wakeAll()
    return 1
  }
  override *receiveMessage(_task: Task, flags: number): KFlow<Answer> {
    for (;;) {
      if (this.#hasOverrun) {
        this.#hasOverrun = false
        throw Errno.ENOBUFS
      }
      const next = this.#queue.shift()
      if (next !== undefined) return next
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield this.#readable
    }
  }
  localAddress(): SockAddr {
    return { family: 'netlink', pid: this.#portId, groups: this.#groups }
  }
  poll(): number {
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0)
  }
  pollQueues(): readonly WaitQueue[] {
    return [this.#readable]
  }
  close(): void {
    this.net.listeners.delete(this)
    this.net.release('socket')
  }
}
