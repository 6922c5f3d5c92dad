// The program's side of rtnetlink(7): one socket, requests and their answers, and how iproute2 reports a refusal.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { type Address, type Link, NETLINK_ROUTE, type NetlinkDatagram, type NetlinkReply, type NetlinkRequest, NLM_F_DUMP } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'

/** The kernel refused. Wrong command lines have 255 or 1. */
export const EXIT_KERNEL = 2
export const EXIT_USAGE = 255

/** A message on stderr as it is, and the end. */
export function* die(c: Crt, status: number, message: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${message}\n`)
  return exit(status)
}

export interface Answer {
  readonly replies: readonly NetlinkReply[]
  readonly errno: Errno | undefined
  readonly extack: string | undefined
}

export class Rtnl {
  readonly #c: Crt
  #fd = -1
  #links: readonly Link[] | undefined

  constructor(c: Crt) {
    this.#c = c
  }

  /** Opened at first use: the socket belongs to the network namespace the program is in then. */
  *ask(request: NetlinkRequest): Flow<Answer> {
    if (this.#fd < 0) {
      const fd = yield* call('socket', 'netlink', 'raw', NETLINK_ROUTE)
      if (isErr(fd)) return yield* die(this.#c, 1, `Cannot open netlink socket: ${fd.message}`)
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

  /** rtnl_talk(): 0, or exit status 2 after saying why. */
  *talk(request: NetlinkRequest): Flow<number> {
    const { errno, extack } = yield* this.ask(request)
    if (errno === undefined) {
      this.#links = undefined
      return 0
    }
    yield* this.report(errno, extack)
    return EXIT_KERNEL
  }

  *report(errno: Errno, extack: string | undefined): Flow<void> {
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(extack === undefined || extack === '' ? `RTNETLINK answers: ${errno.message}\n` : `Error: ${extack.replace(/\.$/, '')}.\n`)
  }

  /** All devices, by index. Kept until something changes. */
  *links(): Flow<readonly Link[]> {
    this.#links ??= (yield* this.ask({ type: 'RTM_GETLINK', flags: NLM_F_DUMP })).replies.flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link] : []))
    return this.#links
  }

  *addresses(): Flow<readonly Address[]> {
    return (yield* this.ask({ type: 'RTM_GETADDR', flags: NLM_F_DUMP })).replies.flatMap((r) => (r.type === 'RTM_NEWADDR' ? [r.addr] : []))
  }

  *find(name: string): Flow<Link | undefined> {
    return (yield* this.links()).find((l) => l.name === name || l.altnames.includes(name))
  }

  /** The index of a device that must exist; `Cannot find device "x"` otherwise. */
  *index(name: string): Flow<number> {
    const link = yield* this.find(name)
    return link?.index ?? (yield* die(this.#c, 1, `Cannot find device "${name}"`))
  }

  /** A device's name by its index; `if7` if it isn't here. */
  *name(index: number): Flow<string> {
    return (yield* this.links()).find((l) => l.index === index)?.name ?? `if${index}`
  }
}

