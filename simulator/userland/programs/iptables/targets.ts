// Targets: -j REJECT, LOG, NFLOG, MARK, CONNMARK, TCPMSS, CT, NOTRACK, TTL, HL, TRACE (libipt_REJECT.c, libxt_LOG.c, libxt_MARK.c and so on).
import { LOG_IPOPT, LOG_MACDECODE, LOG_TCPOPT, LOG_TCPSEQ, LOG_UID, type XtTarget } from '../../../abi/xtables.ts'
import { quoted } from './match-other.ts'
import { checkOptions, flag, hex, markOption, parseUint, required, uintOption } from './options.ts'
import { bad, type Extension, Gap, type NflogTarget, type SeenOption } from './types.ts'

type Of<N extends string> = Extract<XtTarget, { readonly name: N }>

const REJECT4 = [
  ['icmp-net-unreachable', 'net-unreach'], ['icmp-host-unreachable', 'host-unreach'], ['icmp-proto-unreachable', 'proto-unreach'], ['icmp-port-unreachable', 'port-unreach'],
  ['icmp-net-prohibited', 'net-prohib'], ['icmp-host-prohibited', 'host-prohib'], ['tcp-reset', 'tcp-rst'], ['icmp-admin-prohibited', 'admin-prohib'],
]
const REJECT6 = [
  ['icmp6-no-route', 'no-route'], ['icmp6-adm-prohibited', 'adm-prohibited'], ['icmp6-addr-unreachable', 'addr-unreach'], ['icmp6-port-unreachable', 'port-unreach'], ['tcp-reset', 'tcp-reset'],
  ['icmp6-policy-fail', 'policy-fail'], ['icmp6-reject-route', 'reject-route'],
]
const REJECT_OPTIONS = [required('reject-with')]
export const reject: Extension<Of<'REJECT'>> = {
  name: 'REJECT',
  options: REJECT_OPTIONS,
  build(seen, { family }) {
    checkOptions('REJECT', REJECT_OPTIONS, seen)
    const s = seen.at(0)
    if (s === undefined) return { name: 'REJECT', with: family === 'inet' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable' }
    const found = (family === 'inet' ? REJECT4 : REJECT6).find((names) => names.some((n) => n.startsWith(s.arg.toLowerCase())))
    if (found === undefined) throw bad(`unknown reject type "${s.arg}"`)
    return { name: 'REJECT', with: found[0] }
  },
  print: (t) => `reject-with ${t.with}`,
  save: (t) => ` --reject-with ${t.with}`,
}

const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug']
const LEVEL_NAMES: ReadonlyMap<string, number> = new Map([...LEVELS.map((name, i) => [name, i] as const), ['panic', 0], ['warning', 4]])
const LOG_FLAGS = [['log-tcp-sequence', LOG_TCPSEQ, 'tcp-sequence'], ['log-tcp-options', LOG_TCPOPT, 'tcp-options'], ['log-ip-options', LOG_IPOPT, 'ip-options'], ['log-uid', LOG_UID, 'uid'], ['log-macdecode', LOG_MACDECODE, 'macdecode']] as const
const LOG_OPTIONS = [required('log-level'), required('log-prefix'), ...LOG_FLAGS.map(([name]) => flag(name))]
function logLevel(text: string): number {
  const exact = parseUint(text, 7) ?? LEVEL_NAMES.get(text.toLowerCase())
  if (exact !== undefined) return exact
  const found = [...LEVEL_NAMES].filter(([name]) => name.startsWith(text.toLowerCase()))
  if (found.length === 0 || text === '') throw bad(`log level "${text}" unknown\n`)
  return found[0][1]
}
export const log: Extension<Of<'LOG'>> = {
  name: 'LOG',
  options: LOG_OPTIONS,
  build(seen) {
    checkOptions('LOG', LOG_OPTIONS, seen)
    const get = (option: string): string | undefined => seen.find((s) => s.option === option)?.arg
    const level = get('log-level')
    const prefix = get('log-prefix') ?? ''
    if (prefix.includes('\n')) throw bad('Newlines not allowed in --log-prefix')
    const flags = LOG_FLAGS.reduce((bits, [name, bit]) => bits | (seen.some((s) => s.option === name) ? bit : 0), 0)
    return { name: 'LOG', level: level === undefined ? 4 : logLevel(level), prefix: prefix.slice(0, 29), flags }
  },
  print(t, p) {
    const how = p.numeric ? ` flags ${t.flags} level ${t.level}` : ` level ${LEVELS[t.level]}${LOG_FLAGS.filter(([, bit]) => (t.flags & bit) !== 0).map(([, , word]) => ` ${word}`).join('')}`
    return `LOG${how}${t.prefix === '' ? '' : ` prefix "${t.prefix}"`}`
  },
  save: (t) => `${t.prefix === '' ? '' : ` --log-prefix ${quoted(t.prefix)}`}${t.level === 4 ? '' : ` --log-level ${t.level}`}${LOG_FLAGS.filter(([, bit]) => (t.flags & bit) !== 0).map(([name]) => ` --${name}`).join('')}`,
}

const NFLOG_OPTIONS = [required('nflog-group'), required('nflog-prefix'), required('nflog-range'), required('nflog-size'), required('nflog-threshold')]
export const nflog: Extension<NflogTarget> = {
  name: 'NFLOG',
  options: NFLOG_OPTIONS,
  build(seen) {
    checkOptions('NFLOG', NFLOG_OPTIONS, seen)
    const get = (option: string): SeenOption | undefined => seen.find((s) => s.option === option)
    const number = (option: string, max: number): number => {
      const s = get(option)
      return s === undefined ? 0 : uintOption('NFLOG', s, max)
    }
    const size = get('nflog-size') === undefined ? {} : { size: number('nflog-size', 0xffffffff) }
    return { name: 'NFLOG', group: number('nflog-group', 65535), prefix: (get('nflog-prefix')?.arg ?? '').slice(0, 63), threshold: number('nflog-threshold', 65535), ...size }
  },
  print: (t) => saveNflog(t, '').slice(1),
  save: (t) => saveNflog(t, '--'),
}
const saveNflog = (t: NflogTarget, dashes: string): string =>
  `${t.prefix === '' ? '' : ` ${dashes}nflog-prefix ${quoted(t.prefix)}`}${t.group === 0 ? '' : ` ${dashes}nflog-group ${t.group}`}${t.size === undefined ? '' : ` ${dashes}nflog-size ${t.size}`}${
    t.threshold === 0 ? '' : ` ${dashes}nflog-threshold ${t.threshold}`}`

const MARK_OPTIONS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'].map((name) => required(name, { is: 'mark' }))
/** What --set-mark and its relatives mean: first the bits of `mask` are cleared, then `value` is xor-ed in. */
function markChange(extension: string, s: SeenOption): { readonly value: number; readonly mask: number } {
  if (s.option === 'set-xmark' || s.option === 'set-mark') {
    const { value, mask } = markOption(extension, s)
    return { value, mask: s.option === 'set-mark' ? (value | mask) >>> 0 : mask }
  }
  const n = uintOption(extension, s)
  if (s.option === 'and-mark') return { value: 0, mask: ~n >>> 0 }
  return { value: n, mask: s.option === 'or-mark' ? n : 0 }
}
function markWords(value: number, mask: number): string {
  if (value === 0) return `and ${hex(~mask)}`
  if (value === mask) return `or ${hex(value)}`
  if (mask === 0) return `xor ${hex(value)}`
  return mask === 0xffffffff ? `set ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`
}
export const mark: Extension<Of<'MARK'>> = {
  name: 'MARK',
  options: MARK_OPTIONS,
  build(seen) {
    checkOptions('MARK', MARK_OPTIONS, seen)
    const s = seen.at(0)
    if (s === undefined) throw bad('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required')
    return { name: 'MARK', mark: markChange('MARK', s) }
  },
  print: (t) => `MARK ${markWords(t.mark.value, t.mark.mask)}`,
  save: (t) => ` --set-xmark ${hex(t.mark.value)}/${hex(t.mark.mask)}`,
}

const CONNMARK_OPTIONS = [...MARK_OPTIONS, flag('save-mark', { is: 'mark' }), flag('restore-mark', { is: 'mark' }), required('ctmask'), required('nfmask'), required('mask')]
export const connmark: Extension<Of<'CONNMARK'>> = {
  name: 'CONNMARK',
  options: CONNMARK_OPTIONS,
  build(seen) {
    checkOptions('CONNMARK', CONNMARK_OPTIONS, seen)
    const s = seen.find((o) => o.option.endsWith('mark'))
    if (s === undefined) throw bad('CONNMARK target: No operation specified')
    if (s.option !== 'save-mark' && s.option !== 'restore-mark') {
      const { value, mask } = markChange('CONNMARK', s)
      return { name: 'CONNMARK', mode: 'set', ctmark: value, ctmask: mask, nfmask: 0xffffffff }
    }
    const number = (option: string): number | undefined => {
      const o = seen.find((x) => x.option === option) ?? seen.find((x) => x.option === 'mask')
      return o === undefined ? undefined : uintOption('CONNMARK', o)
    }
    return { name: 'CONNMARK', mode: s.option === 'save-mark' ? 'save' : 'restore', ctmark: 0, ctmask: number('ctmask') ?? 0xffffffff, nfmask: number('nfmask') ?? 0xffffffff }
  },
  print(t) {
    if (t.mode === 'set') return `CONNMARK ${markWords(t.ctmark, t.ctmask)}`
    if (t.ctmask === 0xffffffff && t.nfmask === 0xffffffff) return `CONNMARK ${t.mode}`
    return t.ctmask === t.nfmask ? `CONNMARK ${t.mode} mask ${hex(t.nfmask)}` : t.mode === 'save' ? `CONNMARK save nfmask ${hex(t.nfmask)} ctmask ~${hex(t.ctmask)}` : `CONNMARK restore ctmask ${hex(t.ctmask)} nfmask ~${hex(t.nfmask)}`
  },
  save: (t) => (t.mode === 'set' ? ` --set-xmark ${hex(t.ctmark)}/${hex(t.ctmask)}` : ` --${t.mode}-mark --nfmask ${hex(t.nfmask)} --ctmask ${hex(t.ctmask)}`),
}

const TCPMSS_OPTIONS = [required('set-mss', { is: 'mss' }), flag('clamp-mss-to-pmtu', { is: 'mss' })]
export const tcpmss: Extension<Of<'TCPMSS'>> = {
  name: 'TCPMSS',
  options: TCPMSS_OPTIONS,
  build(seen) {
    checkOptions('TCPMSS', TCPMSS_OPTIONS, seen)
    const s = seen.at(0)
    if (s === undefined) throw bad('TCPMSS target: At least one parameter is required')
    return { name: 'TCPMSS', mss: s.option === 'set-mss' ? uintOption('TCPMSS', s, 65495) : -1 }
  },
  print: (t) => (t.mss < 0 ? 'TCPMSS clamp to PMTU' : `TCPMSS set ${t.mss}`),
  save: (t) => (t.mss < 0 ? ' --clamp-mss-to-pmtu' : ` --set-mss ${t.mss}`),
}

const CT_OPTIONS = [flag('notrack'), required('helper'), required('ctevents'), required('expevents'), required('zone'), required('zone-orig'), required('zone-reply'), required('timeout')]
export const ct: Extension<Of<'CT'>> = {
  name: 'CT',
  options: CT_OPTIONS,
  build(seen) {
    checkOptions('CT', CT_OPTIONS, seen)
    for (const s of seen) if (s.option !== 'notrack') throw new Gap(`-j CT --${s.option}`)
    if (seen.length === 0) throw new Gap('-j CT without --notrack')
    return { name: 'CT', notrack: true, alias: false }
  },
  print: (t) => (t.alias ? 'NOTRACK' : 'CT notrack'),
  save: (t) => (t.alias ? '' : ' --notrack'),
}
export const notrack: Extension<Of<'CT'>> = { name: 'NOTRACK', options: [], build: () => ({ name: 'CT', notrack: true, alias: true }), print: ct.print, save: ct.save }

function ttlTarget(name: 'TTL' | 'HL'): Extension<Of<'TTL' | 'HL'>> {
  const word = name.toLowerCase()
  const options = ['set', 'dec', 'inc'].map((op) => required(`${word}-${op}`, { is: 'op' }))
  return {
    name,
    options,
    build(seen) {
      checkOptions(name, options, seen)
      const s = seen.at(0)
      if (s === undefined) throw bad(`${name}: You must specify an action`)
      const value = uintOption(name, s, 255)
      const op = s.option.slice(-3) as 'set' | 'dec' | 'inc'
      if (value === 0 && op !== 'set') throw bad(`${name}: ${op === 'dec' ? 'decreasing' : 'increasing'} by 0?`)
      return { name, op, value }
    },
    print: (t) => `${name} ${t.op === 'set' ? 'set to' : t.op === 'dec' ? 'decrement by' : 'increment by'} ${t.value}`,
    save: (t) => ` --${word}-${t.op} ${t.value}`,
  }
}
export const ttl = ttlTarget('TTL')
export const hl = ttlTarget('HL')
export const trace: Extension<Of<'TRACE'>> = { name: 'TRACE', options: [], build: () => ({ name: 'TRACE' }), print: () => '', save: () => '' }
