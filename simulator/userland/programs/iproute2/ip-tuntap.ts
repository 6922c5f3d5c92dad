// ip tuntap: makes and removes tun and tap devices through /dev/net/tun (ip/iptuntap.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_RDWR } from '../../../abi/fcntl.ts'
import { isValidIfname } from '../../../abi/netlink.ts'
import { IFF_MULTI_QUEUE, IFF_NO_PI, IFF_ONE_QUEUE, IFF_TAP, IFF_TUN, IFF_TUN_EXCL, IFF_VNET_HDR, TUNSETGROUP, TUNSETIFF, TUNSETOWNER, TUNSETPERSIST } from '../../../abi/tun.ts'
import type { Crt } from '../../libc/crt.ts'
import { getgrnam, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, open } from '../../libc/unistd.ts'
import { TUNTAP_USAGE } from './help-more.ts'
import { type IpOptions, type Json, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, matches, unknownCommand, type Words, wrong } from './words.ts'

interface TunWords { name: string; flags: number; uid: number | undefined; gid: number | undefined }

export function* ipTuntap(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'delete', 'show', 'lst', 'list', 'help'])
  switch (command) {
    case 'add': return yield* change(c, words, true)
    case 'delete': return yield* change(c, words, false)
    case 'help': return yield* die(c, EXIT_USAGE, TUNTAP_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'tuntap')
    default: return yield* show(c, o, rtnl)
  }
}

function* owner(c: Crt, what: 'user' | 'group', text: string): Flow<number> {
  if (/^\d+$/.test(text)) return Number(text)
  const id = what === 'user' ? (yield* getpwnam(text))?.uid : (yield* getgrnam(text))?.gid
  return id ?? (yield* die(c, EXIT_USAGE, `invalid ${what} "${text}"`))
}

function* parse(c: Crt, words: Words): Flow<TunWords> {
  const t: TunWords = { name: '', flags: IFF_NO_PI, uid: undefined, gid: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (abbreviates(word, 'mode')) {
      const mode = yield* words.value()
      const bit = abbreviates(mode, 'tun') ? IFF_TUN : abbreviates(mode, 'tap') ? IFF_TAP : yield* die(c, EXIT_USAGE, `Unknown tunnel mode "${mode}"`)
      if ((t.flags & (IFF_TUN | IFF_TAP) & ~bit) !== 0) yield* die(c, EXIT_USAGE, 'You managed to ask for more than one tunnel mode.')
      t.flags |= bit
    } else if (word === 'user') t.uid = yield* owner(c, 'user', yield* words.value())
    else if (word === 'group') t.gid = yield* owner(c, 'group', yield* words.value())
    else if (abbreviates(word, 'pi')) t.flags &= ~IFF_NO_PI
    else if (abbreviates(word, 'one_queue')) t.flags |= IFF_ONE_QUEUE
    else if (abbreviates(word, 'vnet_hdr')) t.flags |= IFF_VNET_HDR
    else if (abbreviates(word, 'multi_queue')) t.flags |= IFF_MULTI_QUEUE
    else {
      const isNamed = abbreviates(word, 'dev') || abbreviates(word, 'name')
      if (!isNamed && abbreviates(word, 'help')) yield* die(c, EXIT_USAGE, TUNTAP_USAGE)
      const text = isNamed ? yield* words.value() : word
      if (t.name !== '') yield* garbage(c, 'name', text)
      if (!isValidIfname(text)) yield* wrong(c, text, '"name" not a valid ifname')
      t.name = text
    }
  }
  return t
}

/** tap_add_ioctl, tap_del_ioctl: a device that persists, or no longer. */
function* change(c: Crt, words: Words, isNew: boolean): Flow<number> {
  const t = yield* parse(c, words)
  if ((t.flags & (IFF_TUN | IFF_TAP)) === 0) return yield* die(c, 1, 'You failed to specify a tunnel mode')
  const fd = yield* open('/dev/net/tun', O_RDWR)
  if (isErr(fd)) return yield* die(c, 1, `open: ${fd.message}`)
  const requests: readonly (readonly [string, number, unknown])[] = [
    ['TUNSETIFF', TUNSETIFF, { name: t.name, flags: t.flags | (isNew ? IFF_TUN_EXCL : 0) }], ...(isNew && t.uid !== undefined ? [['TUNSETOWNER', TUNSETOWNER, t.uid] as const] : []),
    ...(isNew && t.gid !== undefined ? [['TUNSETGROUP', TUNSETGROUP, t.gid] as const] : []), ['TUNSETPERSIST', TUNSETPERSIST, isNew ? 1 : 0],
  ]
  for (const [name, request, arg] of requests) {
    const result = yield* call('ioctl', fd, request, arg)
    if (isErr(result)) return yield* die(c, 1, `ioctl(${name}): ${result.message}`)
  }
  yield* close(fd)
  return 0
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl): Flow<number> {
  const json: Json[] = []
  for (const link of (yield* rtnl.links()).filter((l) => l.kind === 'tun')) {
    const data = link.data ?? {}
    // IFF_NO_PI and IFF_NOFILTER are one bit: who has the one has no other.
    const flags = [String(data.type), ...(['pi', 'one_queue', 'vnet_hdr', 'multi_queue', 'persist'] as const).filter((name) => data[name] === true), ...(data.pi === true ? ['filter'] : [])]
    if (o.json) json.push({ ifname: link.name, flags, ...(data.user === undefined ? {} : { user: data.user }), ...(data.group === undefined ? {} : { group: data.group }) })
    else yield* c.stdout.write(`${link.name}: ${flags.join(' ')}${data.user === undefined ? '' : ` user ${String(data.user)}`}${data.group === undefined ? '' : ` group ${String(data.group)}`}\n`)
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}
