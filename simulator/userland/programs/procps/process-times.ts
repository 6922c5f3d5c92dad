// Times of a process as ps and top print them.
import { HERTZ, type Process } from './read-proc.ts'

/** Seconds after boot at which it started. */
export const startSeconds = (p: Process): number => p.starttime / HERTZ

/** Percent of a processor since its start. */
export function utilization(ticks: number, start: number, uptime: number): number {
  const lived = uptime - start
  return lived <= 0 ? 0 : (ticks / HERTZ / lived) * 100
}

/** [dd-]hh:mm:ss of clock ticks; `short` leaves the hours out while they are 0. */
export function timeText(ticks: number, short = false): string {
  const total = Math.floor(ticks / HERTZ)
  const two = (n: number): string => String(n).padStart(2, '0')
  const days = Math.floor(total / 86400)
  const hours = Math.floor(total / 3600) % 24
  const clock = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`
  const withHours = short && days === 0 && hours === 0 ? clock : `${two(hours)}:${clock}`
  return days > 0 ? `${two(days)}-${withHours}` : withHours
}
