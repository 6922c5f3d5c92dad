// How ip prints: as text for people, on one line each (-o), coloured (-c), or as JSON (-j, -p for people).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import type { IpFamily } from '../../../abi/netlink.ts'

/** A number as the real program formats it: JSON.stringify would drop zeros. */
export class Literal {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
export type Json = string | number | boolean | null | Literal | readonly Json[] | { readonly [key: string]: Json }

export interface IpOptions {
  family: IpFamily | undefined
  /** -0: devices without addresses */
  linkOnly: boolean
  brief: boolean
  details: boolean
  json: boolean
  pretty: boolean
  oneline: boolean
  stats: number
  numeric: boolean
  color: boolean
  all: boolean
  force: boolean
  batch: string | undefined
  netns: string | undefined
  /** -t, -ts: of what `ip monitor` shows */
  timestamp: 'long' | 'short' | undefined
}

const COLORS = { ifname: '\x1b[36m', mac: '\x1b[33m', inet: '\x1b[35m', inet6: '\x1b[34m', up: '\x1b[32m', down: '\x1b[31m' } as const

export const paint = (o: IpOptions, color: keyof typeof COLORS | undefined, text: string): string => (o.color && color !== undefined ? `${COLORS[color]}${text}\x1b[0m` : text)

/** The end of a line inside one entry. */
export const newline = (o: IpOptions): string => (o.oneline ? '\\' : '\n')

function compact(value: Json): string {
  if (value instanceof Literal) return value.text
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(compact).join(',')}]`
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${compact(v as Json)}`).join(',')}}`
  return JSON.stringify(value)
}
function pretty(value: Json, depth: number): string {
  if (value instanceof Literal) return value.text
  const pad = (n: number): string => '    '.repeat(n)
  if (Array.isArray(value)) return value.length === 0 ? '[ ]' : `[ ${(value as readonly Json[]).map((v) => pretty(v, depth + 1)).join(',')} ]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([k, v]) => `${pad(depth + 1)}${JSON.stringify(k)}: ${pretty(v as Json, depth + 1)}`)
    return `{\n${fields.join(',\n')}\n${pad(depth)}}`
  }
  return JSON.stringify(value)
}

export function* printJson(c: Crt, o: IpOptions, list: readonly Json[]): Flow<void> {
  yield* c.stdout.write(`${o.pretty ? pretty(list, 0) : compact(list)}\n`)
}
