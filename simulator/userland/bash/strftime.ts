// strftime(3) for the C.UTF-8 locale in UTC, for prompts, history and printf %(…)T.
import { gmtime } from '../libc/time.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

export function strftime(format: string, seconds: number): string {
  const t = gmtime(seconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  const one = (c: string): string => {
    switch (c) {
      case 'Y': return String(t.year)
      case 'y': return two(t.year % 100)
      case 'm': return two(t.month + 1)
      case 'd': return two(t.day)
      case 'e': return String(t.day).padStart(2)
      case 'H': return two(t.hour)
      case 'I': return two(t.hour % 12 === 0 ? 12 : t.hour % 12)
      case 'M': return two(t.min)
      case 'S': return two(t.sec)
      case 'p': return t.hour < 12 ? 'AM' : 'PM'
      case 'a': return DAYS[t.wday].slice(0, 3)
      case 'A': return DAYS[t.wday]
      case 'b':
      case 'h': return MONTHS[t.month].slice(0, 3)
      case 'B': return MONTHS[t.month]
      case 'j': return String(t.yday + 1).padStart(3, '0')
      case 'u': return String(t.wday === 0 ? 7 : t.wday)
      case 'w': return String(t.wday)
      case 's': return String(Math.floor(seconds))
      case 'F': return `${t.year}-${two(t.month + 1)}-${two(t.day)}`
      case 'T':
      case 'X': return `${two(t.hour)}:${two(t.min)}:${two(t.sec)}`
      case 'R': return `${two(t.hour)}:${two(t.min)}`
      case 'D':
      case 'x': return `${two(t.month + 1)}/${two(t.day)}/${two(t.year % 100)}`
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
