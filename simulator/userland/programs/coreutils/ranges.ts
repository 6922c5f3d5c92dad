// Lists of numbers as cut(1) and numfmt(1) take them: 1,3-5,7-,-2.

export type Range = readonly [from: number, to: number]

/** The ranges, or what is wrong: `what` is "byte or character" or "field" for the message. */
export function parseRanges(text: string, what: 'field' | 'byte/character', kind: 'fields' | 'positions'): readonly Range[] | string {
  const ranges: [number, number][] = []
  const numbered = kind === 'fields' ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1'
  for (const item of text.split(/[,\s]/)) {
    const m = /^(\d*)(-?)(\d*)$/.exec(item)
    if (m === null) {
      const bad = /\d*-?\d*-/.test(item) && /^[\d-]+$/.test(item) ? undefined : /[^\d-].*/.exec(item)?.[0]
      return bad === undefined ? `invalid ${what === 'field' ? 'field' : 'byte or character'} range` : `invalid ${what} value ${`‘${bad}’`}`
    }
    const [, from, dash, to] = m
    if (dash !== '' && from === '' && to === '') return 'invalid range with no endpoint: -'
    if (from === '' && to === '') return numbered
    const [low, high] = [from === '' ? 1 : Number(from), dash === '' ? Number(from) : to === '' ? Infinity : Number(to)]
    if (low === 0 || high === 0) return numbered
    if (high < low) return 'invalid decreasing range'
    ranges.push([low, high])
  }
  ranges.sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of ranges) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1] + 1 && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** What the ranges leave out. */
export function complement(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = []
  let next = 1
  for (const [from, to] of ranges) {
    if (from > next) out.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  if (next !== Infinity) out.push([next, Infinity])
  return out
}

export const inRanges = (n: number, ranges: readonly Range[]): boolean => ranges.some(([from, to]) => n >= from && n <= to)
