import { describe, expect, it } from 'vitest'
import { strftime } from '../../libc/time.ts'
import { parseDate, parseStamp } from './parse-date.ts'

const NOW = 1704110400 // 2024-01-01 12:00:00, a Monday
const show = (text: string): string | undefined => {
  const seconds = parseDate(text, NOW)
  return seconds === undefined ? undefined : strftime('%F %T', seconds)
}

describe('dates in words', () => {
  it('fixed dates', () => {
    expect(show('2024-02-29 12:34:56')).toBe('2024-02-29 12:34:56')
    expect(show('20240203 0405')).toBe('2024-02-03 04:05:00')
    expect(show('Jan 5 2023')).toBe('2023-01-05 00:00:00')
    expect(show('@86400')).toBe('1970-01-02 00:00:00')
  })
  it('relative ones', () => {
    expect(show('10 days ago')).toBe('2023-12-22 12:00:00')
    expect(show('2024-01-31 + 1 month')).toBe('2024-03-02 00:00:00')
    expect(show('next monday')).toBe('2024-01-08 00:00:00')
    expect(show('friday')).toBe('2024-01-05 00:00:00')
    expect(show('last friday')).toBe('2023-12-29 00:00:00')
    expect(show('yesterday')).toBe('2023-12-31 12:00:00')
  })
  it('a sign after the time is its zone', () => {
    expect(show('2024-01-01 10:00 +2 hours')).toBe('2024-01-01 09:00:00')
  })
  it('refuses what no calendar has', () => {
    expect(show('2023-02-29')).toBeUndefined()
    expect(show('bogus')).toBeUndefined()
    expect(parseStamp('202413010000', NOW)).toBeUndefined()
  })
})
