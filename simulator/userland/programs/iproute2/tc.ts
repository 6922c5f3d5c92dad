// tc(8) of iproute2 6.1: `tc qdisc`. Simpler: one queueing discipline per device, at its root; classes, filters and actions are missing.
import type { Flow } from '../../../abi/syscalls.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, type Qdisc, type QdiscRequest } from '../../../abi/netlink.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { QDISC_USAGE, TC_USAGE } from './help-tc.ts'
import { switchNetns } from './netns.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_KERNEL, EXIT_USAGE, Rtnl } from './rtnl.ts'
import { netemJson, netemText, parseNetem } from './tc-netem.ts'
import { abbreviates, matches, Words } from './words.ts'

const OPTIONS = ['-stats', '-statistics', '-details', '-raw', '-pretty', '-graph', '-Version', '-help', '-oneline', '-timestamp', '-tshort', '-force', '-batch', '-netns', '-Numeric', '-names', '-json', '-color', '-brief', '-iec']
const UNSIMULATED_KINDS: ReadonlySet<string> = new Set([
  'tbf', 'htb', 'hfsc', 'cbq', 'sfq', 'red', 'codel', 'cake', 'fq', 'fq_pie', 'pie', 'mq', 'mqprio', 'taprio', 'etf', 'ets', 'drr', 'qfq', 'hhf', 'sfb', 'choke', 'clsact', 'ingress', 'plug', 'multiq', 'dsmark', 'atm',
])
/** What a discipline without options of its own prints of its settings. */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['fq_codel', 'limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 '], ['prio', 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1'],
  ['pfifo_fast', 'bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1'],
])
const FQ_CODEL_JSON: Json = { limit: 10240, flows: 1024, quantum: 1514, target: 4999, interval: 99999, memory_limit: 33554432, ecn: true, drop_batch: 64 }
const REFERENCES = 2

function* main(c: Crt): Flow<number> {
  const o: IpOptions = {
    family: undefined, linkOnly: false, brief: false, details: false, json: false, pretty: false, oneline: false, stats: 0, numeric: false, color: false, all: false, force: false, batch: undefined, netns: undefined, timestamp: undefined,
  }
  const words = new Words(c, c.argv.slice(1))
  for (let word = words.peek(); word !== undefined && word.startsWith('-'); word = words.peek()) {
    words.shift()
    switch (matches(word.startsWith('--') ? word.slice(1) : word, OPTIONS)) {
      case '-stats':
      case '-statistics': o.stats++; break
      case '-details': o.details = true; break
      case '-pretty': o.pretty = true; break
      case '-json': o.json = true; break
      case '-oneline': o.oneline = true; break
      case '-netns': yield* switchNetns(c, yield* words.value()); break
      case '-color': o.color = true; break
      case '-raw':
      case '-names':
      case '-Numeric':
      case '-iec': break
      case '-Version': {
        yield* c.stdout.write('tc utility, iproute2-6.1.0, libbpf 1.1.2\n')
        return 0
      }
      case '-help': return yield* die(c, 0, TC_USAGE)
      case undefined: return yield* die(c, EXIT_USAGE, `Option "${word}" is unknown, try "tc -help".`)
      default: return yield* unsimulated(c, `option ${word}`)
    }
  }
  const word = words.shift()
  if (word === undefined) return yield* die(c, 0, TC_USAGE)
  const object = matches(word, ['qdisc', 'class', 'filter', 'chain', 'actions', 'monitor', 'exec', 'help'])
  if (object === 'qdisc') return yield* qdisc(c, o, new Rtnl(c), words)
  if (object === 'help') return yield* die(c, 0, TC_USAGE)
  // There are no classes and filters to show, and none can be made.
  if ((object === 'class' || object === 'filter') && (words.peek() === undefined || abbreviates(words.peek() ?? '', 'show'))) return 0
  return object === undefined ? yield* die(c, EXIT_USAGE, `Object "${word}" is unknown, try "tc help".`) : yield* unsimulated(c, `'tc ${object}'`)
}

function* qdisc(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  const word = words.shift()
  switch (word === undefined ? 'list' : matches(word, ['list', 'show', 'lst', 'add', 'change', 'replace', 'link', 'delete', 'help'])) {
    case 'add': return yield* change(c, rtnl, words, 'RTM_NEWQDISC', NLM_F_EXCL | NLM_F_CREATE)
    case 'change': return yield* change(c, rtnl, words, 'RTM_NEWQDISC', 0)
    case 'replace': return yield* change(c, rtnl, words, 'RTM_NEWQDISC', NLM_F_CREATE | NLM_F_REPLACE)
    case 'link': return yield* change(c, rtnl, words, 'RTM_NEWQDISC', NLM_F_REPLACE)
    case 'delete': return yield* change(c, rtnl, words, 'RTM_DELQDISC', 0)
    case 'help': return yield* die(c, 0, QDISC_USAGE)
    case undefined: return yield* die(c, EXIT_USAGE, `Command "${word ?? ''}" is unknown, try "tc qdisc help".`)
    default: return yield* show(c, o, rtnl, words)
  }
}

/** get_qdisc_handle: `1:` or `1`, hexadecimal. */
function* handleOf(c: Crt, text: string): Flow<number> {
  const match = /^([0-9a-f]{1,4}):?$/i.exec(text)
  return match === null ? yield* die(c, EXIT_USAGE, `Error: argument "${text}" is wrong: invalid qdisc ID`) : Number.parseInt(match[1], 16)
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function* change(c: Crt, rtnl: Rtnl, words: Words, type: 'RTM_NEWQDISC' | 'RTM_DELQDISC', flags: number): Flow<number> {
  const r: Mutable<QdiscRequest> = { index: 0 }
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'handle') r.handle = yield* handleOf(c, yield* words.value())
    else if (word === 'root') r.isRoot = true
    else if (['parent', 'ingress', 'clsact', 'estimator', 'stab', 'ingress_block', 'egress_block'].some((name) => abbreviates(word ?? '', name))) return exit(yield* unsimulated(c, `'tc qdisc … ${word}'`))
    else if (abbreviates(word, 'help')) return yield* die(c, 0, QDISC_USAGE)
    else {
      r.kind = word
      if (UNSIMULATED_KINDS.has(word)) return yield* unsimulated(c, `queueing discipline ${word}`)
      r.options = yield* kindOptions(c, words, word)
      break
    }
  }
  if (dev !== undefined) {
    const link = yield* rtnl.find(dev)
    if (link === undefined) return yield* die(c, 1, `Cannot find device "${dev}"`)
    r.index = link.index
  }
  return yield* rtnl.talk({ type, flags, qdisc: r })
}
function* kindOptions(c: Crt, words: Words, kind: string): Flow<QdiscRequest['options']> {
  if (kind === 'netem') return yield* parseNetem(c, words)
  if (kind === 'pfifo' || kind === 'bfifo') {
    const word = words.shift()
    if (word === undefined) return {}
    return word === 'limit' ? { limit: Number(yield* words.value()) } : yield* die(c, 1, `What is "${word}"?\nUsage: ... [p|b]fifo [ limit NUMBER ]`)
  }
  const rest = words.shift()
  return rest === undefined ? {} : exit(yield* unsimulated(c, `'tc qdisc … ${kind} ${rest}'`))
}

/** print_size */
function sizeText(bytes: number): string {
  const kib = Math.round(bytes / 1024), mib = Math.round(bytes / 1048576)
  if (bytes >= 1048576 && Math.abs(mib * 1048576 - bytes) < 1024) return `${mib}Mb`
  return bytes >= 1024 && Math.abs(kib * 1024 - bytes) < 16 ? `${kib}Kb` : `${bytes}b`
}
function settings(q: Qdisc): string {
  if (q.kind === 'netem') return netemText(q.options)
  if (q.kind === 'pfifo' || q.kind === 'bfifo') return `limit ${q.options.limit ?? 1000}${q.kind === 'pfifo' ? 'p' : 'b'}`
  return FIXED.get(q.kind) ?? ''
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words): Flow<number> {
  let dev: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'root' || word === 'invisible') continue
    else if (abbreviates(word, 'help')) return yield* die(c, 0, QDISC_USAGE)
    else if (word === 'ingress' || word === 'clsact' || word === 'handle' || word === 'parent') return yield* unsimulated(c, `'tc qdisc show … ${word}'`)
    else return yield* die(c, EXIT_USAGE, `What is "${word}"? Try "tc qdisc help".`)
  }
  const index = dev === undefined ? undefined : ((yield* rtnl.find(dev))?.index ?? (yield* die(c, 1, `Cannot find device "${dev}"`)))
  const { replies, errno } = yield* rtnl.ask({ type: 'RTM_GETQDISC', flags: NLM_F_DUMP })
  if (errno !== undefined) return EXIT_KERNEL
  const json: Json[] = []
  for (const reply of replies) {
    if (reply.type !== 'RTM_NEWQDISC' || (index !== undefined && reply.qdisc.index !== index)) continue
    const q = reply.qdisc
    const name = yield* rtnl.name(q.index)
    const handle = `${q.handle.toString(16)}:`
    if (o.json) {
      const options = q.kind === 'netem' ? netemJson(q.options) : q.kind === 'fq_codel' ? FQ_CODEL_JSON : q.kind === 'pfifo' || q.kind === 'bfifo' ? { limit: q.options.limit ?? 1000 } : {}
      json.push({
        kind: q.kind, handle, ...(index === undefined ? { dev: name } : {}), root: true, refcnt: REFERENCES, options,
        ...(o.stats > 0 ? { bytes: q.bytes, packets: q.packets, drops: q.dropped, overlimits: 0, requeues: 0, backlog: q.backlog, qlen: q.qlen } : {}),
      })
      continue
    }
    const dot = index === undefined ? `dev ${paint(o, 'ifname', name)} ` : ''
    yield* c.stdout.write(`qdisc ${q.kind} ${handle} ${dot}root refcnt ${REFERENCES} ${settings(q)}\n`)
    if (o.stats === 0) continue
    yield* c.stdout.write(` Sent ${q.bytes} bytes ${q.packets} pkt (dropped ${q.dropped}, overlimits 0 requeues 0) \n backlog ${sizeText(q.backlog)} ${q.qlen}p requeues 0\n`)
    if (q.kind === 'fq_codel') yield* c.stdout.write('  maxpacket 0 drop_overlimit 0 new_flow_count 0 ecn_mark 0\n  new_flows_len 0 old_flows_len 0\n')
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}

export const tc = program(main)
