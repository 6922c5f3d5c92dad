// The words that narrow `ip link show` and `ip addr show` (ipaddr_list_flush_or_save in ip/ipaddress.c).
import type { Flow } from '../../../abi/syscalls.ts'
import {
  IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_HOMEADDRESS, IFA_F_MANAGETEMPADDR, IFA_F_NODAD, IFA_F_NOPREFIXROUTE, IFA_F_OPTIMISTIC, IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, IFF_UP, type Link,
} from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { ADDRESS_USAGE } from './help.ts'
import { groupArgument } from './link-args.ts'
import { scopeNames } from './names.ts'
import type { IpOptions } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, parsePrefix, type Prefix, type Words, wrong } from './words.ts'

/** Flags of addresses that may be asked for, `-name` for those without; the last three can only be there. */
const FLAG_WORDS: ReadonlyMap<string, number> = new Map([
  ['permanent', IFA_F_PERMANENT], ['secondary', IFA_F_SECONDARY], ['temporary', IFA_F_SECONDARY], ['nodad', IFA_F_NODAD], ['optimistic', IFA_F_OPTIMISTIC], ['dadfailed', IFA_F_DADFAILED],
  ['home', IFA_F_HOMEADDRESS], ['deprecated', IFA_F_DEPRECATED], ['tentative', IFA_F_TENTATIVE], ['mngtmpaddr', IFA_F_MANAGETEMPADDR], ['noprefixroute', IFA_F_NOPREFIXROUTE],
])

export interface Filter {
  dev: string | undefined
  up: boolean
  kind: string | undefined
  master: number | undefined
  group: number | undefined
  scope: number | undefined
  label: string | undefined
  to: Prefix | undefined
  /** Bits that must be as in `flags`. */
  mask: number
  flags: number
}

export function* parseFilter(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<Filter> {
  const f: Filter = { dev: undefined, up: false, kind: undefined, master: undefined, group: undefined, scope: undefined, label: undefined, to: undefined, mask: 0, flags: 0 }
  const flag = (name: string): number | undefined => {
    const isReversed = name === 'primary' || name === 'dynamic' || name.startsWith('-')
    const bit = name === 'primary' ? IFA_F_SECONDARY : name === 'dynamic' ? IFA_F_PERMANENT : FLAG_WORDS.get(name.replace(/^-/, ''))
    if (bit === undefined) return undefined
    f.mask |= bit
    f.flags = isReversed ? f.flags & ~bit : f.flags | bit
    return bit
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'to') f.to = yield* parsePrefix(c, yield* words.value(), o.family)
    else if (word === 'scope') {
      const text = yield* words.value()
      f.scope = text === 'all' ? undefined : ((yield* scopeNames()).id(text, 255) ?? (yield* wrong(c, text, 'invalid "scope"\n')))
    } else if (word === 'up') f.up = true
    else if (flag(word) !== undefined) continue
    else if (word === 'label') f.label = yield* words.value()
    else if (word === 'group') f.group = yield* groupArgument(c, yield* words.value())
    else if (word === 'master') {
      const text = yield* words.value()
      f.master = (yield* rtnl.find(text))?.index ?? (yield* wrong(c, text, 'Device does not exist\n'))
    } else if (word === 'nomaster') f.master = 0
    else if (word === 'type') f.kind = yield* words.value()
    else if (word === 'vrf') exit(yield* unsimulated(c, "'ip … show vrf'"))
    else {
      if (abbreviates(word, 'help')) yield* die(c, EXIT_USAGE, ADDRESS_USAGE)
      const text = word === 'dev' ? yield* words.value() : word
      if (f.dev !== undefined) yield* garbage(c, 'dev', text)
      f.dev = text
    }
  }
  if (f.dev !== undefined && !(yield* rtnl.find(f.dev))) yield* die(c, 1, `Device "${f.dev}" does not exist.`)
  return f
}

export function passes(link: Link, f: Filter): boolean {
  if (f.dev !== undefined && link.name !== f.dev && !link.altnames.includes(f.dev)) return false
  if (f.up && (link.flags & IFF_UP) === 0) return false
  if (f.group !== undefined && link.group !== f.group) return false
  if (f.kind !== undefined && link.kind !== f.kind && `${link.slaveKind}_slave` !== f.kind) return false
  return f.master === undefined || (link.master ?? 0) === f.master
}
