// ${x@Q} and its sisters: U u L Q E A a K k.
import { declareQuote, reusableQuote } from './quote.ts'
import type { Shell } from './state.ts'
import { attributeLetters, declaration, keyQuote } from './declaration.ts'
import { lookup } from './special.ts'
import { arrayKeys, arrayValues, type Variable } from './variables.ts'
import { ansiUnescape } from './ansi.ts'

/** The transformed value or values; undefined for an unknown letter. */
export function transform(
  sh: Shell, op: string, name: string, isList: boolean, text: string | undefined, items: readonly string[] | undefined,
): string | string[] | undefined {
  const each = (f: (t: string) => string): string | string[] => (isList ? (items ?? []).map(f) : text === undefined ? '' : f(text))
  const v = lookup(sh, name)
  switch (op) {
    case 'U': return each((t) => t.toUpperCase())
    case 'u': return each((t) => t.slice(0, 1).toUpperCase() + t.slice(1))
    case 'L': return each((t) => t.toLowerCase())
    case 'Q': return each(reusableQuote)
    case 'E': return each((t) => ansiUnescape(t).text)
    case 'A':
      if (name === '@' || name === '*') return ['set', '--', ...(items ?? []).map(reusableQuote)].join(' ')
      return v ? assignment(name, v) : ''
    case 'a': return isList ? arrayKeys(v).map(() => (v ? attributeLetters(v) : '')) : v ? attributeLetters(v) : ''
    case 'K': return isList ? arrayKeys(v).map((k, n) => `${v?.assoc ? keyQuote(k) : k} ${declareQuote(arrayValues(v)[n])}${v?.assoc ? ' ' : ''}`).join(v?.assoc ? '' : ' ') : each(reusableQuote)
    case 'k': return isList ? arrayKeys(v).flatMap((k, n) => [k, arrayValues(v)[n]]) : each((t) => t)
    default: return undefined
  }
}

/** An assignment that makes the variable again. */
function assignment(name: string, v: Variable): string {
  if (v.indexed || v.assoc) return declaration(name, v)
  const flags = attributeLetters(v)
  return `${flags === '' ? '' : `declare -${flags} `}${name}${v.value === undefined ? '' : `=${reusableQuote(v.value)}`}`
}
