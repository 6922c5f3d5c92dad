// Matches about senders, addresses and chance: -m addrtype, comment, iprange, length, limit, mac, owner, physdev, pkttype, statistic, ttl, hl (libxt_*.c).
import type { Inverted, PortRange, XtMatch } from '../../../abi/xtables.ts'
import { formatIp, parseIp } from '../../../lib/ip.ts'
import { checkOptions, flag, mandatory, parseUint, rangeOption, required, uintOption } from './options.ts'
import { bad, type BuildContext, type Extension, type NativeMatch, type SeenOption } from './types.ts'

type Of<N extends string> = Extract<XtMatch, { readonly name: N }>
const not = (invert: boolean): string => (invert ? ' !' : '')

const TYPES = ['UNSPEC', 'UNICAST', 'LOCAL', 'BROADCAST', 'ANYCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE']
const typeNames = (mask: number): string => TYPES.filter((_, i) => (mask & (1 << i)) !== 0).join(',')
const ADDRTYPE = [required('src-type', { invertible: true }), required('dst-type', { invertible: true }), flag('limit-iface-in'), flag('limit-iface-out')]
export const addrtype: Extension<Of<'addrtype'>> = {
  name: 'addrtype',
  options: ADDRTYPE,
  build(seen) {
    checkOptions('addrtype', ADDRTYPE, seen)
    const parse = (s: SeenOption | undefined): Inverted<number> | undefined => s && {
      invert: s.invert,
      value: s.arg.split(',').reduce((mask, word) => {
        const i = TYPES.findIndex((t) => t === word.toUpperCase())
        if (i < 0) throw bad(`addrtype: bad type "${word}"`)
        return mask | (1 << i)
      }, 0),
    }
    const source = parse(seen.find((s) => s.option === 'src-type'))
    const dest = parse(seen.find((s) => s.option === 'dst-type'))
    if (source === undefined && dest === undefined) throw bad('addrtype: you must specify --src-type or --dst-type')
    const has = (option: string): boolean => seen.some((s) => s.option === option)
    if (has('limit-iface-in') && has('limit-iface-out')) throw bad('addrtype: option "--limit-iface-in" cannot be used together with "--limit-iface-out".\n')
    return { name: 'addrtype', ...(source && { source }), ...(dest && { dest }), limitIn: has('limit-iface-in'), limitOut: has('limit-iface-out') }
  },
  print: (m) => `ADDRTYPE match${m.source === undefined ? '' : ` src-type ${m.source.invert ? '!' : ''}${typeNames(m.source.value)}`}${
    m.dest === undefined ? '' : ` dst-type ${m.dest.invert ? '!' : ''}${typeNames(m.dest.value)}`}${m.limitIn ? ' limit-in' : ''}${m.limitOut ? ' limit-out' : ''}`,
  save: (m) => `${m.source === undefined ? '' : `${not(m.source.invert)} --src-type ${typeNames(m.source.value)}`}${m.dest === undefined ? '' : `${not(m.dest.invert)} --dst-type ${typeNames(m.dest.value)}`}${
    m.limitIn ? ' --limit-iface-in' : ''}${m.limitOut ? ' --limit-iface-out' : ''}`,
}

/** xtables_save_string: in quotes unless it is one plain word. */
export const quoted = (text: string): string => (/^[\w-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`)
export const comment: Extension<Of<'comment'>> = {
  name: 'comment',
  options: [required('comment')],
  build(seen) {
    checkOptions('comment', [required('comment')], seen)
    const s = seen.at(0)
    if (s === undefined) throw mandatory('comment', 'comment')
    if (s.arg.length >= 256) throw bad('COMMENT must be shorter than 256 characters')
    return { name: 'comment', comment: s.arg }
  },
  print: (m) => `/* ${m.comment} */`,
  save: (m) => ` --comment ${quoted(m.comment)}`,
}

const IPRANGE = [required('src-range', { invertible: true }), required('dst-range', { invertible: true })]
export const iprange: Extension<Of<'iprange'>> = {
  name: 'iprange',
  options: IPRANGE,
  build(seen, { family }) {
    checkOptions('iprange', IPRANGE, seen)
    if (seen.length === 0) throw bad('iprange match: You must specify `--src-range\' or `--dst-range\'')
    const side = (option: string): Inverted<{ from: bigint; to: bigint }> | undefined => {
      const s = seen.find((o) => o.option === option)
      if (s === undefined) return undefined
      const [a, b = a] = s.arg.split('-')
      const [from, to] = [parseIp(family, a), parseIp(family, b)]
      if (from === undefined || to === undefined) throw bad(`iprange: Bad value for "--${option}" option: "${s.arg}"`)
      return { value: { from, to }, invert: s.invert }
    }
    const source = side('src-range')
    const dest = side('dst-range')
    return { name: 'iprange', family, ...(source && { source }), ...(dest && { dest }) }
  },
  print(m) {
    const text = (word: string, r: Of<'iprange'>['source']): string => (r === undefined ? '' : ` ${word} IP range${not(r.invert)} ${formatIp(m.family, r.value.from)}-${formatIp(m.family, r.value.to)}`)
    return `${text('source', m.source)}${text('destination', m.dest)}`.slice(1)
  },
  save(m) {
    const text = (option: string, r: Of<'iprange'>['source']): string => (r === undefined ? '' : `${not(r.invert)} --${option} ${formatIp(m.family, r.value.from)}-${formatIp(m.family, r.value.to)}`)
    return `${text('src-range', m.source)}${text('dst-range', m.dest)}`
  },
}

const range = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}:${to}`)
export const length: Extension<Of<'length'>> = {
  name: 'length',
  options: [required('length', { invertible: true })],
  build(seen) {
    const s = seen.at(0)
    if (s === undefined) throw mandatory('length', 'length')
    return { name: 'length', range: rangeOption('length', s, 65535), invert: s.invert }
  },
  print: (m) => `length ${m.invert ? '!' : ''}${range(m.range)}`,
  save: (m) => `${not(m.invert)} --length ${range(m.range)}`,
}

const UNITS = [['day', 86400], ['hour', 3600], ['min', 60], ['sec', 1]] as const
type Limit = Extract<NativeMatch, { readonly name: 'limit' }>
/** parse_rate and print_rate of libxt_limit.c: what is kept is the pause between two packets in ten-thousandths of a second. */
export function normalRate(rate: number, seconds: number): readonly [rate: number, unit: number] {
  const period = Math.floor((10000 * seconds) / rate)
  let i = 1
  for (; i < UNITS.length; i++) {
    const mult = UNITS[i][1] * 10000
    if (period > mult || mult / period < mult % period) break
  }
  return [Math.floor((UNITS[i - 1][1] * 10000) / period), UNITS[i - 1][1]]
}
export const rateText = (rate: number, seconds: number): string => {
  const [n, unit] = normalRate(rate, seconds)
  return `${n}/${UNITS.find(([, s]) => s === unit)?.[0] ?? 'sec'}`
}
const LIMIT = [required('limit'), required('limit-burst')]
export const limit: Extension<Limit> = {
  name: 'limit',
  options: LIMIT,
  build(seen) {
    checkOptions('limit', LIMIT, seen)
    const s = seen.find((o) => o.option === 'limit')
    const b = seen.find((o) => o.option === 'limit-burst')
    const burst = b === undefined ? 5 : uintOption('limit', b, 10000)
    if (s === undefined) return { name: 'limit', rate: 3, unit: 3600, burst }
    const match = /^(\d+)(?:\/(.*))?$/s.exec(s.arg)
    const word = match?.[2]?.toLowerCase()
    const unit = word === undefined ? 1 : word === '' ? undefined : (['second', 'minute', 'hour', 'day'] as const).map((name, i) => [name, [1, 60, 3600, 86400][i]] as const).find(([name]) => name.startsWith(word))?.[1]
    const rate = Number(match?.[1] ?? 0)
    if (unit === undefined || rate === 0) throw bad(`bad rate "${s.arg}"'`)
    if (rate / unit > 10000) throw bad(`Rate too fast "${s.arg}"`)
    const [r, u] = normalRate(rate, unit)
    return { name: 'limit', rate: r, unit: u, burst }
  },
  print: (m) => `limit: avg ${rateText(m.rate, m.unit)} burst ${m.burst}`,
  save: (m) => ` --limit ${rateText(m.rate, m.unit)}${m.burst === 5 ? '' : ` --limit-burst ${m.burst}`}`,
}

export const mac: Extension<Of<'mac'>> = {
  name: 'mac',
  options: [required('mac-source', { invertible: true })],
  build(seen) {
    const s = seen.at(0)
    if (s === undefined) throw mandatory('mac', 'mac-source')
    if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/.test(s.arg)) throw bad('Invalid MAC address specified.')
    return { name: 'mac', address: s.arg.toLowerCase().split(':').map((b) => b.padStart(2, '0')).join(':'), invert: s.invert }
  },
  print: (m) => `MAC${not(m.invert)} ${m.address}`,
  save: (m) => `${not(m.invert)} --mac-source ${m.address}`,
}

const OWNER = [required('uid-owner', { invertible: true }), required('gid-owner', { invertible: true }), flag('socket-exists', { invertible: true }), flag('suppl-groups')]
export const owner: Extension<Of<'owner'>> = {
  name: 'owner',
  options: OWNER,
  build(seen, { names }) {
    checkOptions('owner', OWNER, seen)
    const ids = (option: string, table: ReadonlyMap<string, number>): Inverted<PortRange> | undefined => {
      const s = seen.find((o) => o.option === option)
      if (s === undefined) return undefined
      const named = table.get(s.arg)
      if (named !== undefined) return { value: { from: named, to: named }, invert: s.invert }
      const [a, b = a] = s.arg.split('-')
      const [from, to] = [parseUint(a), parseUint(b)]
      if (from === undefined || to === undefined) throw bad(`owner: Bad value for "--${option}" option: "${s.arg}"`)
      return { value: { from, to }, invert: s.invert }
    }
    const uid = ids('uid-owner', names.users)
    const gid = ids('gid-owner', names.groups)
    const exists = seen.find((o) => o.option === 'socket-exists')
    if (uid === undefined && gid === undefined && exists === undefined) throw bad('owner: At least one of --uid-owner, --gid-owner or --socket-exists is required')
    return { name: 'owner', ...(uid && { uid }), ...(gid && { gid }), ...(exists && { socketExists: { value: true, invert: exists.invert } }), supplementary: seen.some((o) => o.option === 'suppl-groups') }
  },
  print(m, p) {
    const nameOf = (table: ReadonlyMap<string, number>, id: number): string => (p.numeric ? undefined : [...table].find(([, n]) => n === id)?.[0]) ?? String(id)
    const ids = (word: string, r: Inverted<PortRange> | undefined, table: ReadonlyMap<string, number>): string =>
      (r === undefined ? '' : `${not(r.invert)} owner ${word} match ${r.value.from === r.value.to ? nameOf(table, r.value.from) : `${r.value.from}-${r.value.to}`}`)
    const exists = m.socketExists === undefined ? '' : `${not(m.socketExists.invert)} owner socket exists`
    return `${exists}${ids('UID', m.uid, p.names.users)}${ids('GID', m.gid, p.names.groups)}${m.supplementary ? ' incl. suppl. groups' : ''}`.slice(1)
  },
  save(m) {
    const ids = (option: string, r: Inverted<PortRange> | undefined): string => (r === undefined ? '' : `${not(r.invert)} --${option} ${r.value.from === r.value.to ? r.value.from : `${r.value.from}-${r.value.to}`}`)
    return `${m.socketExists === undefined ? '' : `${not(m.socketExists.invert)} --socket-exists`}${ids('uid-owner', m.uid)}${ids('gid-owner', m.gid)}${m.supplementary ? ' --suppl-groups' : ''}`
  },
}

const PHYSDEV = [required('physdev-in', { invertible: true }), required('physdev-out', { invertible: true }), flag('physdev-is-in', { invertible: true }), flag('physdev-is-out', { invertible: true }), flag('physdev-is-bridged', { invertible: true })]
export const physdev: Extension<Of<'physdev'>> = {
  name: 'physdev',
  options: PHYSDEV,
  build(seen) {
    checkOptions('physdev', PHYSDEV, seen)
    if (seen.length === 0) throw bad('PHYSDEV: no physdev option specified')
    const device = (option: string): Inverted<string> | undefined => seen.filter((s) => s.option === option).map((s) => ({ value: s.arg, invert: s.invert }))[0]
    const bit = (option: string): Inverted<true> | undefined => seen.filter((s) => s.option === option).map((s) => ({ value: true as const, invert: s.invert }))[0]
    const [input, output, isIn, isOut, isBridged] = [device('physdev-in'), device('physdev-out'), bit('physdev-is-in'), bit('physdev-is-out'), bit('physdev-is-bridged')] as const
    return { name: 'physdev', ...(input && { input }), ...(output && { output }), ...(isIn && { isIn }), ...(isOut && { isOut }), ...(isBridged && { isBridged }) }
  },
  print: (m) => `PHYSDEV match${savePhysdev(m)}`,
  save: (m) => savePhysdev(m),
}
function savePhysdev(m: Of<'physdev'>): string {
  const bit = (option: string, b: Inverted<true> | undefined): string => (b === undefined ? '' : `${not(b.invert)} --physdev-${option}`)
  const device = (option: string, d: Inverted<string> | undefined): string => (d === undefined ? '' : `${not(d.invert)} --physdev-${option} ${d.value}`)
  return `${bit('is-in', m.isIn)}${device('in', m.input)}${bit('is-out', m.isOut)}${device('out', m.output)}${bit('is-bridged', m.isBridged)}`
}

export const pkttype: Extension<Of<'pkttype'>> = {
  name: 'pkttype',
  options: [required('pkt-type', { invertible: true })],
  build(seen) {
    const s = seen.at(0)
    if (s === undefined) throw mandatory('pkttype', 'pkt-type')
    const type = (['unicast', 'broadcast', 'multicast'] as const).find((t) => t === s.arg.toLowerCase() || (t === 'unicast' && s.arg.toLowerCase() === 'host'))
    if (type === undefined) throw bad(`Bad packet type '${s.arg}'`)
    return { name: 'pkttype', type, invert: s.invert }
  },
  print: (m) => `PKTTYPE ${m.invert ? '!' : ''}= ${m.type}`,
  save: (m) => `${not(m.invert)} --pkt-type ${m.type}`,
}

const STATISTIC = [required('mode'), required('probability', { invertible: true }), required('every', { invertible: true }), required('packet')]
export const statistic: Extension<Of<'statistic'>> = {
  name: 'statistic',
  options: STATISTIC,
  build(seen) {
    checkOptions('statistic', STATISTIC, seen)
    const get = (option: string): SeenOption | undefined => seen.find((s) => s.option === option)
    const mode = get('mode')?.arg ?? 'random'
    if (mode !== 'random' && mode !== 'nth') throw bad(`Bad mode "${mode}"`)
    if (mode === 'nth') {
      const every = get('every')
      if (every === undefined) throw bad('--every must be specified when using nth mode')
      const n = uintOption('statistic', every)
      const packet = get('packet')
      const first = packet === undefined ? 0 : uintOption('statistic', packet)
      if (first >= n) throw bad('the --packet p must be 0 <= p <= n-1')
      return { name: 'statistic', mode, every: n, packet: first, invert: every.invert }
    }
    const s = get('probability')
    if (s === undefined) throw bad('--probability must be specified when using random mode')
    const probability = Number(s.arg)
    if (!(probability >= 0 && probability <= 1)) throw bad(`statistic: value for option "--probability" not in range 0.000000-1.000000 (${s.arg})\n`)
    return { name: 'statistic', mode: 'random', probability: Math.floor(probability * 0x80000000 + 0.5) / 0x80000000, invert: s.invert }
  },
  print: (m) => `statistic mode ${m.mode === 'random' ? `random${not(m.invert)} probability ${m.probability.toFixed(11)}` : `nth${not(m.invert)} every ${m.every}${m.packet === 0 ? '' : ` packet ${m.packet}`}`}`,
  save: (m) => ` --mode ${m.mode === 'random' ? `random${not(m.invert)} --probability ${m.probability.toFixed(11)}` : `nth${not(m.invert)} --every ${m.every} --packet ${m.packet}`}`,
}

function ttlExtension(name: 'ttl' | 'hl'): Extension<Of<'ttl' | 'hl'>> {
  const options = [required(`${name}-eq`, { invertible: true, is: 'ttl' }), required(`${name}-lt`, { is: 'ttl' }), required(`${name}-gt`, { is: 'ttl' })]
  const words = { eq: '==', ne: '!=', lt: '<', gt: '>' } as const
  return {
    name,
    options,
    build(seen: readonly SeenOption[], _context: BuildContext) {
      checkOptions(name, options, seen)
      const s = seen.at(0)
      if (s === undefined) throw bad(name === 'ttl' ? 'TTL match: You must specify one of `--ttl-eq\', `--ttl-lt\', `--ttl-gt' : 'HL match: You must specify one of `--hl-eq\', `--hl-lt\', `--hl-gt\'')
      const op = s.option.endsWith('lt') ? 'lt' : s.option.endsWith('gt') ? 'gt' : s.invert ? 'ne' : 'eq'
      return { name, op, value: uintOption(name, s, 255) }
    },
    print: (m) => `${name.toUpperCase()} match ${name.toUpperCase()} ${words[m.op]} ${m.value}`,
    save: (m) => (m.op === 'ne' ? ` ! --${name}-eq ${m.value}` : ` --${name}-${m.op} ${m.value}`),
  }
}
export const ttl = ttlExtension('ttl')
export const hl = ttlExtension('hl')
