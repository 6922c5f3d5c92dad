// The words that describe a device to `ip link add` and `ip link set` (iplink_parse in ip/iplink.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { IFF_ALLMULTI, IFF_DYNAMIC, IFF_MULTICAST, IFF_NOARP, IFF_NOTRAILERS, IFF_PROMISC, IFF_UP, type LinkChange, type LinkInit } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { open } from '../../libc/unistd.ts'
import { LINK_USAGE } from './help.ts'
import { groupNames } from './names.ts'
import { NETNS_DIR, netnsidOf } from './netns-names.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, type Words, wrong } from './words.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type LinkDraft = Mutable<LinkInit>

const MAC_BYTES = 6
const ADDRESS_MODES = ['eui64', 'none', 'stable_secret', 'random']
const SWITCHES = new Map([
  ['multicast', IFF_MULTICAST], ['allmulticast', IFF_ALLMULTI], ['promisc', IFF_PROMISC], ['trailers', IFF_NOTRAILERS], ['arp', IFF_NOARP],
])
/** These flags mean the opposite of their word. */
const REVERSED: ReadonlySet<string> = new Set(['trailers', 'arp'])
const UNSIMULATED: readonly string[] = ['vf', 'xdp', 'xdpgeneric', 'xdpdrv', 'xdpoffload', 'vrf', 'protodown', 'protodown_reason', 'gso_max_size', 'gso_max_segs', 'gro_max_size', 'parentdev', 'mode', 'state']

/** ll_addr_a2n; with `isWhole` it must be an Ethernet address. */
export function* hardwareAddress(c: Crt, text: string, isWhole = true, prefix = ''): Flow<string> {
  const bytes = text.split(':')
  if (bytes.some((b) => !/^[0-9a-f]{1,2}$/i.test(b))) return yield* die(c, 1, `"${text}" is invalid lladdr.`)
  if (isWhole && bytes.length !== MAC_BYTES) return yield* die(c, 1, `${prefix}Invalid address length ${bytes.length} - must be ${MAC_BYTES} bytes`)
  return bytes.map((b) => b.toLowerCase().padStart(2, '0')).join(':')
}

/** on_off */
export function* onOff(c: Crt, name: string, value: string): Flow<boolean> {
  if (value !== 'on' && value !== 'off') return yield* die(c, 1, `Error: argument of "${name}" must be "on" or "off", not "${value}"`)
  return value === 'on'
}

/** A named network namespace or a process. */
function* netnsArgument(c: Crt, text: string): Flow<LinkChange> {
  const fd = yield* open(text.startsWith('/') ? text : `${NETNS_DIR}/${text}`, O_RDONLY | O_CLOEXEC)
  if (!isErr(fd)) return { netnsFd: fd }
  return /^\d+$/.test(text) ? { netnsPid: Number(text) } : yield* wrong(c, text, 'Invalid "netns" value\n')
}

export function* groupArgument(c: Crt, text: string): Flow<number> {
  return (yield* groupNames()).id(text) ?? (yield* wrong(c, text, 'Invalid "group" value\n'))
}

const setFlag = (change: LinkDraft, flag: number, on: boolean): void => {
  change.mask = (change.mask ?? 0) | flag
  change.flags = on ? (change.flags ?? 0) | flag : (change.flags ?? 0) & ~flag
}

/** Not empty, not too long, without slashes and spaces; the rest is the kernel's to judge. */
const isName = (text: string, size: number): boolean => text !== '' && text.length < size && !/[/\s]/.test(text)

export interface LinkWords {
  readonly draft: LinkDraft
  /** What the command is about: the device of `set`, the name of `add`. */
  readonly dev: string | undefined
  readonly kind: string | undefined
  /** Reported only when all words are read. */
  readonly link: string | undefined
  readonly group: number | undefined
}

/** Reads up to the end, or up to what follows `type KIND`. */
export function* parseLink(c: Crt, rtnl: Rtnl, words: Words): Flow<LinkWords> {
  const draft: LinkDraft = { kind: '' }
  let dev: string | undefined
  let name: string | undefined
  let kind: string | undefined
  let link: string | undefined
  let group: number | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'up') setFlag(draft, IFF_UP, true)
    else if (word === 'down') setFlag(draft, IFF_UP, false)
    else if (word === 'name') {
      name = yield* words.value()
      if (!isName(name, 16)) yield* wrong(c, name, '"name" not a valid ifname')
    } else if (word === 'index') draft.index = yield* words.number('index')
    else if (word === 'link') link = yield* words.value()
    else if (abbreviates(word, 'address')) draft.address = yield* hardwareAddress(c, yield* words.value())
    else if (abbreviates(word, 'broadcast') || word === 'brd') draft.broadcast = yield* hardwareAddress(c, yield* words.value())
    else if (abbreviates(word, 'txqueuelen') || word === 'qlen' || abbreviates(word, 'txqlen')) draft.txqlen = yield* words.number('txqueuelen')
    else if (word === 'mtu') draft.mtu = yield* mtu(c, yield* words.value())
    else if (word === 'netns') Object.assign(draft, yield* netnsArgument(c, yield* words.value()))
    else if (SWITCHES.has(word)) setFlag(draft, SWITCHES.get(word) ?? 0, (yield* onOff(c, word, yield* words.value())) !== REVERSED.has(word))
    else if (word === 'carrier') draft.carrier = yield* onOff(c, word, yield* words.value())
    else if (abbreviates(word, 'master')) {
      const text = yield* words.value()
      draft.master = (yield* rtnl.find(text))?.index ?? (yield* wrong(c, text, 'Device does not exist\n'))
    } else if (abbreviates(word, 'nomaster')) draft.master = 0
    else if (abbreviates(word, 'dynamic')) setFlag(draft, IFF_DYNAMIC, yield* onOff(c, 'dynamic', yield* words.value()))
    else if (abbreviates(word, 'type')) {
      kind = yield* words.value()
      break
    } else if (abbreviates(word, 'alias')) draft.alias = yield* words.value()
    else if (word === 'group') group = yield* groupArgument(c, yield* words.value())
    else if (abbreviates(word, 'numtxqueues')) draft.numTxQueues = yield* words.number('numtxqueues')
    else if (abbreviates(word, 'numrxqueues')) draft.numRxQueues = yield* words.number('numrxqueues')
    else if (word === 'addrgenmode') {
      const text = yield* words.value()
      const mode = ADDRESS_MODES.indexOf(text)
      draft.addrGenMode = mode >= 0 ? mode : yield* wrong(c, text, 'Invalid address generation mode\n')
    } else if (word === 'link-netns' || word === 'link-netnsid') draft.linkNetnsid = yield* linkNetns(c, rtnl, word, yield* words.value())
    else if (UNSIMULATED.includes(word)) exit(yield* unsimulated(c, `'ip link … ${word}'`))
    else {
      if (abbreviates(word, 'help')) yield* die(c, EXIT_USAGE, LINK_USAGE)
      const text = word === 'dev' ? yield* words.value() : word
      if (dev !== undefined) yield* garbage(c, 'dev', text)
      if (!isName(text, 128)) yield* wrong(c, text, '"dev" not a valid ifname')
      dev = text
    }
  }
  if (name !== undefined) draft.newName = name
  return { draft, dev, kind, link, group }
}
function* mtu(c: Crt, text: string): Flow<number> {
  if (!/^[-+]?(0x[0-9a-f]+|\d+)$/i.test(text)) return yield* wrong(c, text, 'Invalid "mtu" value\n')
  return Number(text)
}
function* linkNetns(c: Crt, rtnl: Rtnl, word: string, text: string): Flow<number> {
  if (word === 'link-netnsid') return /^\d+$/.test(text) ? Number(text) : yield* wrong(c, text, 'Invalid "link-netnsid" value\n')
  const id = yield* netnsidOf(rtnl, text)
  return typeof id === 'number' ? id : yield* wrong(c, text, 'Invalid "link-netns" value\n')
}
