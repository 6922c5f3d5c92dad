// Both sides of a comparison are normalised alike: what legitimately varies is replaced by numbered names, same value, same name.
import type { Mask } from './case.ts'

const NAMED: readonly (readonly [RegExp, string])[] = [
  [/\b4026532\d{3}\b/g, 'ns'],
  [/\b(?!00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|01:00:5e|33:33:)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'mac'],
  [/\bfe80::[0-9a-f:]+\b/g, 'linklocal'],
  [/\b[0-9a-f]{64}\b/g, 'id'],
  [/\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, 'id'],
]
const FIXED: readonly (readonly [RegExp, string])[] = [
  [/time=[\d.]+ ms/g, 'time=<ms> ms'],
  [/time<1 ms/g, 'time=<ms> ms'],
  [/, time \d+ms/g, ', time <ms>ms'],
  [/(rtt|round-trip) min\/avg\/max\S* = .*/g, '$1 <rtt>'],
]

/** Names given so far, in one case. */
export class Names {
  readonly #seen = new Map<string, Map<string, number>>()

  /** The comparable form of one line. */
  line(line: string, masks: readonly Mask[]): string {
    for (const mask of masks) line = this.#mask(line, mask)
    for (const [pattern, kind] of NAMED) line = line.replace(pattern, (value) => this.#name(kind, value))
    for (const [pattern, to] of FIXED) line = line.replace(pattern, to)
    return line.trimEnd()
  }

  #mask(line: string, { pattern, name }: Mask): string {
    let result = ''
    let done = 0
    for (const match of line.matchAll(pattern)) {
      const start = match.index
      const [from, to] = match.indices?.[1] ?? [start, start + match[0].length]
      const value = match[1] ?? match[0]
      result += line.slice(done, from) + (name.startsWith('=') ? name.slice(1) : this.#name(name, value)) + line.slice(to, start + match[0].length)
      done = start + match[0].length
    }
    return result + line.slice(done)
  }

  #name(kind: string, value: string): string {
    const key = kind === 'id' ? value.slice(0, 12) : value
    const names = this.#seen.get(kind) ?? new Map<string, number>()
    this.#seen.set(kind, names)
    const number = names.get(key) ?? names.size + 1
    names.set(key, number)
    return `<${kind}:${number}>`
  }
}

/** Lines of an output, without trailing blanks and empty lines at the end. */
export function normalLines(output: string, names: Names, masks: readonly Mask[]): string[] {
  return trimEnd(output.replaceAll('\r', '').split('\n')).map((line) => names.line(line, masks))
}

/** Drops blanks at line ends and empty lines at the end. */
export function trimEnd(lines: readonly string[]): string[] {
  const result = lines.map((line) => line.trimEnd())
  while (result.at(-1) === '') result.pop()
  return result
}

/** What a terminal shows of this text: colours dropped, backspaces and carriage returns done. */
export function screen(raw: string): string {
  const plain = raw.replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '').replace(/\x1b\][^\x07]*\x07/g, '').replaceAll('\r\n', '\n')
  return plain.split('\n').map(row).join('\n')
}

function row(line: string): string {
  const cells: string[] = []
  let column = 0
  for (const char of line) {
    if (char === '\r') column = 0
    else if (char === '\b') column = Math.max(0, column - 1)
    else if (char >= ' ' || char === '\t') {
      cells[column] = char
      column++
    }
  }
  return cells.join('')
}
