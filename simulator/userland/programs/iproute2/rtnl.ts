// rtnetlink as iproute2 uses it: devices by name and number, and how a refusal is reported.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Errno } from '../../../abi/errno.ts'
import { type Address, type Link, type NetlinkRequest, NLM_F_DUMP } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { type RtnlAnswer, RtnlSocket } from '../../libc/rtnetlink.ts'

/** The kernel refused. Wrong command lines have 255 or 1. */
export const EXIT_KERNEL = 2
export const EXIT_USAGE = 255

/** A message on stderr as it is, and the end. */
export function* die(c: Crt, status: number, message: string): Flow<never> {
  // stdio: what standard output holds is written at the exit.
  yield* c.stderr.write(`${message}\n`)
  return exit(status)
}

export class Rtnl extends RtnlSocket {
  readonly #c: Crt
  #links: readonly Link[] | undefined
  readonly #names = new Map<number, string>()

  constructor(c: Crt) {
    super()
    this.#c = c
  }

  *ask(request: NetlinkRequest): Flow<RtnlAnswer> {
    return yield* this.request(request)
  }

  /** rtnl_talk(): 0, or exit status 2 after saying why. */
  *talk(request: NetlinkRequest): Flow<number> {
    const { errno, extack } = yield* this.ask(request)
    if (errno === undefined) {
      this.#links = undefined
      this.#names.clear()
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
    this.#links ??= yield* this.dumpLinks()
    return this.#links
  }

  *addresses(): Flow<readonly Address[]> {
    return (yield* this.ask({ type: 'RTM_GETADDR', flags: NLM_F_DUMP })).replies.flatMap((r) => (r.type === 'RTM_NEWADDR' ? [r.addr] : []))
  }

  /** By name or another name, asked for alone as ll_name_to_index does. */
  *find(name: string): Flow<Link | undefined> {
    if (this.#links !== undefined) return this.#links.find((l) => l.name === name || l.altnames.includes(name))
    const { replies } = yield* this.ask({ type: 'RTM_GETLINK', flags: 0, name })
    return replies.flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link] : []))[0]
  }

  /** The index of a device that must exist; `Cannot find device "x"` otherwise. */
  *index(name: string): Flow<number> {
    const link = yield* this.find(name)
    return link?.index ?? (yield* die(this.#c, 1, `Cannot find device "${name}"`))
  }

  /** A device's name by its index; `if7` if it isn't here. */
  *name(index: number): Flow<string> {
    if (this.#links !== undefined) return this.#links.find((l) => l.index === index)?.name ?? `if${index}`
    let name = this.#names.get(index)
    if (name === undefined) {
      const { replies } = yield* this.ask({ type: 'RTM_GETLINK', flags: 0, index })
      name = replies.flatMap((r) => (r.type === 'RTM_NEWLINK' ? [r.link.name] : []))[0] ?? `if${index}`
      this.#names.set(index, name)
    }
    return name
  }
}
