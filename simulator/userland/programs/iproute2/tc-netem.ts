// The words of `tc qdisc add … netem` and how its settings are shown (tc/q_netem.c).
import type { Flow } from '../../../abi/syscalls.ts'
import type { NetemOptions } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { NETEM_USAGE } from './help-tc.ts'
import type { Json } from './output.ts'
import { die } from './rtnl.ts'
import { abbreviates, type Words } from './words.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** get_time: a number with s, ms, us or ns; microseconds without. */
function timeOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(s|sec|secs|ms|msec|msecs|us|usec|usecs|ns|nsec|nsecs)?$/.exec(text)
  if (match === null) return undefined
  const unit = match[2] ?? 'us'
  return Math.round(Number(match[1]) * (unit.startsWith('s') ? 1e9 : unit.startsWith('ms') ? 1e6 : unit.startsWith('us') ? 1e3 : 1))
}
const percentOf = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d*)?)%?$/.exec(text)
  return match === null || Number(match[1]) > 100 ? undefined : Number(match[1]) / 100
}
/** get_rate64: bits a second, or bytes with `bps`; in bytes. */
function rateOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?)(k|m|g|t|ki|mi|gi|ti)?(bit|bps)?$/i.exec(text)
  if (match === null) return undefined
  const prefix = (match[2] ?? '').toLowerCase()
  const scale = (prefix.endsWith('i') ? 1024 : 1000) ** ['', 'k', 'm', 'g', 't'].indexOf(prefix.charAt(0))
  return (Number(match[1]) * scale) / (match[3]?.toLowerCase() === 'bps' ? 1 : 8)
}

const isNumber = (word: string | undefined): boolean => word !== undefined && /^\d/.test(word)

export function* parseNetem(c: Crt, words: Words): Flow<NetemOptions> {
  const o: Mutable<NetemOptions> = {}
  const illegal = (what: string): Flow<never> => die(c, 1, `Illegal "${what}"`)
  function* percent(what: string): Flow<number> {
    return percentOf(yield* words.value()) ?? (yield* illegal(what))
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (abbreviates(word, 'limit')) {
      const text = yield* words.value()
      o.limit = /^\d+$/.test(text) ? Number(text) : yield* illegal('limit')
    } else if (abbreviates(word, 'latency') || abbreviates(word, 'delay')) {
      o.delay = timeOf(yield* words.value()) ?? (yield* illegal('latency'))
      if (isNumber(words.peek())) o.jitter = timeOf(yield* words.value()) ?? (yield* illegal('latency'))
      if (isNumber(words.peek())) o.delayCorrelation = yield* percent('latency')
    } else if (abbreviates(word, 'loss') || abbreviates(word, 'drop')) {
      if (words.peek() === 'random') words.shift()
      if (words.peek() === 'state' || words.peek() === 'gemodel') exit(yield* unsimulated(c, `'netem loss ${words.peek() ?? ''}'`))
      o.loss = yield* percent('loss percent')
      if (isNumber(words.peek())) o.lossCorrelation = yield* percent('loss correllation')
    } else if (abbreviates(word, 'duplicate')) {
      o.duplicate = yield* percent('duplicate')
      if (isNumber(words.peek())) o.duplicateCorrelation = yield* percent('duplicate')
    } else if (abbreviates(word, 'reorder')) {
      o.reorder = yield* percent('reorder')
      if (isNumber(words.peek())) o.reorderCorrelation = yield* percent('reorder')
    } else if (abbreviates(word, 'corrupt')) {
      o.corrupt = yield* percent('corrupt')
      if (isNumber(words.peek())) o.corruptCorrelation = yield* percent('corrupt')
    } else if (abbreviates(word, 'gap')) o.gap = Number(yield* words.value())
    else if (abbreviates(word, 'distribution')) {
      const name = yield* words.value()
      if (name !== 'normal' && name !== 'uniform') exit(yield* unsimulated(c, `'netem distribution ${name}'`))
      o.isNormal = name === 'normal'
    } else if (abbreviates(word, 'rate')) o.rate = rateOf(yield* words.value()) ?? (yield* illegal('rate'))
    else if (word === 'ecn' || word === 'slot') exit(yield* unsimulated(c, `'netem ${word}'`))
    else if (word === 'help') yield* die(c, 1, NETEM_USAGE)
    else yield* die(c, 1, `What is "${word}"?\n${NETEM_USAGE}`)
  }
  if (o.reorder !== undefined && o.delay === undefined) return yield* die(c, 1, `reordering not possible without specifying some delay\n${NETEM_USAGE}`)
  if (o.reorder !== undefined) o.gap ??= 1
  return o
}

const number = (value: number): string => String(Number(value.toPrecision(3)))
/** sprint_time */
function time(nanoseconds: number): string {
  const us = nanoseconds / 1e3
  return us >= 1e6 ? `${number(us / 1e6)}s` : us >= 1e3 ? `${number(us / 1e3)}ms` : `${Math.round(us)}us`
}
/** tc_print_rate: the largest unit that loses nothing much. */
function rate(bytes: number): string {
  let bits = bytes * 8
  let unit = 0
  while (unit < 4 && bits >= 1000 && (bits >= 1e6 || bits % 1000 === 0)) {
    bits /= 1000
    unit++
  }
  return `${Math.round(bits)}${['', 'K', 'M', 'G', 'T'][unit]}bit`
}
const percent = (value: number): string => `${number(value * 100)}%`

export function netemText(o: NetemOptions): string {
  const chance = (name: string, value: number | undefined, correlation: number | undefined): string =>
    value === undefined || value === 0 ? '' : ` ${name} ${percent(value)}${correlation === undefined || correlation === 0 ? '' : ` ${percent(correlation)}`}`
  let text = `limit ${o.limit ?? 1000}`
  if (o.delay !== undefined && o.delay > 0) {
    text += ` delay ${time(o.delay)}`
    if (o.jitter !== undefined && o.jitter > 0) text += `  ${time(o.jitter)}${o.delayCorrelation === undefined || o.delayCorrelation === 0 ? '' : ` ${percent(o.delayCorrelation)}`}`
  }
  text += chance('loss', o.loss, o.lossCorrelation) + chance('duplicate', o.duplicate, o.duplicateCorrelation) + chance('reorder', o.reorder, o.reorderCorrelation) + chance('corrupt', o.corrupt, o.corruptCorrelation)
  if (o.rate !== undefined && o.rate > 0) text += ` rate ${rate(o.rate)}`
  return o.gap === undefined ? text : `${text} gap ${o.gap}`
}

export function netemJson(o: NetemOptions): Json {
  const chance = (name: string, key: string, value: number | undefined, correlation: number | undefined): Record<string, Json> =>
    value === undefined || value === 0 ? {} : { [name]: { [key]: value, correlation: correlation ?? 0 } }
  return {
    limit: o.limit ?? 1000, ...(o.delay === undefined ? {} : { delay: { delay: o.delay / 1e9, jitter: (o.jitter ?? 0) / 1e9, correlation: o.delayCorrelation ?? 0 } }),
    ...chance('loss-random', 'loss', o.loss, o.lossCorrelation), ...chance('duplicate', 'duplicate', o.duplicate, o.duplicateCorrelation), ...chance('reorder', 'reorder', o.reorder, o.reorderCorrelation),
    ...chance('corrupt', 'corrupt', o.corrupt, o.corruptCorrelation), ...(o.rate === undefined ? {} : { rate: { rate: o.rate, packetoverhead: 0, cellsize: 0, celloverhead: 0 } }), ecn: false, gap: o.gap ?? 0,
  }
}
