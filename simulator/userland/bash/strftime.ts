// strftime(3) for the C.UTF-8 locale in UTC, for prompts, history and printf %(…)T.
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly yearDay: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Seconds since 1970 to calendar fields (Howard Hinnant's days-to-civil). */
function civil(seconds: number): Civil {
  const whole = Math.floor(seconds)
  const days = Math.floor(whole / 86400)
  const rest = whole - days * 86400
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const doe = z - era * 146097
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365)
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1] + (leap && month > 2 ? 1 : 0)
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1
  return {
    year, month, day, weekday: (((days + 4) % 7) + 7) % 7, yearDay: before + day,
    hour: Math.floor(rest / 3600), minute: Math.floor((rest % 3600) / 60), second: rest % 60,
  }
}

export function strftime(format: string, seconds: number): string {
  const t = civil(seconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  const one = (c: string): string => {
    switch (c) {
      case 'Y': return String(t.year)
      case 'y': return two(t.year % 100)
      case 'm': return two(t.month)
      case 'd': return two(t.day)
      case 'e': return String(t.day).padStart(2)
      case 'H': return two(t.hour)
      case 'I': return two(t.hour % 12 === 0 ? 12 : t.hour % 12)
      case 'M': return two(t.minute)
      case 'S': return two(t.second)
      case 'p': return t.hour < 12 ? 'AM' : 'PM'
      case 'a': return DAYS[t.weekday].slice(0, 3)
      case 'A': return DAYS[t.weekday]
      case 'b':
      case 'h': return MONTHS[t.month - 1].slice(0, 3)
      case 'B': return MONTHS[t.month - 1]
      case 'j': return String(t.yearDay).padStart(3, '0')
      case 'u': return String(t.weekday === 0 ? 7 : t.weekday)
      case 'w': return String(t.weekday)
      case 's': return String(Math.floor(seconds))
      case 'F': return `${t.year}-${two(t.month)}-${two(t.day)}`
      case 'T':
      case 'X': return `${two(t.hour)}:${two(t.minute)}:${two(t.second)}`
      case 'R': return `${two(t.hour)}:${two(t.minute)}`
      case 'D':
      case 'x': return `${two(t.month)}/${two(t.day)}/${two(t.year % 100)}`
      case 'c': return `${one('a')} ${one('b')} ${one('e')} ${one('T')} ${t.year}`
      case 'Z': return 'UTC'
      case 'z': return '+0000'
      case 'n': return '\n'
      case 't': return '\t'
      case '%': return '%'
      default: return `%${c}`
    }
  }
  return format.replace(/%([\s\S])/g, (_, c: string) => one(c))
}
