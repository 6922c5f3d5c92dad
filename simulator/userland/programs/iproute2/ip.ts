// ip(8) of iproute2 6.1: global options, then an object and a command, both of which may be abbreviated.
// Simpler: the objects link, address, route, rule, neigh, netns and monitor; the others say that they are missing.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Crt, ExitRequest, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { isatty, readFile } from '../../libc/unistd.ts'
import { IP_USAGE } from './help.ts'
import { ipAddr } from './ip-addr.ts'
import { ipLink } from './ip-link.ts'
import { ipMaddr } from './ip-maddr.ts'
import { ipMonitor } from './ip-monitor.ts'
import { ipNeigh } from './ip-neigh.ts'
import { ipRoute } from './ip-route.ts'
import { ipRule } from './ip-rule.ts'
import { ipTuntap } from './ip-tuntap.ts'
import { ipNetns, switchNetns } from './netns.ts'
import type { IpOptions } from './output.ts'
import { die, EXIT_USAGE, Rtnl } from './rtnl.ts'
import { matches, Words, wrong } from './words.ts'

type Run = (c: Crt, o: IpOptions, rtnl: Rtnl, words: Words) => Flow<number>

/** In the order in which abbreviations are tried. */
const OBJECTS: readonly (readonly [string, Run | undefined])[] = [
  ['address', ipAddr], ['addrlabel', undefined], ['maddress', ipMaddr], ['route', ipRoute], ['rule', ipRule], ['neighbor', ipNeigh], ['neighbour', ipNeigh],
  ['ntable', undefined], ['ntbl', undefined], ['link', ipLink], ['l2tp', undefined], ['fou', undefined], ['ila', undefined], ['macsec', undefined], ['tunnel', undefined],
  ['tunl', undefined], ['tuntap', ipTuntap], ['tap', ipTuntap], ['token', undefined], ['tcpmetrics', undefined], ['tcp_metrics', undefined], ['monitor', ipMonitor],
  ['xfrm', undefined], ['mroute', undefined], ['mrule', undefined], ['netns', ipNetns], ['netconf', undefined], ['vrf', ipVrf], ['sr', undefined], ['nexthop', ipNexthop],
  ['mptcp', undefined], ['ioam', undefined], ['amt', undefined], ['help', undefined],
]

/** No device of the kinds these lists are about can be made here: they are empty. */
function* emptyList(c: Crt, words: Words, object: string, text: string): Flow<number> {
  const word = words.shift()
  if (word !== undefined && matches(word, ['show', 'list', 'lst']) === undefined) return yield* unsimulated(c, `'ip ${object} ${word}'`)
  yield* c.stdout.write(text)
  return 0
}
function* ipVrf(c: Crt, _o: IpOptions, _rtnl: Rtnl, words: Words): Flow<number> {
  return yield* emptyList(c, words, 'vrf', 'Name              Table\n-----------------------\nNo VRF has been configured\n')
}
function* ipNexthop(c: Crt, _o: IpOptions, _rtnl: Rtnl, words: Words): Flow<number> {
  return yield* emptyList(c, words, 'nexthop', '')
}

const OPTIONS = ['-loops', '-family', '-4', '-6', '-0', '-M', '-B', '-human-readable', '-iec', '-stats', '-statistics', '-details', '-resolve', '-oneline', '-timestamp', '-tshort', '-Version', '-force', '-batch', '-brief', '-json', '-rcvbuf', '-color', '-colour', '-help', '-netns', '-Numeric', '-all', '-pretty']

function* main(c: Crt): Flow<number> {
  const o: IpOptions = {
    family: undefined, linkOnly: false, brief: false, details: false, json: false, pretty: false, oneline: false, stats: 0, numeric: false, color: false, all: false, force: false, batch: undefined, netns: undefined, timestamp: undefined,
  }
  const words = new Words(c, c.argv.slice(1))
  for (let word = words.peek(); word !== undefined && word.startsWith('-'); word = words.peek()) {
    words.shift()
    if (word === '--') break
    const status = yield* takeOption(c, o, word.startsWith('--') ? word.slice(1) : word, words)
    if (status !== undefined) return status
  }
  if (o.color) o.color = !o.json
  if (o.netns !== undefined) yield* switchNetns(c, o.netns)
  const rtnl = new Rtnl(c)
  if (o.batch !== undefined) return yield* batch(c, o, rtnl, o.batch)
  return yield* run(c, o, rtnl, words)
}

function* run(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  if (word === undefined) return yield* die(c, EXIT_USAGE, IP_USAGE)
  const name = matches(word, OBJECTS.map(([n]) => n))
  if (name === undefined) return yield* die(c, 1, `Object "${word}" is unknown, try "ip help".`)
  if (name === 'help') return yield* die(c, EXIT_USAGE, IP_USAGE)
  const object = OBJECTS.find(([n]) => n === name)?.[1]
  return object ? yield* object(c, o, rtnl, words) : yield* unsimulated(c, `'ip ${name}'`)
}

function* takeOption(c: Crt, o: IpOptions, word: string, words: Words): Flow<number | undefined> {
  const short = new Map([['-s', '-stats'], ['-d', '-details'], ['-o', '-oneline'], ['-j', '-json'], ['-p', '-pretty'], ['-br', '-brief'], ['-n', '-netns'], ['-c', '-color'], ['-V', '-Version'], ['-a', '-all'], ['-f', '-family'], ['-h', '-human-readable'], ['-b', '-batch'], ['-r', '-resolve'], ['-N', '-Numeric'], ['-t', '-timestamp']])
  const [typed, value] = word.split('=')
  const named = short.get(typed) ?? matches(typed, OPTIONS)
  // Only colours take a value, and only three of them.
  const option = value !== undefined && (!named?.startsWith('-colo') || !/^(always|auto|never)$/.test(value)) ? undefined : named
  switch (option) {
    case '-4': o.family = 'inet'; break
    case '-6': o.family = 'inet6'; break
    case '-family': {
      const family = yield* words.value()
      if (family === 'inet' || family === 'inet6') o.family = family
      else if (family === 'link') o.linkOnly = true
      else if (family === 'mpls' || family === 'bridge') return yield* unsimulated(c, `option -family ${family}`)
      else return yield* wrong(c, family, 'invalid protocol family')
      break
    }
    case '-stats':
    case '-statistics': o.stats++; break
    case '-details': o.details = true; break
    case '-oneline': o.oneline = true; break
    case '-json': o.json = true; break
    case '-pretty': o.pretty = true; break
    case '-brief': o.brief = true; break
    case '-all': o.all = true; break
    case '-force': o.force = true; break
    case '-netns': o.netns = yield* words.value(); break
    case '-batch': o.batch = yield* words.value(); break
    case '-color':
    case '-colour': o.color = value === 'auto' ? yield* isatty(1) : value !== 'never'; break
    case '-0': o.linkOnly = true; break
    case '-loops':
    case '-rcvbuf': yield* words.value(); break
    case '-timestamp': o.timestamp = 'long'; break
    case '-tshort': o.timestamp = 'short'; break
    case '-Numeric': o.numeric = true; break
    case '-Version': {
      yield* c.stdout.write('ip utility, iproute2-6.1.0, libbpf 1.1.2\n')
      return 0
    }
    case '-help': return yield* die(c, EXIT_USAGE, IP_USAGE)
    case undefined: return yield* die(c, EXIT_USAGE, `Option "${word}" is unknown, try "ip -help".`)
    default: return yield* unsimulated(c, `option ${option}`)
  }
  return undefined
}

/** A command that gives up in the usual way fails by itself; a wrong word ends the whole batch. */
function* attempt(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  try {
    return yield* run(c, o, rtnl, words)
  } catch (thrown) {
    if (thrown instanceof ExitRequest && thrown.status !== EXIT_USAGE) return thrown.status
    throw thrown
  }
}

/** -batch: one command a line; stops at the first that fails unless -force. */
function* batch(c: Crt, o: IpOptions, rtnl: Rtnl, file: string): Flow<number> {
  const text = yield* readFile(file === '-' ? '/dev/stdin' : file)
  if (isErr(text)) return yield* die(c, 1, `Cannot open file "${file}" for reading: ${text.message}`)
  let status = 0
  for (const [i, line] of text.split('\n').entries()) {
    const words = [...line.replace(/#.*/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3])
    if (words.length === 0) continue
    if ((yield* attempt(c, o, rtnl, new Words(c, words))) === 0) continue
    yield* c.stderr.write(`Command failed ${file}:${i + 1}\n`)
    status = 1
    if (!o.force) break
  }
  return status
}

export const ip = program(main)
