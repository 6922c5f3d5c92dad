// Sizes for people: coreutils' human_readable (-h, --si, --block-size), which rounds up.

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E']

/** 1.1K, 4.0K, 12K, 1.5G: one decimal below ten, always rounded up. `base` is 1024, or 1000 for --si (which writes k). */
export function humanSize(bytes: number, base: 1024 | 1000 = 1024): string {
  if (bytes < base) return String(Math.ceil(bytes))
  let value = bytes
  let unit = 0
  while (value >= base && unit < UNITS.length - 1) {
    value /= base
    unit++
  }
  let text = value < 10 ? (Math.ceil(value * 10 - 1e-9) / 10).toFixed(1) : String(Math.ceil(value - 1e-9))
  if (text === '10.0') text = '10'
  if (Number(text) >= base && unit < UNITS.length - 1) {
    text = '1.0'
    unit++
  }
  return text + (base === 1000 && unit === 1 ? 'k' : UNITS[unit])
}

export interface BlockSize {
  readonly unit: number
  /** What -h and --si ask for instead of a fixed unit. */
  readonly human?: 1024 | 1000
  /** Written after each number, e.g. `M` for --block-size=M; empty for --block-size=1M. */
  readonly suffix: string
}

/** Reads SIZE of --block-size: 1K, 1kB, KiB, M, 4096, human-readable, si. Undefined if it is none. */
export function parseBlockSize(text: string): BlockSize | undefined {
  if (text === 'human-readable') return { unit: 1, human: 1024, suffix: '' }
  if (text === 'si') return { unit: 1, human: 1000, suffix: '' }
  const m = /^'?(\d*)(?:([kKMGTPE])(iB|B)?)?$/.exec(text)
  if (m === null || text.replace("'", '') === '') return undefined
  const base = m[3] === 'B' ? 1000 : 1024
  const power = m[2] === undefined ? 0 : 'KMGTPE'.indexOf(m[2].toUpperCase()) + 1
  const unit = (m[1] === '' ? 1 : Number(m[1])) * base ** power
  if (unit === 0) return undefined
  const letter = m[2] === 'k' && m[3] !== 'B' ? 'K' : m[2]
  return { unit, suffix: m[1] === '' && letter !== undefined ? (m[3] === 'B' && letter === 'K' ? 'k' : letter) + (m[3] ?? '') : '' }
}

/** A number of bytes in the block size, rounded up. */
export function inBlocks(bytes: number, size: BlockSize): string {
  return size.human === undefined ? `${Math.ceil(bytes / size.unit)}${size.suffix}` : humanSize(bytes, size.human)
}

const MULTIPLIERS = new Map<string, number>([['', 1], ['b', 512], ['c', 1], ['w', 2], ['B', 1]])

/** A byte count with a multiplier as head -c, split -b, truncate and dd take it: 5, 1K, 2MB, 3MiB, 4b. Undefined if it is none. */
export function parseSize(text: string): number | undefined {
  const m = /^(\d+)(?:([kKMGTPE])(iB|B)?|([bcwB]?))$/.exec(text)
  if (m === null) return undefined
  if (m[2] === undefined) return Number(m[1]) * (MULTIPLIERS.get(m[4] ?? '') ?? 1)
  return Number(m[1]) * (m[3] === 'B' ? 1000 : 1024) ** ('KMGTPE'.indexOf(m[2].toUpperCase()) + 1)
}
