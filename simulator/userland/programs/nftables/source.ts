// Where something stands in the input, and how nft shows it (src/erec.c): the line, and marks under what the error is about.

export interface Span { readonly start: number; readonly end: number }
export const join = (a: Span, b: Span): Span => ({ start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) })

export interface Source { readonly text: string; /** undefined: the command line. */ readonly file: string | undefined }

/** Behind the last line. */
export const END_OF_INPUT: Span = { start: -1, end: -1 }

/** One error; the first place is marked `^^^`, further ones `~~~`. */
export class NftError {
  readonly message: string
  readonly places: readonly Span[]
  constructor(message: string, ...places: readonly Span[]) {
    this.message = message
    this.places = places
  }
}
/** Real, but not simulated. */
export class NftGap {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

export function showError({ text, file }: Source, { message, places }: NftError): string {
  const [first] = places
  // The end behind a last newline is shown with the line before it.
  if (first === END_OF_INPUT || (file !== undefined && first.start >= text.length && text.endsWith('\n'))) {
    const lines = text.replace(/\n$/, '').split('\n')
    return `${file === undefined ? '' : `${file}:${lines.length + 1}:1-1: `}Error: ${message}\n${lines[lines.length - 1]}\n^\n`
  }
  const begin = text.lastIndexOf('\n', first.start - 1) + 1
  const end = text.indexOf('\n', begin)
  const line = text.slice(begin, end < 0 ? text.length : end)
  const marks: string[] = []
  ;[...places].reverse().forEach((place, i) => {
    const isFirst = i === places.length - 1
    for (let k = place.start - begin; k < Math.max(place.end, place.start + 1) - begin; k++) if (k >= 0) marks[k] = isFirst ? '^' : '~'
  })
  const under = Array.from(marks, (m, i) => m ?? (line[i] === '\t' ? '\t' : ' ')).join('')
  const column = first.start - begin + 1
  const last = Math.max(first.end - begin, column)
  const where = file === undefined ? '' : `${file}:${text.slice(0, begin).split('\n').length}:${column}-${last}: `
  return `${where}Error: ${message}\n${line}\n${under}\n`
}

/** “did you mean”: the nearest name by edit distance, if one is near enough (src/misspell.c, which leaves out the first letters). */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Infinity
  for (const c of candidates) {
    const longer = Math.max(name.length, c.length)
    const shorter = Math.min(name.length, c.length)
    const threshold = longer - shorter <= 1 ? Math.max(Math.ceil(longer / 3), 1) : Math.ceil((longer + 2) / 3)
    const d = distance(name.slice(1), c.slice(1))
    if (longer > 1 && d <= threshold && d < least) {
      best = c
      least = d
    }
  }
  return best
}
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}
