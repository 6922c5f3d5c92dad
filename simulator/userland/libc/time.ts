// Calendar time in UTC and the C locale: gmtime(3), timegm(3), strftime(3). The machine's time zone is Etc/UTC; TZ is not looked at.

export interface Tm {
  readonly year: number
  /** 0 to 11 */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly min: number
  readonly sec: number
  /** 0 is Sunday */
  readonly wday: number
  /** 0 to 365 */
  readonly yday: number
}

const DAY = 86400
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Days since 1970-01-01 of a date (Howard Hinnant's civil calendar); month from 0. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = year + Math.floor(month / 12)
  const m = ((month % 12) + 12) % 12
  const shifted = m <= 1 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yoe = shifted - era * 400
  const doy = Math.floor((153 * (m > 1 ? m - 2 : m + 10) + 2) / 5) + day - 1
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468
}

/** Seconds since 1970 as calendar fields. */
export function gmtime(seconds: number): Tm {
  const days = Math.floor(seconds / DAY)
  const rest = Math.floor(seconds - days * DAY)
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const doe = z - era * 146097
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365)
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const month = mp < 10 ? mp + 2 : mp - 10
  const year = yoe + era * 400 + (month <= 1 ? 1 : 0)
  return {
    year, month, day: doy - Math.floor((153 * mp + 2) / 5) + 1, hour: Math.floor(rest / 3600), min: Math.floor(rest / 60) % 60, sec: rest % 60,
    wday: (((days + 4) % 7) + 7) % 7, yday: days - daysFromCivil(year, 0, 1),
  }
}

/** Seconds since 1970 of calendar fields; values beyond their range carry over. */
export const timegm = (year: number, month: number, day: number, hour: number, min: number, sec: number): number =>
  daysFromCivil(year, month, day) * DAY + hour * 3600 + min * 60 + sec

const weekOf = (tm: Tm, firstDay: number): number => Math.floor((tm.yday + 7 - ((tm.wday - firstDay + 7) % 7)) / 7)

function isoWeek(tm: Tm): { readonly year: number; readonly week: number } {
  const thursday = daysFromCivil(tm.year, tm.month, tm.day) - ((tm.wday + 6) % 7) + 3
  const of = gmtime(thursday * DAY)
  return { year: of.year, week: Math.floor(of.yday / 7) + 1 }
}

/** strftime(3) with GNU's flags (`-` `_` `0` `^`) and widths, and %N (nanoseconds), %s, %:z as date(1) has them. */
export function strftime(format: string, seconds: number, nanoseconds = 0): string {
  const tm = gmtime(seconds)
  return format.replace(/%([-_0^#+]*)(\d*)(:{0,3})([EO]?)([a-zA-Z%])/g, (whole: string, flags: string, width: string, colons: string, _era: string, letter: string) => {
    const field = conversion(letter, tm, seconds, nanoseconds, colons, width)
    if (field === undefined) return whole
    let text = field.text
    if (flags.includes('^') || (flags.includes('#') && !'pZ'.includes(letter))) text = text.toUpperCase()
    if (letter === 'P' || (flags.includes('#') && 'pZ'.includes(letter))) text = text.toLowerCase()
    if (flags.includes('-')) return text
    const pad = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : field.pad
    const wanted = letter === 'N' ? 0 : width === '' ? field.width : Number(width)
    return text.padStart(wanted, pad)
  })
}

interface Field {
  readonly text: string
  readonly width: number
  readonly pad: string
}

function conversion(letter: string, tm: Tm, seconds: number, nanoseconds: number, colons: string, width: string): Field | undefined {
  const zero = (n: number, w: number): Field => ({ text: String(n), width: w, pad: '0' })
  const blank = (n: number, w: number): Field => ({ text: String(n), width: w, pad: ' ' })
  const text = (t: string): Field => ({ text: t, width: 0, pad: ' ' })
  const again = (format: string): Field => text(strftime(format, seconds, nanoseconds))
  const hour12 = tm.hour % 12 === 0 ? 12 : tm.hour % 12
  switch (letter) {
    case '%': return text('%')
    case 'n': return text('\n')
    case 't': return text('\t')
    case 'a': return text(DAYS[tm.wday].slice(0, 3))
    case 'A': return text(DAYS[tm.wday])
    case 'b': case 'h': return text(MONTHS[tm.month].slice(0, 3))
    case 'B': return text(MONTHS[tm.month])
    case 'c': return again('%a %b %e %H:%M:%S %Y')
    case 'C': return zero(Math.floor(tm.year / 100), 2)
    case 'd': return zero(tm.day, 2)
    case 'D': case 'x': return again('%m/%d/%y')
    case 'e': return blank(tm.day, 2)
    case 'F': return again('%Y-%m-%d')
    case 'g': return zero(isoWeek(tm).year % 100, 2)
    case 'G': return zero(isoWeek(tm).year, 4)
    case 'H': return zero(tm.hour, 2)
    case 'I': return zero(hour12, 2)
    case 'j': return zero(tm.yday + 1, 3)
    case 'k': return blank(tm.hour, 2)
    case 'l': return blank(hour12, 2)
    case 'm': return zero(tm.month + 1, 2)
    case 'M': return zero(tm.min, 2)
    case 'N': return text(String(nanoseconds).padStart(9, '0').slice(0, width === '' ? 9 : Number(width)))
    case 'p': case 'P': return text(tm.hour < 12 ? 'AM' : 'PM')
    case 'q': return zero(Math.floor(tm.month / 3) + 1, 1)
    case 'r': return again('%I:%M:%S %p')
    case 'R': return again('%H:%M')
    case 's': return zero(Math.floor(seconds), 1)
    case 'S': return zero(tm.sec, 2)
    case 'T': case 'X': return again('%H:%M:%S')
    case 'u': return zero(tm.wday === 0 ? 7 : tm.wday, 1)
    case 'U': return zero(weekOf(tm, 0), 2)
    case 'V': return zero(isoWeek(tm).week, 2)
    case 'w': return zero(tm.wday, 1)
    case 'W': return zero(weekOf(tm, 1), 2)
    case 'y': return zero(tm.year % 100, 2)
    case 'Y': return zero(tm.year, 4)
    case 'z': return text(colons === '' ? '+0000' : colons === ':' ? '+00:00' : colons === '::' ? '+00:00:00' : '+00')
    case 'Z': return text('UTC')
    default: return undefined
  }
}
