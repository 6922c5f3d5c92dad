// Reading ip's command line: abbreviations, and the complaints about what is missing or wrong.
import type { Flow } from '../../../abi/syscalls.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { die, EXIT_USAGE } from './rtnl.ts'

/** The first of `known` that the typed word abbreviates. */
export const matches = (word: string, known: readonly string[]): string | undefined => known.find((k) => k === word) ?? (word === '' ? undefined : known.find((k) => k.startsWith(word)))

/** strtoul(3) with base 0. */
export function unsignedNumber(text: string): number | undefined {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined
}
export const abbreviates = (word: string, full: string): boolean => word !== '' && full.startsWith(word)

/** The words of a command, read one by one. */
export class Words {
  readonly #c: Crt
  readonly #all: readonly string[]
  #at = 0

  constructor(c: Crt, all: readonly string[]) {
    this.#c = c
    this.#all = all
  }

  peek(): string | undefined {
    return this.#all[this.#at]
  }

  shift(): string | undefined {
    return this.#all[this.#at++]
  }

  rest(): readonly string[] {
    return this.#all.slice(this.#at)
  }

  /** The value after a keyword. */
  *value(): Flow<string> {
    return this.shift() ?? (yield* die(this.#c, EXIT_USAGE, 'Command line is not complete. Try option "help"'))
  }

  *number(name: string): Flow<number> {
    return yield* this.unsigned(`Invalid "${name}" value\n`)
  }

  /** get_u32: decimal, octal or hexadecimal; `complaint` follows `is wrong: `. */
  *unsigned(complaint: string, max = 0xffffffff): Flow<number> {
    const text = yield* this.value()
    const n = unsignedNumber(text)
    return n === undefined || n > max ? yield* wrong(this.#c, text, complaint) : n
  }
}

export function* missing(c: Crt, name: string, period = true): Flow<never> {
  return yield* die(c, EXIT_USAGE, `Not enough information: "${name}" argument is required${period ? '.' : ''}`)
}

export function* wrong(c: Crt, arg: string, message: string): Flow<never> {
  return yield* die(c, EXIT_USAGE, `Error: argument "${arg}" is wrong: ${message}`)
}

export function* unknownCommand(c: Crt, word: string, object: string): Flow<never> {
  return yield* die(c, EXIT_USAGE, `Command "${word}" is unknown, try "ip ${object} help".`)
}

export interface Prefix { readonly family: 'inet' | 'inet6'; readonly addr: string; readonly length: number; readonly explicit: boolean; readonly isWild: boolean }

/** inet_pton(3), and the text as inet_ntop(3) gives it back. */
export function parseAddress(text: string): { family: 'inet' | 'inet6'; addr: string } | undefined {
  const v4 = parseIpv4(text)
  if (v4 !== undefined) return { family: 'inet', addr: formatIpv4(v4) }
  const v6 = text.includes(':') ? parseIpv6(text) : undefined
  return v6 === undefined ? undefined : { family: 'inet6', addr: formatIpv6(v6) }
}

type Family = 'inet' | 'inet6'
const expected = (what: string, text: string, family: Family | undefined): string => `Error: ${family ?? 'any valid'} ${what} is expected rather than "${text}".`
const isWild = (text: string): boolean => text === 'default' || text === 'any' || text === 'all'

/** The length of a netmask in dotted form. */
function maskLength(text: string): number {
  const bits = parseIpv4(text)?.toString(2).padStart(32, '0')
  return bits !== undefined && /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : Number.NaN
}

/** ADDR or ADDR/LEN (get_prefix); IPv4 may leave out trailing zero bytes (`10/8`). `default`, `any` and `all` are length 0. */
export function* parsePrefix(c: Crt, text: string, family?: Family): Flow<Prefix> {
  if (isWild(text)) return { family: family ?? 'inet', addr: family === 'inet6' ? '::' : '0.0.0.0', length: 0, explicit: true, isWild: true }
  const slash = text.indexOf('/')
  const addr = slash < 0 ? text : text.slice(0, slash)
  const lengthText = slash < 0 ? undefined : text.slice(slash + 1)
  const short = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(addr) && family !== 'inet6' ? [...addr.split('.'), '0', '0', '0'].slice(0, 4).join('.') : addr
  const parsed = parseAddress(short)
  const max = parsed?.family === 'inet6' ? 128 : 32
  const length = lengthText === undefined ? max : /^\d+$/.test(lengthText) ? Number(lengthText) : parsed?.family === 'inet' ? maskLength(lengthText) : Number.NaN
  if (!parsed || (family !== undefined && parsed.family !== family) || !(length <= max)) return yield* die(c, 1, expected('prefix', text, family))
  return { ...parsed, length, explicit: lengthText !== undefined, isWild: false }
}

export function* parseHost(c: Crt, text: string, family?: Family): Flow<{ family: Family; addr: string }> {
  const parsed = parseAddress(text)
  return parsed && (family === undefined || parsed.family === family) ? parsed : yield* die(c, 1, expected('address', text, family))
}

/** A word that has been said already, or is none of those that may stand here (duparg2). */
export function* garbage(c: Crt, key: string, word: string): Flow<never> {
  return yield* die(c, EXIT_USAGE, `Error: either "${key}" is duplicate, or "${word}" is a garbage.`)
}
