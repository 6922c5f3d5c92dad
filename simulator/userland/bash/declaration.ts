// How `declare -p`, `export -p` and ${x@A} write a variable down.
import { declareQuote } from './quote.ts'
import { arrayKeys, arrayValues, type Variable } from './variables.ts'

export function attributeLetters(v: Variable): string {
  let out = ''
  if (v.indexed) out += 'a'
  if (v.assoc) out += 'A'
  if (v.integer) out += 'i'
  if (v.lower) out += 'l'
  if (v.nameref) out += 'n'
  if (v.readonly) out += 'r'
  if (v.trace) out += 't'
  if (v.upper) out += 'u'
  if (v.exported) out += 'x'
  return out
}

export const keyQuote = (key: string): string => (/^[A-Za-z0-9_.,:/@%+-]+$/.test(key) ? key : declareQuote(key))

export function arrayText(v: Variable): string {
  const values = arrayValues(v)
  const body = arrayKeys(v).map((k, n) => `[${v.assoc ? keyQuote(k) : k}]=${declareQuote(values[n])}`)
  return v.assoc ? `(${body.map((b) => `${b} `).join('')})` : `(${body.join(' ')})`
}

/** `declare -x NAME="value"` */
export function declaration(name: string, v: Variable): string {
  const head = `declare -${attributeLetters(v) || '-'} ${name}`
  if (v.indexed || v.assoc) return v.unassigned ? head : `${head}=${arrayText(v)}`
  return v.value === undefined ? head : `${head}=${declareQuote(v.value)}`
}
