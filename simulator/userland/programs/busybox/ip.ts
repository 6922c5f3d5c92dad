// BusyBox's ip: addresses, links, routes, neighbours and rules in its own, shorter words. Tunnels, -s and netns are not part of it or not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Errno } from '../../../abi/errno.ts'
import type { NetlinkRequest } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { Rtnl } from '../iproute2/rtnl.ts'
import { die, showUsage } from './applet.ts'
import { addressCommand } from './ip-addr.ts'
import { linkCommand } from './ip-link.ts'
import { routeCommand } from './ip-route.ts'

export interface IpContext {
  readonly c: Crt
  readonly rtnl: Rtnl
  readonly family: 'inet' | 'inet6' | undefined
  readonly oneLine: boolean
}
const EXIT_KERNEL = 2

/** Between the lines of one object. */
export const lineBreak = ({ oneLine }: IpContext): string => (oneLine ? '\\' : '\n')

/** `ip: WHAT: reason`, status 2; WHAT is the call that failed, `RTNETLINK answers` unless an ioctl would have been used. */
export function* refused({ c }: IpContext, errno: Errno, what = 'RTNETLINK answers'): Flow<never> {
  return yield* die(c, what, errno, EXIT_KERNEL)
}
export function* talk(x: IpContext, request: NetlinkRequest, what?: string): Flow<void> {
  const { errno } = yield* x.rtnl.ask(request)
  if (errno !== undefined) yield* refused(x, errno, what)
}
export function* deviceIndex(x: IpContext, name: string, status = 1): Flow<number> {
  const link = yield* x.rtnl.find(name)
  return link?.index ?? (yield* die(x.c, `can't find device '${name}'`, undefined, status))
}
export const invalidArgument = (x: IpContext, word: string, what = 'ip'): Flow<never> => die(x.c, `invalid argument '${word}' to '${what}'`)

/** The first of the names that begins with the word (index_in_substrings). */
export const abbreviated = (word: string, names: readonly string[]): string | undefined => names.find((name) => name.startsWith(word))

const OBJECTS = ['address', 'route', 'link', 'tunnel', 'tunl', 'rule', 'neigh']

export function* ip(c: Crt): Flow<number> {
  let family: IpContext['family']
  let oneLine = false
  let at = 1
  for (; c.argv[at]?.startsWith('-') === true; at++) {
    const word = c.argv[at].replace(/^--?/, '')
    if (word === '4') family = 'inet'
    else if (word === '6') family = 'inet6'
    else if ('oneline'.startsWith(word)) oneLine = true
    else if ('family'.startsWith(word)) {
      const given = c.argv[++at]
      if (given === 'inet' || given === 'inet6') family = given
      else if (given === 'link') return exit(yield* unsimulated(c, 'option -f link'))
      else return yield* invalidArgument({ c, rtnl: new Rtnl(c), family, oneLine }, given ?? '', 'protocol family')
    } else return yield* showUsage(c)
  }
  const [word, ...args] = c.argv.slice(at)
  if (word === undefined) return yield* showUsage(c)
  const x: IpContext = { c, rtnl: new Rtnl(c), family, oneLine }
  switch (abbreviated(word, OBJECTS)) {
    case 'address': return yield* addressCommand(x, args)
    case 'link': return yield* linkCommand(x, args)
    case 'route': return yield* routeCommand(x, args)
    case 'neigh': return yield* neighbours(x, args)
    case 'rule': return yield* rules(x, args)
    case 'tunnel': case 'tunl': return yield* unsimulated(c, 'ip tunnel')
    default: return yield* showUsage(c)
  }
}

const STATES: readonly (readonly [number, string])[] = [
  [0x01, 'INCOMPLETE'], [0x02, 'REACHABLE'], [0x04, 'STALE'], [0x08, 'DELAY'], [0x10, 'PROBE'], [0x20, 'FAILED'], [0x40, 'NOARP'], [0x80, 'PERMANENT'],
]
const NUD_NOARP = 0x40
const NLM_F_DUMP = 0x300

function* neighbours(x: IpContext, args: readonly string[]): Flow<number> {
  if (args.length > 0 && abbreviated(args[0], ['show', 'list', 'lst']) === undefined) return yield* unsimulated(x.c, `ip neigh ${args[0]}`)
  const dev = args.includes('dev') ? yield* deviceIndex(x, args[args.indexOf('dev') + 1] ?? '') : undefined
  for (const family of x.family === undefined ? (['inet', 'inet6'] as const) : [x.family]) {
    const { replies } = yield* x.rtnl.ask({ type: 'RTM_GETNEIGH', flags: NLM_F_DUMP, family })
    for (const reply of replies) {
      if (reply.type !== 'RTM_NEWNEIGH' || reply.neighbour.family === 'bridge' || (reply.neighbour.state & NUD_NOARP) !== 0 || (dev !== undefined && reply.neighbour.index !== dev)) continue
      const { dst, index, lladdr, state } = reply.neighbour
      const name = STATES.find(([bit]) => (state & bit) !== 0)?.[1]
      yield* x.c.stdout.write(`${dst} dev ${yield* x.rtnl.name(index)} ${lladdr === undefined ? '' : `lladdr ${lladdr} `} used 0/0/0${name === undefined ? '' : ` probes 0 ${name}`}\n`)
    }
  }
  return 0
}

const TABLES = new Map([[255, 'local'], [254, 'main'], [253, 'default']])

function* rules(x: IpContext, args: readonly string[]): Flow<number> {
  if (args.length > 0 && abbreviated(args[0], ['show', 'list', 'lst']) === undefined) return yield* unsimulated(x.c, `ip rule ${args[0]}`)
  const { replies } = yield* x.rtnl.ask({ type: 'RTM_GETRULE', flags: NLM_F_DUMP, family: x.family ?? 'inet' })
  for (const reply of replies) {
    if (reply.type !== 'RTM_NEWRULE') continue
    const { priority, table } = reply.rule
    yield* x.c.stdout.write(`${priority ?? 0}:\tfrom all lookup ${TABLES.get(table ?? 254) ?? table} \n`)
  }
  return 0
}
