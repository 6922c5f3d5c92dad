// --since and --until: RFC 3339 times in part, seconds since 1970, or a Go duration before now (api/types/time).
import type { Flow } from '../../../../abi/syscalls.ts'
import { daysFromCivil } from '../../../libc/time.ts'
import { nowSeconds } from './cli.ts'
import { parseDuration } from './usage.ts'

/** Seconds since 1970 with nine digits behind the point; undefined for what is no time. */
export function* parseTimestamp(text: string): Flow<string | undefined> {
  const duration = parseDuration(text)
  if (duration !== undefined && text !== '0') return ((yield* nowSeconds()) - duration / 1e9).toFixed(9)
  if (/^\d+(?:\.\d+)?$/.test(text)) return text
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(\.\d+)?)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  if (m === null) return undefined
  const [year, month, day, hour, min, sec] = m.slice(1, 7).map((n) => Number(n ?? 0))
  const zone = m[8] === undefined || m[8] === 'Z' ? 0 : (m[8].startsWith('-') ? -1 : 1) * (Number(m[8].slice(1, 3)) * 3600 + Number(m[8].slice(4)) * 60)
  return String(daysFromCivil(year, month - 1, day) * 86400 + hour * 3600 + min * 60 + sec - zone) + (m[7] ?? '')
}
