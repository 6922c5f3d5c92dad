// Sort keys (-k POS1[,POS2]) and the orders of sort(1): text, -n, -g, -h, -M, -V, with -b -d -f -i -r. The locale is C.UTF-8.
import { compareVersions } from './ls-entry.ts'

export interface Ordering {
  readonly kind: 'text' | 'n' | 'g' | 'h' | 'M' | 'V'
  readonly skipStart: boolean
  readonly skipEnd: boolean
  readonly dictionary: boolean
  readonly fold: boolean
  readonly printable: boolean
  readonly reverse: boolean
}

export interface Key {
  readonly startField: number
  readonly startChar: number
  /** 0: to the end of the line. */
  readonly endField: number
  /** 0: to the end of the field. */
  readonly endChar: number
  readonly ordering: Ordering
}

export interface Rules {
  readonly keys: readonly Key[]
  readonly global: Ordering
  readonly separator: string | undefined
  readonly stable: boolean
  readonly unique: boolean
}

export function orderingOf(letters: string, endLetters = ''): Ordering {
  const kind = [...letters, ...endLetters].findLast((l): l is 'n' | 'g' | 'h' | 'M' | 'V' => 'nghMV'.includes(l)) ?? 'text'
  const all = letters + endLetters
  return {
    kind, skipStart: letters.includes('b'), skipEnd: endLetters.includes('b') || (endLetters === '' && letters.includes('b')), dictionary: all.includes('d'),
    fold: all.includes('f'), printable: all.includes('i'), reverse: all.includes('r'),
  }
}

/** Reads a key; answers an error text if it is none. A key without letters has the global ordering. */
export function parseKey(spec: string, global: Ordering): Key | string {
  const m = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?/.exec(spec)
  const badEnd = /^\d+(?:\.\d+)?[a-zA-Z]*,(?!\d)(.*)$/s.exec(spec)
  if (badEnd !== null) return `invalid number after ',': invalid count at start of ‘${badEnd[1]}’`
  if (m === null) return `invalid number at field start: invalid count at start of ‘${spec}’`
  const [whole, field, char, letters, endField, endChar, endLetters = ''] = m
  if (Number(field) === 0) return `field number is zero: invalid field specification ‘${spec}’`
  if (char !== undefined && Number(char) === 0) return `character offset is zero: invalid field specification ‘${spec}’`
  if (endField !== undefined && Number(endField) === 0) return `field number is zero: invalid field specification ‘${spec}’`
  if (whole !== spec || /[^bdfghiMnrV]/.test(letters + endLetters)) return `stray character in field spec: invalid field specification ‘${spec}’`
  return {
    startField: Number(field) - 1, startChar: Number(char ?? 1) - 1, endField: Number(endField ?? 0), endChar: Number(endChar ?? 0),
    ordering: letters + endLetters === '' ? global : orderingOf(letters, endLetters === '' ? ' ' : endLetters),
  }
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t'

/** Where field number `n` (from 0) begins: after its separator, or at the blanks before it. */
function fieldStart(line: string, n: number, separator: string | undefined): number {
  let at = 0
  for (let i = 0; i < n && at < line.length; i++) {
    if (separator !== undefined) {
      const next = line.indexOf(separator, at)
      at = next < 0 ? line.length : next + separator.length
    } else {
      while (isBlank(line[at])) at++
      while (at < line.length && !isBlank(line[at])) at++
    }
  }
  return at
}

const skipBlanks = (line: string, at: number): number => {
  let i = at
  while (isBlank(line[i])) i++
  return i
}

/** The part of a line that a key compares. */
export function keyText(line: string, key: Key, separator: string | undefined): string {
  let start = fieldStart(line, key.startField, separator)
  if (key.ordering.skipStart) start = skipBlanks(line, start)
  start = Math.min(line.length, start + key.startChar)
  let end = line.length
  if (key.endField > 0) {
    if (key.endChar === 0) {
      end = fieldStart(line, key.endField, separator)
      if (separator !== undefined && end > 0 && line.slice(end - separator.length, end) === separator && (end < line.length || countFields(line, separator) > key.endField)) end -= separator.length
    } else {
      end = fieldStart(line, key.endField - 1, separator)
      if (key.ordering.skipEnd) end = skipBlanks(line, end)
      end = Math.min(line.length, end + key.endChar)
    }
  }
  return line.slice(start, Math.max(start, end))
}

const countFields = (line: string, separator: string): number => line.split(separator).length

export function compareLines(a: string, b: string, rules: Rules): number {
  const keys = rules.keys.length > 0 ? rules.keys : undefined
  if (keys === undefined) {
    const order = compareText(a, b, rules.global)
    if (order !== 0) return rules.global.reverse ? -order : order
  }
  for (const key of keys ?? []) {
    const order = compareText(keyText(a, key, rules.separator), keyText(b, key, rules.separator), key.ordering)
    if (order !== 0) return key.ordering.reverse ? -order : order
  }
  if (rules.stable || rules.unique) return 0
  const order = compareCode(a, b)
  return rules.global.reverse ? -order : order
}

const compareCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function compareText(a: string, b: string, o: Ordering): number {
  switch (o.kind) {
    case 'n': return compareNumbers(a, b)
    case 'g': return generalNumber(a) - generalNumber(b) || 0
    case 'h': return humanRank(a) - humanRank(b) || compareNumbers(a, b)
    case 'M': return month(a) - month(b)
    case 'V': return compareVersions(filtered(a, o), filtered(b, o))
    case 'text': return compareCode(filtered(a, o), filtered(b, o))
  }
}

function filtered(text: string, o: Ordering): string {
  let out = o.skipStart ? text.replace(/^[ \t]+/, '') : text
  if (o.dictionary) out = out.replace(/[^\p{L}\p{N} \t]/gu, '')
  if (o.printable) out = out.replace(/[^\x20-\x7e]/g, '')
  return o.fold ? out.toUpperCase() : out
}

/** -n: as decimal strings, so that digits beyond a double count too. */
function compareNumbers(a: string, b: string): number {
  const [x, y] = [decimal(a), decimal(b)]
  if (x.negative !== y.negative) return x.negative ? -1 : 1
  const size = x.whole.length - y.whole.length || compareCode(x.whole, y.whole) || compareCode(x.fraction, y.fraction)
  return x.negative ? -size : size
}

function decimal(text: string): { readonly negative: boolean; readonly whole: string; readonly fraction: string } {
  const m = /^[ \t]*(-?)(\d*)(?:\.(\d*))?/.exec(text)
  const whole = (m?.[2] ?? '').replace(/^0+/, '')
  const fraction = (m?.[3] ?? '').replace(/0+$/, '')
  return { negative: m?.[1] === '-' && whole + fraction !== '', whole, fraction }
}

function generalNumber(text: string): number {
  const m = /^\s*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(text)
  if (m === null) return -Infinity
  const word = m[0].trim().toLowerCase()
  if (word.includes('nan')) return -Number.MAX_VALUE
  return word.includes('inf') ? (word.startsWith('-') ? -Number.MAX_VALUE : Infinity) : Number(word)
}

/** -h: by sign and suffix first, the number after. */
function humanRank(text: string): number {
  const m = /^[ \t]*(-?)(\d*(?:\.\d*)?)([kKMGTPEZY]?)/.exec(text)
  if (m === null || !/[1-9]/.test(m[2])) return 0
  const rank = m[3] === '' ? 0 : 'KMGTPEZY'.indexOf(m[3].toUpperCase()) + 1
  return m[1] === '-' ? -rank : rank
}

const month = (text: string): number => ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'].indexOf(text.trimStart().slice(0, 3).toUpperCase())
