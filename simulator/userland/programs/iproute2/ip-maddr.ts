// ip maddress: the multicast groups devices listen to, from /proc/net (ip/ipmaddr.c). Simpler: nothing can be added or deleted.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { formatIpv4, formatIpv6 } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { MADDR_USAGE } from './help-more.ts'
import { hardwareAddress } from './link-args.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, garbage, matches, unknownCommand, type Words } from './words.ts'

interface Group { readonly index: number; readonly device: string; readonly family: 'link' | 'inet' | 'inet6'; readonly address: string; readonly users: number; readonly isStatic: boolean }

export function* ipMaddr(c: Crt, o: IpOptions, _rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  const command = word === undefined ? 'show' : matches(word, ['add', 'delete', 'list', 'lst', 'show', 'help'])
  switch (command) {
    case 'add':
    case 'delete': return yield* change(c, words, command)
    case 'help': return yield* die(c, EXIT_USAGE, MADDR_USAGE)
    case undefined: return yield* unknownCommand(c, word ?? '', 'maddr')
    default: return yield* show(c, o, words)
  }
}

function* change(c: Crt, words: Words, command: string): Flow<number> {
  let dev: string | undefined
  let address: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else {
      if (address !== undefined) yield* garbage(c, 'address', word)
      address = yield* hardwareAddress(c, abbreviates(word, 'address') ? yield* words.value() : word, true, 'Error: ')
    }
  }
  if (dev === undefined) return yield* die(c, EXIT_USAGE, 'Not enough information: "dev" is required.')
  return yield* unsimulated(c, `'ip maddress ${command}'`)
}

function* lines(file: string): Flow<readonly string[][]> {
  const text = yield* readFile(`/proc/net/${file}`)
  return isErr(text) ? [] : text.split('\n').filter((line) => line !== '').map((line) => line.split(/\s+/))
}
const macOf = (hex: string): string => (hex.match(/../g) ?? []).join(':')

/** read_dmaddr, read_igmp, read_igmp6 */
function* readGroups(o: IpOptions): Flow<readonly Group[]> {
  const groups: Group[] = []
  if (o.family === undefined) for (const [index, device, users, isStatic, hex] of yield* lines('dev_mcast')) groups.push({ index: Number(index), device, family: 'link', address: macOf(hex), users: Number(users), isStatic: isStatic !== '0' })
  if (o.family !== 'inet6' && !o.linkOnly) {
    let current: readonly string[] = []
    for (const line of (yield* lines('igmp')).slice(1)) {
      if (line[0] !== '') current = line
      else groups.push({ index: Number(current[0]), device: current[1], family: 'inet', address: formatIpv4(Number.parseInt((line[1].match(/../g) ?? []).reverse().join(''), 16)), users: Number(line[2]), isStatic: false })
    }
  }
  if (o.family !== 'inet' && !o.linkOnly) for (const [index, device, hex, users] of yield* lines('igmp6')) groups.push({ index: Number(index), device, family: 'inet6', address: formatIpv6(BigInt(`0x${hex}`)), users: Number(users), isStatic: false })
  return groups
}

function* show(c: Crt, o: IpOptions, words: Words): Flow<number> {
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word !== 'dev' && abbreviates(word, 'help')) return yield* die(c, EXIT_USAGE, MADDR_USAGE)
    const text = word === 'dev' ? yield* words.value() : word
    if (dev !== undefined) yield* garbage(c, 'dev', text)
    dev = text
  }
  const groups = (yield* readGroups(o)).filter((g) => dev === undefined || g.device === dev)
  const json: Json[] = []
  for (const index of [...new Set(groups.map((g) => g.index))].sort((a, b) => a - b)) {
    const own = groups.filter((g) => g.index === index)
    if (o.json) {
      json.push({ ifindex: index, ifname: own[0].device, maddr: own.map((g) => ({ ...(g.family === 'link' ? { link: g.address } : { family: g.family, address: g.address }), ...(g.users === 1 ? {} : { users: g.users }), ...(g.isStatic ? { static: true } : {}) })) })
      continue
    }
    yield* c.stdout.write(`${index}:\t${paint(o, 'ifname', own[0].device)}\n`)
    for (const g of own) yield* c.stdout.write(`\t${g.family.padEnd(5)} ${paint(o, g.family === 'link' ? 'mac' : g.family, g.address)}${g.users === 1 ? '' : ` users ${g.users}`}${g.isStatic ? ' static' : ''}\n`)
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}
