// Options of extensions (libxtables, xtoptions.c): used once, inverted or not, mandatory; numbers, ranges, marks.
import type { Masked, PortRange } from '../../../abi/xtables.ts'
import { bad, type BuildContext, type ExtensionOption, PARAMETER_PROBLEM, type SeenOption, XtError } from './types.ts'

export const required = (name: string, more: Partial<ExtensionOption> = {}): ExtensionOption => ({ name, arg: 'required', ...more })
export const flag = (name: string, more: Partial<ExtensionOption> = {}): ExtensionOption => ({ name, arg: 'none', ...more })

/** The rules of struct xt_option_entry: each option once, `!` only where it makes sense. */
export function checkOptions(extension: string, options: readonly ExtensionOption[], seen: readonly SeenOption[]): void {
  const used = new Set<string>()
  for (const s of seen) {
    const option = options.find((o) => o.name === s.option)
    const id = option?.is ?? s.option
    if (used.has(id) && option?.multiple !== true) throw bad(`${extension}: option "--${s.option}" can only be used once.\n`)
    used.add(id)
    if (s.invert && option?.invertible !== true) throw bad(`${extension}: option "--${s.option}" cannot be inverted.\n`)
  }
}
export const mandatory = (extension: string, option: string) => new XtError(PARAMETER_PROBLEM, `${extension}: option "--${option}" must be specified\n`, true)
export const badValue = (extension: string, option: string) => bad(`${extension}: bad integer value for option "--${option}", or out of range.\n`)

/** strtoul with base 0; undefined if it isn't a number up to `max`. */
export function parseUint(text: string, max = 0xffffffff): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(text)) return undefined
  const n = /^0\d/.test(text) ? (/^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN) : Number(text)
  return n <= max ? n : undefined
}
export function uintOption(extension: string, s: SeenOption, max = 0xffffffff): number {
  const n = parseUint(s.arg, max)
  if (n === undefined) throw badValue(extension, s.option)
  return n
}
/** `value[/mask]` */
export function markOption(extension: string, s: SeenOption): Masked {
  const [value, mask] = s.arg.split('/')
  const v = parseUint(value)
  const m = mask === undefined ? 0xffffffff : parseUint(mask)
  if (v === undefined || m === undefined) throw badValue(extension, s.option)
  return { value: v, mask: m }
}
/** `n` or `n:m` */
export function rangeOption(extension: string, s: SeenOption, max: number, separator = ':'): PortRange {
  const [from, to] = s.arg.split(separator)
  const a = from === '' ? 0 : parseUint(from, max)
  const b = to === undefined ? a : to === '' ? max : parseUint(to, max)
  if (a === undefined || b === undefined) throw badValue(extension, s.option)
  return { from: a, to: b }
}

const PROTOCOL_NAMES = new Map([[6, 'tcp'], [17, 'udp'], [132, 'sctp'], [33, 'dccp'], [136, 'udplite']])
export const serviceProtocol = (protocol: number): string => PROTOCOL_NAMES.get(protocol) ?? ''

/** xtables_parse_port */
export function parsePort(text: string, protocol: number, { names }: BuildContext): number {
  const n = parseUint(text, 65535) ?? names.services.port(text, serviceProtocol(protocol))
  if (n === undefined) throw bad(`invalid port/service \`${text}' specified`)
  return n
}
/** `port`, `from:to`, `:to`, `from:` */
export function parsePorts(text: string, protocol: number, context: BuildContext): PortRange {
  const colon = text.indexOf(':')
  if (colon < 0) {
    const port = parsePort(text, protocol, context)
    return { from: port, to: port }
  }
  const from = colon === 0 ? 0 : parsePort(text.slice(0, colon), protocol, context)
  const to = colon === text.length - 1 ? 65535 : parsePort(text.slice(colon + 1), protocol, context)
  if (from > to) throw bad('invalid portrange (min > max)')
  return { from, to }
}
export const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`
