// Matches about connections and marks: -m conntrack, state, connmark, mark, connlimit (libxt_conntrack.c, libxt_connmark.c, libxt_mark.c, libxt_connlimit.c).
import {
  type AddressMask, CT_DNAT, CT_ESTABLISHED, CT_INVALID, CT_NEW, CT_RELATED, CT_SNAT, CT_UNTRACKED, type Inverted, IPS_ASSURED, IPS_CONFIRMED, IPS_EXPECTED, IPS_SEEN_REPLY, type Masked,
  type PortRange, type XtMatch,
} from '../../../abi/xtables.ts'
import { maskLengthText, parseHost } from './address.ts'
import { badValue, checkOptions, flag, hex, mandatory, markOption, parseUint, rangeOption, required, uintOption } from './options.ts'
import { bad, type BuildContext, type Extension, type NativeMatch, type PrintContext, type SeenOption } from './types.ts'

type Conntrack = Extract<XtMatch, { readonly name: 'conntrack' }>
const STATES = [['INVALID', CT_INVALID], ['NEW', CT_NEW], ['RELATED', CT_RELATED], ['ESTABLISHED', CT_ESTABLISHED], ['UNTRACKED', CT_UNTRACKED], ['SNAT', CT_SNAT], ['DNAT', CT_DNAT]] as const
const STATUSES = [['NONE', 0], ['EXPECTED', IPS_EXPECTED], ['SEEN_REPLY', IPS_SEEN_REPLY], ['ASSURED', IPS_ASSURED], ['CONFIRMED', IPS_CONFIRMED]] as const

function parseBits(text: string, table: readonly (readonly [string, number])[], what: string): number {
  let bits = 0
  for (const word of text.split(',')) {
    const found = table.find(([name]) => name === word.toUpperCase())
    if (found === undefined) throw bad(`Bad ${what} "${word}"`)
    bits |= found[1]
  }
  return bits
}
const bitNames = (bits: number, table: readonly (readonly [string, number])[]): string => table.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name).join(',')

const ADDRESSES = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'] as const
const PORTS = ['ctorigsrcport', 'ctorigdstport', 'ctreplsrcport', 'ctrepldstport'] as const
const field = (option: string): string => option.slice(2)
const OPTIONS = [
  required('ctstate', { invertible: true }), required('ctproto', { invertible: true }), required('ctstatus', { invertible: true }), required('ctexpire', { invertible: true }), required('ctdir'),
  ...[...ADDRESSES, ...PORTS].map((name) => required(name, { invertible: true })),
]

function buildConntrack(seen: readonly SeenOption[], context: BuildContext): Conntrack {
  checkOptions('conntrack', OPTIONS, seen)
  if (seen.length === 0) throw bad('conntrack: At least one option is required')
  const match: Record<string, unknown> = { name: 'conntrack', alias: false }
  for (const s of seen) {
    const { invert } = s
    if (s.option === 'ctstate') match.state = { value: parseBits(s.arg, STATES, 'ctstate'), invert }
    else if (s.option === 'ctstatus') match.status = { value: parseBits(s.arg, STATUSES, 'ctstatus'), invert }
    else if (s.option === 'ctproto') {
      const value = parseUint(s.arg, 255) ?? context.names.protocols.number(s.arg)
      if (value === undefined) throw bad(`unknown protocol "${s.arg}" specified`)
      match.proto = { value, invert }
    } else if (s.option === 'ctexpire') match.expire = { value: rangeOption('conntrack', s, 0xffffffff), invert }
    else if (s.option === 'ctdir') {
      if (s.arg.toUpperCase() !== 'ORIGINAL' && s.arg.toUpperCase() !== 'REPLY') throw bad(`conntrack: Bad value for "--ctdir" option: "${s.arg}"`)
      match.direction = s.arg.toUpperCase()
    } else if (s.option.endsWith('port')) match[field(s.option)] = { value: rangeOption('conntrack', s, 65535), invert }
    else {
      const [host] = parseHost(s.arg, context)
      match[field(s.option)] = { value: { address: host.address, mask: host.mask }, invert }
    }
  }
  return match as unknown as Conntrack
}
const range = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}:${to}`)

/** The options of a match with `prefix` before each name, as both listings have them. */
function dump(m: Conntrack, p: PrintContext, prefix: string): string {
  const one = (name: string, item: Inverted<unknown> | undefined, text: string): string => (item === undefined ? '' : `${item.invert ? ' !' : ''} ${prefix}${name} ${text}`)
  const address = (name: string, item: Inverted<AddressMask> | undefined): string => (item === undefined ? '' : one(name, item, maskLengthText(p.family, item.value.address, item.value.mask)))
  const port = (name: string, item: Inverted<PortRange> | undefined): string => (item === undefined ? '' : one(name, item, range(item.value)))
  return one(m.alias ? 'state' : 'ctstate', m.state, bitNames(m.state?.value ?? 0, STATES)) + one('ctproto', m.proto, String(m.proto?.value ?? 0)) +
    address('ctorigsrc', m.origsrc) + address('ctorigdst', m.origdst) + address('ctreplsrc', m.replsrc) + address('ctrepldst', m.repldst) +
    port('ctorigsrcport', m.origsrcport) + port('ctorigdstport', m.origdstport) + port('ctreplsrcport', m.replsrcport) + port('ctrepldstport', m.repldstport) +
    one('ctstatus', m.status, m.status?.value === 0 ? 'NONE' : bitNames(m.status?.value ?? 0, STATUSES)) + port('ctexpire', m.expire) +
    (m.direction === undefined ? '' : ` ${prefix}ctdir ${m.direction}`)
}
export const conntrack: Extension<Conntrack> = { name: 'conntrack', options: OPTIONS, build: buildConntrack, print: (m, p) => dump(m, p, '').slice(1), save: (m, p) => dump(m, p, '--') }
const STATE_OPTIONS = [required('state', { invertible: true })]
export const state: Extension<Conntrack> = {
  name: 'state',
  options: STATE_OPTIONS,
  build(seen) {
    checkOptions('state', STATE_OPTIONS, seen)
    const s = seen.at(0)
    if (s === undefined) throw mandatory('state', 'state')
    return { name: 'conntrack', alias: true, state: { value: parseBits(s.arg, STATES.slice(0, 5), 'state'), invert: s.invert } }
  },
  print: conntrack.print,
  save: conntrack.save,
}

export const markText = ({ value, mask }: Masked): string => (mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`)
const MARK_OPTIONS = [required('mark', { invertible: true })]
function buildMark(name: string, seen: readonly SeenOption[]): { mark: Masked; invert: boolean } {
  checkOptions(name, MARK_OPTIONS, seen)
  const s = seen.at(0)
  if (s === undefined) throw mandatory(name, 'mark')
  return { mark: markOption(name, s), invert: s.invert }
}
export const mark: Extension<Extract<NativeMatch, { readonly name: 'mark' }>> = {
  name: 'mark',
  options: MARK_OPTIONS,
  build: (seen) => ({ name: 'mark', ...buildMark('mark', seen) }),
  print: (m) => `mark match${m.invert ? ' !' : ''} ${markText(m.mark)}`,
  save: (m) => `${m.invert ? ' !' : ''} --mark ${markText(m.mark)}`,
}
export const connmark: Extension<Extract<XtMatch, { readonly name: 'connmark' }>> = {
  name: 'connmark',
  options: MARK_OPTIONS,
  build: (seen) => ({ name: 'connmark', ...buildMark('connmark', seen) }),
  print: (m) => `connmark match ${m.invert ? '!' : ''} ${markText(m.mark)}`,
  save: (m) => `${m.invert ? ' !' : ''} --mark ${markText(m.mark)}`,
}

const CONNLIMIT_OPTIONS = [required('connlimit-above', { invertible: true, is: 'limit' }), required('connlimit-upto', { invertible: true, is: 'limit' }), required('connlimit-mask'), flag('connlimit-saddr'), flag('connlimit-daddr')]
export const connlimit: Extension<Extract<XtMatch, { readonly name: 'connlimit' }>> = {
  name: 'connlimit',
  options: CONNLIMIT_OPTIONS,
  build(seen, { family }) {
    checkOptions('connlimit', CONNLIMIT_OPTIONS, seen)
    const s = seen.find((o) => o.option === 'connlimit-above' || o.option === 'connlimit-upto')
    if (s === undefined) throw bad('You must specify "--connlimit-above" or "--connlimit-upto".')
    const bits = family === 'inet' ? 32 : 128
    const m = seen.find((o) => o.option === 'connlimit-mask')
    const mask = m === undefined ? bits : parseUint(m.arg, bits)
    if (mask === undefined) throw badValue('connlimit', 'connlimit-mask')
    return { name: 'connlimit', limit: uintOption('connlimit', s), mask, upto: (s.option === 'connlimit-upto') !== s.invert, daddr: seen.some((o) => o.option === 'connlimit-daddr') }
  },
  print: (m) => `#conn ${m.daddr ? 'dst' : 'src'}/${m.mask} ${m.upto ? '<=' : '>'} ${m.limit}`,
  save: (m) => ` --connlimit-${m.upto ? 'upto' : 'above'} ${m.limit} --connlimit-mask ${m.mask} --connlimit-${m.daddr ? 'daddr' : 'saddr'}`,
}
