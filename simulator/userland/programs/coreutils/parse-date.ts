// Dates as date -d and touch -d take them: ISO dates and times, @SECONDS, month names, now/today/yesterday/tomorrow, weekdays, and relative
// items (2 days ago, +1 hour, next week). A part of gnulib's parse_datetime, in UTC.
import { gmtime, timegm } from '../../libc/time.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const SECONDS = new Map([['sec', 1], ['second', 1], ['min', 60], ['minute', 60], ['hour', 3600], ['day', 86400], ['week', 604800], ['fortnight', 1209600]])
const ORDINALS = new Map([['last', -1], ['this', 0], ['next', 1], ['a', 1], ['an', 1]])

const UNIT = '(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\\b'
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const WEEKDAY = '(sun|mon|tue|wed|thu|fri|sat)[a-z]*\\.?(?![a-z])'

interface Fields {
  year: number
  month: number
  day: number
  hour: number
  min: number
  sec: number
  zone: number
  /** Seconds to add at the end. */
  offset: number
  weekday: number | undefined
  /** Which of these weekdays: -1 last, 0 today or the coming one, 1 next. */
  ordinal: number
  hasDate: boolean
  /** The year was among it. */
  hasYear: boolean
  hasTime: boolean
  hasRelative: boolean
}

type Action = (m: RegExpExecArray, f: Fields) => void

const setDate = (f: Fields, year: number | undefined, month: number, day: number): void => {
  Object.assign(f, { year: year ?? f.year, month, day, hasDate: true, hasYear: year !== undefined })
}

const addRelative = (f: Fields, count: number, unit: string): void => {
  f.hasRelative = true
  if (unit === 'year') f.year += count
  else if (unit === 'month') f.month += count
  else f.offset += count * (SECONDS.get(unit) ?? 0)
}

const fullYear = (digits: string): number => (digits.length > 2 ? Number(digits) : Number(digits) + (Number(digits) < 69 ? 2000 : 1900))
const monthNumber = (name: string): number => MONTHS.indexOf(name.slice(0, 3))

/** What may stand in a date text, tried in this order. */
const ITEMS: readonly (readonly [RegExp, Action])[] = [
  [/^(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d)|(?![\d-]))/, (m, f) => setDate(f, Number(m[1]), Number(m[2]) - 1, Number(m[3]))],
  [/^(\d{4})(\d\d)(\d\d)(?:t(?=\d)|(?!\d))/, (m, f) => setDate(f, Number(m[1]), Number(m[2]) - 1, Number(m[3]))],
  [/^(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?(?!\d)/, (m, f) => setDate(f, m[3] === undefined ? undefined : fullYear(m[3]), Number(m[1]) - 1, Number(m[2]))],
  [/^(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d+)?))?\s*(?:([ap])\.?m\b\.?)?\s*(?:([-+])(\d\d?)(?::?(\d\d))?(?!\d))?/, (m, f) => {
    setTime(f, m[1], m[2], m[3], m[4])
    if (m[5] !== undefined) f.zone = (m[5] === '-' ? -1 : 1) * (Number(m[6]) * 60 + Number(m[7] ?? 0)) * 60
  }],
  [/^(\d{1,2})\s*([ap])\.?m\b\.?/, (m, f) => setTime(f, m[1], '0', undefined, m[2])],
  [/^(utc|gmt|z)\b/, () => undefined],
  [/^(now|today)\b/, (_, f) => addRelative(f, 0, 'day')],
  [/^yesterday\b/, (_, f) => addRelative(f, -1, 'day')],
  [/^tomorrow\b/, (_, f) => addRelative(f, 1, 'day')],
  [new RegExp(`^([-+]?)\\s*(\\d+)\\s*${UNIT}(\\s+ago\\b)?`), (m, f) => addRelative(f, Number(m[2]) * (m[1] === '-' ? -1 : 1) * (m[4] === undefined ? 1 : -1), m[3])],
  [new RegExp(`^(last|this|next|an?)\\s+${UNIT}(\\s+ago\\b)?`), (m, f) => addRelative(f, (ORDINALS.get(m[1]) ?? 1) * (m[3] === undefined ? 1 : -1), m[2])],
  [new RegExp(`^${UNIT}(\\s+ago\\b)?`), (m, f) => addRelative(f, m[2] === undefined ? 1 : -1, m[1])],
  [new RegExp(`^(last|this|next)\\s+${WEEKDAY}`), (m, f) => {
    f.ordinal = ORDINALS.get(m[1]) ?? 0
    f.weekday = WEEKDAYS.indexOf(m[2])
  }],
  [new RegExp(`^${WEEKDAY}`), (m, f) => { f.weekday = WEEKDAYS.indexOf(m[1]) }],
  [new RegExp(`^(\\d{1,2})[\\s-]*${MONTH}(?:[\\s-]+(\\d{4})(?![\\d:]))?(?![a-z])`), (m, f) => setDate(f, m[3] === undefined ? undefined : Number(m[3]), monthNumber(m[2]), Number(m[1]))],
  [new RegExp(`^${MONTH}\\s+(\\d{1,2})(?![\\d:])(?:\\s*,?\\s+(\\d{4})(?![\\d:]))?`), (m, f) => setDate(f, m[3] === undefined ? undefined : Number(m[3]), monthNumber(m[1]), Number(m[2]))],
  [/^(\d{4})(?!\d)/, (m, f) => { if (f.hasDate && !f.hasYear) f.year = Number(m[1]); else setTime(f, m[1].slice(0, 2), m[1].slice(2), undefined, undefined) }],
  [/^([01]?\d|2[0-3]|\d{3})$/, (m, f) => setTime(f, m[1].length === 3 ? m[1].slice(0, 1) : m[1], m[1].length === 3 ? m[1].slice(1) : '00', undefined, undefined)],
]

function setTime(f: Fields, hour: string, min: string, sec: string | undefined, half: string | undefined): void {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'p' ? 12 : 0)
  Object.assign(f, { hour: hours, min: Number(min), sec: Number((sec ?? '0').replace(',', '.')), hasTime: true })
}

/** Seconds since 1970 of a date text, relative to `now`; undefined if it isn't understood. */
export function parseDate(text: string, now: number): number | undefined {
  const seconds = /^\s*@(-?\d+(?:[.,]\d+)?)\s*$/.exec(text)
  if (seconds !== null) return Number(seconds[1].replace(',', '.'))
  const tm = gmtime(now)
  const f: Fields = {
    year: tm.year, month: tm.month, day: tm.day, hour: tm.hour, min: tm.min, sec: tm.sec + (now - Math.floor(now)), zone: 0, offset: 0,
    weekday: undefined, ordinal: 0, hasDate: false, hasYear: false, hasTime: false, hasRelative: false,
  }
  const skip = (s: string): string => s.replace(/^[\s,]+/, '')
  let rest = skip(text.toLowerCase())
  while (rest !== '') {
    let matched = false
    for (const [pattern, action] of ITEMS) {
      const m = pattern.exec(rest)
      if (m === null) continue
      action(m, f)
      rest = skip(rest.slice(m[0].length))
      matched = true
      break
    }
    if (!matched) return undefined
  }
  if (!f.hasTime && (f.hasDate || f.weekday !== undefined || !f.hasRelative)) Object.assign(f, { hour: 0, min: 0, sec: 0 })
  if (f.hour > 24 || f.min > 59 || f.sec >= 61) return undefined
  if (f.hasDate && !f.hasRelative && (f.month < 0 || f.month > 11 || f.day < 1 || gmtime(timegm(f.year, f.month, f.day, 0, 0, 0)).day !== f.day)) return undefined
  let time = timegm(f.year, f.month, f.day, f.hour, f.min, f.sec) - f.zone
  if (f.weekday !== undefined && !f.hasDate) {
    const today = gmtime(time).wday
    const weeks = f.ordinal - (f.ordinal > 0 && today !== f.weekday ? 1 : 0)
    time += (((f.weekday - today + 7) % 7) + 7 * weeks) * 86400
  }
  return time + f.offset
}

/** The STAMP of touch -t: [[CC]YY]MMDDhhmm[.ss]. */
export function parseStamp(text: string, now: number): number | undefined {
  const m = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text)
  if (m === null) return undefined
  const year = m[1] === undefined ? gmtime(now).year : m[2] === undefined ? fullYear(m[1]) : Number(m[1] + m[2])
  const [month, day, hour, min, sec] = [Number(m[3]) - 1, Number(m[4]), Number(m[5]), Number(m[6]), Number(m[7] ?? 0)]
  if (month < 0 || month > 11 || day < 1 || gmtime(timegm(year, month, day, 0, 0, 0)).day !== day || hour > 23 || min > 59 || sec > 60) return undefined
  return timegm(year, month, day, hour, min, sec)
}
