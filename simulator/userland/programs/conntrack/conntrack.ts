// conntrack(8) of conntrack-tools 1.4.7: the connections the kernel tracks in a network namespace.
import { type Errno, isErr } from '../../../abi/errno.ts'
import type { CtEntry, CtTuple, NfReply } from '../../../abi/nf-tables.ts'
import { IPS_ASSURED, IPS_DST_NAT, IPS_EXPECTED, IPS_SEEN_REPLY, IPS_SRC_NAT } from '../../../abi/xtables.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { inPrefix, parseIp } from '../../../lib/ip.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { Nfnl } from '../../libc/nfnetlink.ts'
import { CONNTRACK_HELP } from './help.ts'

const VERSION = 'conntrack v1.4.7 (conntrack-tools)'
export const CONNTRACK_SHORT = 'LIUDGEFAhVCSs:d:r:q:p:t:u:e:a:z[:]{:}:m:i:f:o:n::g::c:b:j::w:l:<:>::(:):R:'
/** Real, and nothing here takes notice of them: -z, -w (zones), -l (labels), -e, -b, -c, -R, and the masks and tuples of expectations. */
export const CONNTRACK_UNSIMULATED = 'zwlebcR[]{}<>()'
const need = (name: string, is: string): LongOption => ({ name, arg: 'required', is })
const none = (name: string, is: string): LongOption => ({ name, arg: 'none', is })
const LONG: readonly LongOption[] = [
  none('dump', 'L'), none('create', 'I'), none('add', 'A'), none('delete', 'D'), none('update', 'U'), none('get', 'G'), none('flush', 'F'), none('event', 'E'), none('version', 'V'), none('help', 'h'),
  none('count', 'C'), none('stats', 'S'), need('event-mask', 'e'), need('buffer-size', 'b'), need('secmark', 'c'), need('label', 'l'), need('zone', 'w'),
  need('orig-src', 's'), need('src', 's'), need('orig-dst', 'd'), need('dst', 'd'), need('reply-src', 'r'), need('reply-dst', 'q'), need('protonum', 'p'), need('proto', 'p'),
  need('timeout', 't'), need('status', 'u'), none('zero', 'z'), need('mark', 'm'), need('family', 'f'), need('output', 'o'), need('id', 'i'), need('orig-port-src', 'sport'), need('sport', 'sport'),
  need('orig-port-dst', 'dport'), need('dport', 'dport'), need('reply-port-src', 'reply-sport'), need('reply-port-dst', 'reply-dport'), need('state', 'state'), { name: 'src-nat', arg: 'optional', is: 'n' },
  { name: 'dst-nat', arg: 'optional', is: 'g' }, { name: 'any-nat', arg: 'optional', is: 'j' },
]
export const CONNTRACK_LONG: readonly LongOption[] = LONG.map((option) => (CONNTRACK_UNSIMULATED.includes(option.is ?? option.name) ? { ...option, unsimulated: true } : option))
const COMMANDS = 'LIUDGEFAhVCS'
const PROTOCOLS: ReadonlyMap<string, number> = new Map([['icmp', 1], ['tcp', 6], ['udp', 17], ['icmpv6', 58], ['udplite', 136], ['sctp', 132], ['dccp', 33], ['gre', 47]])
const NAMES = new Map([...PROTOCOLS].map(([name, n]) => [n, name]))

function tupleText(t: CtTuple): string {
  const addresses = `src=${t.source} dst=${t.destination} `
  if (t.icmpType !== undefined) return `${addresses}type=${t.icmpType} code=${t.icmpCode ?? 0} id=${t.icmpId ?? 0} `
  return t.sport === undefined ? addresses : `${addresses}sport=${t.sport} dport=${t.dport ?? 0} `
}
interface Output { readonly extended: boolean; readonly id: boolean; readonly ktimestamp: boolean }
function entryText(e: CtEntry, o: Output): string {
  const family = o.extended ? (e.family === 'inet' ? 'ipv4     2 ' : 'ipv6     10 ') : ''
  const count = (i: 0 | 1): string => (e.counters === undefined ? '' : `packets=${e.counters[i].packets} bytes=${e.counters[i].bytes} `)
  return `${family}${(NAMES.get(e.protocol) ?? 'unknown').padEnd(8)} ${e.protocol} ${e.timeout} ${e.tcpState === undefined ? '' : `${e.tcpState} `}${tupleText(e.original)}${count(0)}${
    (e.status & IPS_SEEN_REPLY) === 0 ? '[UNREPLIED] ' : ''}${tupleText(e.reply)}${count(1)}${(e.status & IPS_ASSURED) === 0 ? '' : '[ASSURED] '}mark=${e.mark} use=${e.use}${o.id ? ` id=${e.id}` : ''}\n`
}

const STATUSES: readonly (readonly [string, number])[] = [['ASSURED', IPS_ASSURED], ['SEEN_REPLY', IPS_SEEN_REPLY], ['UNSET', 0], ['FIXED_TIMEOUT', 1 << 10], ['EXPECTED', IPS_EXPECTED], ['OFFLOAD', 1 << 14], ['HW_OFFLOAD', 1 << 15]]
/** The bits of one word, which may be cut short; undefined: no such word. */
const statusBit = (word: string): number | undefined => (word === '' ? undefined : STATUSES.find(([name]) => name.startsWith(word.toUpperCase()))?.[1])
const statusOf = (text: string): number => text.split(',').reduce((bits, word) => bits | (statusBit(word) ?? 0), 0)

type Seen = ReadonlyMap<string, string>
const hostFits = (wanted: string | undefined, address: string): boolean => {
  if (wanted === undefined) return true
  const [host, bits] = wanted.split('/')
  const family = address.includes(':') ? 'inet6' : 'inet'
  const [a, b] = [parseIp(family, host), parseIp(family, address)]
  return a !== undefined && b !== undefined && (bits === undefined ? a === b : inPrefix(family, b, a, Number(bits)))
}
/** -n, -g and -j: what the address was changed to, as the reply shows it (filter_nat). */
function natFits(e: CtEntry, seen: Seen): boolean {
  const changed = (bit: number, wanted: string | undefined, address: string): boolean => (e.status & bit) !== 0 && hostFits(wanted === '' ? undefined : wanted, address)
  const source = (option: string): boolean => changed(IPS_SRC_NAT, seen.get(option), e.reply.destination)
  const destination = (option: string): boolean => changed(IPS_DST_NAT, seen.get(option), e.reply.source)
  return (!seen.has('n') || source('n')) && (!seen.has('g') || destination('g')) && (!seen.has('j') || source('j') || destination('j'))
}
function fits(e: CtEntry, seen: Seen): boolean {
  const port = (option: string, n: number | undefined): boolean => seen.get(option) === undefined || Number(seen.get(option)) === n
  const protocol = seen.get('p')
  const status = seen.get('u')
  const mark = seen.get('m')?.split('/')
  return (protocol === undefined || (PROTOCOLS.get(protocol) ?? Number(protocol)) === e.protocol) && hostFits(seen.get('s'), e.original.source) && hostFits(seen.get('d'), e.original.destination) &&
    hostFits(seen.get('r'), e.reply.source) && hostFits(seen.get('q'), e.reply.destination) && port('sport', e.original.sport) && port('dport', e.original.dport) && port('reply-sport', e.reply.sport) &&
    port('reply-dport', e.reply.dport) && (seen.get('state') === undefined || seen.get('state') === e.tcpState) && natFits(e, seen) &&
    (status === undefined || (e.status & statusOf(status)) === statusOf(status)) && (!seen.has('i') || Number(seen.get('i')) === e.id) && (mark === undefined || (e.mark & Number(mark[1] ?? 0xffffffff)) >>> 0 === Number(mark[0])) &&
    (seen.get('f') === undefined || seen.get('f') === (e.family === 'inet' ? 'ipv4' : 'ipv6'))
}

class Conntrack {
  readonly #c: Crt
  readonly #nl = new Nfnl()
  readonly #seen: Seen

  constructor(c: Crt, seen: Seen) {
    this.#c = c
    this.#seen = seen
  }
  *#failed(errno: Errno): Flow<number> {
    yield* this.#c.stderr.write(`${VERSION}: Operation failed: ${errno.message}\n`)
    return 1
  }
  *#summary(text: string): Flow<void> {
    yield* this.#c.stderr.write(`${VERSION}: ${text}\n`)
  }
  *#entries(): Flow<readonly CtEntry[] | Errno> {
    const family = this.#seen.get('f') === 'ipv6' ? 'inet6' as const : 'inet' as const
    const replies = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_GET', family })
    return isErr(replies) ? replies : replies.flatMap((r: NfReply) => (r.type === 'IPCTNL_MSG_CT_NEW' ? [r.entry] : []))
  }
  *list(output: Output): Flow<number> {
    const status = this.#seen.get('u')
    // the kernel is asked for a mask of no bits
    if (status !== undefined && statusOf(status) === 0) {
      yield* this.#summary('Operation failed: invalid parameters')
      return 1
    }
    const entries = yield* this.#entries()
    if (isErr(entries)) return yield* this.#failed(entries)
    const shown = entries.filter((e) => fits(e, this.#seen))
    for (const e of shown) yield* this.#c.stdout.write(entryText(e, output))
    yield* this.#summary(`${shown.length} flow entries have been shown.`)
    return 0
  }
  *remove(output: Output): Flow<number> {
    const entries = yield* this.#entries()
    if (isErr(entries)) return yield* this.#failed(entries)
    const gone = entries.filter((e) => fits(e, this.#seen))
    for (const e of gone) {
      const result = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_DELETE', id: e.id })
      if (isErr(result)) return yield* this.#failed(result)
      yield* this.#c.stdout.write(entryText(e, output))
    }
    yield* this.#summary(`${gone.length} flow entries have been deleted.`)
    return gone.length === 0 ? 1 : 0
  }
  *update(output: Output): Flow<number> {
    const entries = yield* this.#entries()
    if (isErr(entries)) return yield* this.#failed(entries)
    const { ['m']: _m, ...rest } = Object.fromEntries(this.#seen)
    const changed = entries.filter((e) => fits(e, new Map(Object.entries(rest))))
    const [mark, timeout] = [this.#seen.get('m'), this.#seen.get('t')]
    for (const e of changed) {
      const result = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_NEW', id: e.id, ...(mark === undefined ? {} : { mark: Number(mark) }), ...(timeout === undefined ? {} : { timeout: Number(timeout) }) })
      if (isErr(result)) return yield* this.#failed(result)
      yield* this.#c.stdout.write(entryText({ ...e, ...(mark === undefined ? {} : { mark: Number(mark) }), ...(timeout === undefined ? {} : { timeout: Number(timeout) }) }, output))
    }
    yield* this.#summary(`${changed.length} flow entries have been updated.`)
    return 0
  }
  *flush(): Flow<number> {
    const result = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_DELETE', family: this.#seen.get('f') === 'ipv6' ? 'inet6' : 'inet' })
    if (isErr(result)) return yield* this.#failed(result)
    yield* this.#summary('connection tracking table has been emptied.')
    return 0
  }
  *count(): Flow<number> {
    const replies = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_GET' })
    if (isErr(replies)) return yield* this.#failed(replies)
    yield* this.#c.stdout.write(`${replies.length}\n`)
    return 0
  }
  *stats(): Flow<number> {
    const replies = yield* this.#nl.ask({ type: 'IPCTNL_MSG_CT_GET_STATS' })
    if (isErr(replies)) return yield* this.#failed(replies)
    for (const r of replies) {
      if (r.type !== 'IPCTNL_MSG_CT_GET_STATS') continue
      const s = r.stats
      yield* this.#c.stdout.write(`cpu=0   \tfound=${s.found} invalid=${s.invalid} insert=${s.insert} insert_failed=${s.insertFailed} drop=${s.drop} early_drop=${s.earlyDrop} error=${s.error} ` +
        `search_restart=${s.searchRestart} clash_resolve=0 chaintoolong=0 \n`)
    }
    return 0
  }
}

function* problem(c: Crt, message: string, hint = true): Flow<number> {
  yield* c.stderr.write(`${VERSION}: ${message}\n${hint ? 'Try `conntrack -h\' or \'conntrack --help\' for more information.\n' : ''}`)
  return 2
}
export const conntrack = program(function* main(c) {
  const { options, operands: [...operands] } = getoptLong(c.argv, CONNTRACK_SHORT, CONNTRACK_LONG, CONNTRACK_UNSIMULATED)
  const seen = new Map<string, string>()
  const output = { extended: false, id: false, ktimestamp: false }
  let command: string | undefined
  for (const event of options) {
    if ('error' in event) {
      const [, typed] = /'([^']*)'$/.exec(event.error) ?? []
      if (event.error.includes('requires an argument')) return yield* problem(c, `option \`${event.error.startsWith('option \'') ? typed : `-${typed}`}' requires an argument`)
      return yield* problem(c, `unknown option \`${event.error.startsWith('invalid') ? `-${typed}` : typed}'`)
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (COMMANDS.includes(event.opt)) {
      if (command !== undefined && command !== event.opt) return yield* problem(c, 'Can\'t use multiple commands')
      command = event.opt
      continue
    }
    if (event.opt === 'o') {
      for (const word of (event.arg ?? '').split(',')) {
        if (word === 'extended') output.extended = true
        else if (word === 'id') output.id = true
        else if (['xml', 'save', 'timestamp', 'ktimestamp', 'labels', 'userspace', 'mark', 'secctx', 'zone'].includes(word)) return yield* unsimulated(c, `output format ${word}`)
        else return yield* problem(c, `Bad parameter \`${word}'`)
      }
      continue
    }
    if (event.opt === 'p' && !PROTOCOLS.has(event.arg ?? '') && !/^\d+$/.test(event.arg ?? '')) return yield* problem(c, `\`${event.arg ?? ''}' unsupported protocol`)
    if (event.opt === 'a') {
      yield* c.stderr.write('WARNING: ignoring -a, deprecated option.\n')
      continue
    }
    let value = event.arg ?? ''
    if ('ngj'.includes(event.opt)) {
      // the address of an optional argument may also be the next word
      const next = operands.at(0)
      if (event.arg === undefined && next !== undefined && c.argv[c.argv.indexOf(event.spelled) + 1] === next) value = operands.shift() ?? ''
      if (value.includes(':') && parseIp('inet6', value) === undefined) return yield* unsimulated(c, `the port of -${event.opt}`)
      if (value !== '' && parseIp('inet', value) === undefined && parseIp('inet6', value) === undefined) return yield* problem(c, `Invalid IP address \`${value}'`)
    }
    if (event.opt === 'u') {
      for (const word of value.split(',')) {
        if (word.startsWith('!')) return yield* unsimulated(c, `status ${word}`)
        if (/^(src|dst)_nat$/i.test(word)) yield* c.stderr.write(`WARNING: ignoring ${word.toUpperCase()}, use --${word.toLowerCase().replace('_', '-')} instead\n`)
        else if (statusBit(word) === undefined) return yield* problem(c, `Bad parameter \`${word}'`)
      }
    }
    seen.set(event.opt, value)
  }
  if (command === 'V') {
    yield* c.stdout.write(`${VERSION}\n`)
    return 0
  }
  if (command === 'h' || (command === undefined && seen.size === 0)) {
    yield* c.stdout.write(CONNTRACK_HELP)
    return 0
  }
  const table = operands.at(0) ?? 'conntrack'
  if (!['conntrack', 'expect', 'dying', 'unconfirmed'].includes(table)) return yield* problem(c, `unknown type \`${table}'`)
  if (seen.has('state') && seen.get('p') !== 'tcp') return yield* problem(c, 'unknown option `--state\'')
  if (table === 'expect' && command === 'L') {
    yield* c.stderr.write(`${VERSION}: 0 expectations have been shown.\n`)
    return 0
  }
  if ((command === 'G' || command === 'I' || command === 'A') && !seen.has('p')) return yield* problem(c, 'You need to supply the `--protonum\' option for this command')
  if (table !== 'conntrack') return yield* unsimulated(c, `table ${table}`)
  const tool = new Conntrack(c, seen)
  if (seen.has('i') && command !== 'D' && command !== 'U') return yield* problem(c, 'Illegal option `--id\' with this command')
  if (command === 'U' && seen.has('u')) return yield* unsimulated(c, 'setting the status')
  const ignored = command === 'F' || command === 'C' || command === 'S' ? [...seen.keys()].find((option) => option !== 'f') : undefined
  if (ignored !== undefined) return yield* unsimulated(c, `option ${ignored.length === 1 ? '-' : '--'}${ignored} with -${command ?? ''}`)
  switch (command) {
    case 'L': return yield* tool.list(output)
    case 'D': return yield* tool.remove(output)
    case 'U': return yield* tool.update(output)
    case 'F': return yield* tool.flush()
    case 'C': return yield* tool.count()
    case 'S': return yield* tool.stats()
    case undefined: return yield* problem(c, 'no command specified')
    default: return yield* unsimulated(c, `option -${command}`)
  }
})
