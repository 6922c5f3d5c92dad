// The argument of find -perm: octal, or symbolic as chmod takes it starting from no permissions.
const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 }
const WHAT: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0o111, s: 0o6000, t: 0o1000 }

/** The mode, or undefined if the text is none. */
export function parseMode(text: string): number | undefined {
  if (/^[0-7]+$/.test(text)) {
    const mode = parseInt(text, 8)
    return mode > 0o7777 ? undefined : mode
  }
  let mode = 0
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause)
    if (m === null) return undefined
    const who = m[1] === '' ? 0o7777 : Array.from(m[1], (c) => WHO[c]).reduce((a, b) => a | b, 0)
    for (const [, op, letters] of m[2].matchAll(/([-+=])([rwxXst]*)/g)) {
      const bits = Array.from(letters, (c) => WHAT[c]).reduce((a, b) => a | b, 0) & who
      mode = op === '+' ? mode | bits : op === '-' ? mode & ~bits : (mode & ~who) | bits
    }
  }
  return mode
}
