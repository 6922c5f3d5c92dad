// Writes YAML as Go's yaml.v3 does with an indentation of 2: block collections, plain scalars where they mean themselves, double quotes where they would mean
// something else, single quotes where they could not be read, `|` for text of several lines.
import { resolvePlain } from './yaml-scalar.ts'
import { isYamlList, isYamlMap, type YamlValue } from './yaml.ts'

/** Words of YAML 1.1 that other readers take for booleans. */
const OLD_WORDS = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const UNREADABLE = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|:(?:\s|$)|\s#|^\s|\s$|^(?:---|\.\.\.)(?:\s|$)/

function quoteDouble(text: string): string {
  let out = '"'
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0
    if (c === '"' || c === '\\') out += `\\${c}`
    else if (c === '\n') out += '\\n'
    else if (c === '\t') out += '\\t'
    else if (c === '\r') out += '\\r'
    else if (code < 0x20 || code === 0x7f || code === 0x85 || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029 || (code >= 0xd800 && code < 0xe000)) {
      out += code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    } else out += c
  }
  return `${out}"`
}

const needsEscapes = (text: string): boolean => [...text].some((c) => {
  const code = c.codePointAt(0) ?? 0
  return (code < 0x20 && c !== '\n') || code === 0x7f || code === 0x85 || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029 || (code >= 0xd800 && code < 0xe000)
})

function formatString(text: string, indent: string): string {
  if (text.includes('\n') && !needsEscapes(text) && !/^\s/.test(text) && text.trim() !== '' && !/[ ]\n/.test(text)) {
    const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : ''
    const body = chomp === '+' ? text.slice(0, -1) : text.replace(/\n$/, '')
    return `|${chomp}\n${body.split('\n').map((line) => (line === '' ? '' : indent + line)).join('\n')}`
  }
  if (needsEscapes(text) || text.includes('\n')) return quoteDouble(text)
  if (typeof resolvePlain(text) !== 'string' || OLD_WORDS.test(text) || BASE_60.test(text) || text === '<<') return quoteDouble(text)
  return UNREADABLE.test(text) ? `'${text.replace(/'/g, '\'\'')}'` : text
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return String(value).replace(/e([-+])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`)
}

/** A value behind a key or a dash; collections begin on a new line. */
function nested(value: YamlValue, indent: string): string {
  if (isYamlMap(value)) return value.size === 0 ? ' {}\n' : `\n${block(value, indent)}`
  if (isYamlList(value)) return value.length === 0 ? ' []\n' : `\n${block(value, indent)}`
  return ` ${scalar(value, indent)}\n`
}
function scalar(value: YamlValue, indent: string): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return formatString(value, indent)
  return typeof value === 'number' ? formatNumber(value) : String(value)
}
function block(value: YamlValue, indent: string): string {
  const deeper = `${indent}  `
  if (isYamlMap(value)) return [...value].map(([key, item]) => `${indent}${key.includes('\n') ? quoteDouble(key) : formatString(key, deeper)}:${nested(item, deeper)}`).join('')
  if (!isYamlList(value)) return `${indent}${scalar(value, indent)}\n`
  return value.map((item) => {
    const isFull = (isYamlMap(item) && item.size > 0) || (isYamlList(item) && item.length > 0)
    return isFull ? `${indent}- ${block(item, deeper).slice(deeper.length)}` : `${indent}-${nested(item, deeper)}`
  }).join('')
}

/** A document, ending with a line's end. */
export function formatYaml(value: YamlValue): string {
  if ((isYamlMap(value) && value.size === 0) || (isYamlList(value) && value.length === 0)) return nested(value, '').trimStart()
  return block(value, '')
}
