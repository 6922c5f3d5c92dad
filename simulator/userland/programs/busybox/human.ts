// Sizes for people as BusyBox writes them (libbb: make_human_readable_str): up to four characters, one decimal below ten times a unit and above.
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E']

/** `3000` is `2.9K`, `16384` is `16.0K` where a fraction is kept, plain below 1024. */
export function humanSize(bytes: number, hasFraction = true): string {
  let value = bytes
  let unit = 0
  let tenths = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    tenths = Math.floor(((value % 1024) * 10 + 512) / 1024)
    value = Math.floor(value / 1024)
    unit++
    if (tenths >= 10) {
      value++
      tenths = 0
    }
  }
  if (!hasFraction && unit > 0) return `${value + (tenths >= 5 ? 1 : 0)}${UNITS[unit]}`
  return unit === 0 ? String(value) : `${value}.${tenths}${UNITS[unit]}`
}
