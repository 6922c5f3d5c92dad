// Reading ip's command line: abbreviations, and the complaints about what is missing or wrong.
import type { Flow } from '../../../abi/syscalls.ts'
import { isValidIfname } from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { die, EXIT_USAGE } from './rtnl.ts'

/** The first of `known` that the typed word abbreviates. */
export const matches = (word: string, known: readonly string[]): string | undefined => known.find((k) => k === word) ?? (word === '' ? undefined : known.find((k) => k.startsWith(word)))

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
    const text = yield* this.value()
    const n = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
    return Number.isNaN(n) ? yield* wrong(this.#c, text, `Invalid "${name}" value\n`) : n
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

/** A name that may be given to a device; one of exactly 16 characters is left to the kernel to refuse. */
export function* checkIfname(c: Crt, name: string): Flow<string> {
  if (isValidIfname(name) || (name.length === 16 && isValidIfname(name.slice(1)))) return name
  return yield* wrong(c, name, '"name" not a valid ifname')
}

export interface Prefix { readonly family: 'inet' | 'inet6'; readonly addr: string; readonly length: number; readonly explicit: boolean }

const isV4 = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((n) => Number(n) < 256)
/** IPv6 text: groups of hex digits, one `::` at most, no dotted tail. */
const isV6 = (text: string): boolean => /^[0-9a-f:]+$/i.test(text) && text.includes(':') && (text.match(/::/g) ?? []).length <= 1 && !/:::|[0-9a-f]{5}/i.test(text) && (text.includes('::') ? text.split(':').length <= 8 : text.split(':').length === 8)

export function parseAddress(text: string): { family: 'inet' | 'inet6'; addr: string } | undefined {
  if (isV4(text)) return { family: 'inet', addr: text }
  return isV6(text) ? { family: 'inet6', addr: text.toLowerCase() } : undefined
}

/** ADDR or ADDR/LEN; IPv4 may leave out trailing zero bytes (`10/8`). */
export function* parsePrefix(c: Crt, text: string): Flow<Prefix> {
  const [addr, lengthText, more] = text.split('/')
  const short = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(addr) ? [...addr.split('.'), '0', '0', '0'].slice(0, 4).join('.') : addr
  const parsed = parseAddress(short)
  const max = parsed?.family === 'inet' ? 32 : 128
  const length = lengthText === undefined ? max : Number(lengthText)
  if (!parsed || more !== undefined || !/^\d*$/.test(lengthText ?? '0') || lengthText === '' || length > max) return yield* die(c, 1, `Error: any valid prefix is expected rather than "${text}".`)
  return { ...parsed, length, explicit: lengthText !== undefined }
}

export function* parseHost(c: Crt, text: string): Flow<{ family: 'inet' | 'inet6'; addr: string }> {
  return parseAddress(text) ?? (yield* die(c, 1, `Error: any valid address is expected rather than "${text}".`))
}
