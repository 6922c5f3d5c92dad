// md5sum(1), sha1sum(1), sha224sum(1), sha256sum(1), sha512sum(1), cksum(1), sum(1): checksums, and -c to check a list of them.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { concatBytes, decodeUtf8 } from '../../../lib/bytes.ts'
import { Cksum, type Digest, md5, sha1, sha224, sha256 } from '../../../lib/digest.ts'
import { quoteaf, quotef } from '../../../lib/quote.ts'
import { sha512 } from '../../../lib/sha512.ts'
import type { Crt } from '../../libc/crt.ts'
import { usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close } from '../../libc/unistd.ts'
import { type Option, command, parseArgs } from './command.ts'
import { forEachInput, openInput } from './inputs.ts'

const options = {
  short: 'bctwz',
  long: [
    { name: 'binary', arg: 'none', is: 'b' }, { name: 'check', arg: 'none', is: 'c' }, { name: 'ignore-missing', arg: 'none' }, { name: 'quiet', arg: 'none' },
    { name: 'status', arg: 'none' }, { name: 'text', arg: 'none', is: 't' }, { name: 'warn', arg: 'none', is: 'w' }, { name: 'strict', arg: 'none' },
    { name: 'tag', arg: 'none' }, { name: 'zero', arg: 'none', is: 'z' },
  ],
} as const

interface Algorithm {
  readonly name: string
  readonly digits: number
  readonly make: () => Digest
}

/** SHA-512 takes its message in one piece. */
class Collected implements Digest {
  readonly #parts: Uint8Array[] = []

  update(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice())
  }

  hex(): string {
    return Array.from(sha512(concatBytes(this.#parts)), (b) => b.toString(16).padStart(2, '0')).join('')
  }
}

const sum = (program: string, algorithm: Algorithm) =>
  command(program, `print or check ${algorithm.name} checksums`, options, function* (c) {
    const { options: given, operands } = yield* parseArgs(c, options)
    const has = (opt: string): boolean => given.some((o) => o.opt === opt)
    const check = has('c')
    if (has('tag') && check) return yield* usageError(c, 1, 'the --tag option is meaningless when verifying checksums')
    if (check && has('z')) return yield* usageError(c, 1, 'the --zero option is not supported when verifying checksums')
    for (const opt of ['ignore-missing', 'status', 'warn', 'quiet', 'strict']) {
      if (!check && (has(opt) || (opt === 'warn' && has('w')))) return yield* usageError(c, 1, `the --${opt} option is meaningful only when verifying checksums`)
    }
    let ok = true
    for (const name of operands.length > 0 ? operands : ['-']) {
      if (check) {
        if (!(yield* new Checker(c, algorithm, given).check(name))) ok = false
        continue
      }
      const hex = yield* digestOf(c, name, algorithm)
      if (typeof hex !== 'string') ok = false
      else yield* c.stdout.write(line(hex, name, { algorithm, tag: has('tag'), binary: given.findLast((o) => o.opt === 'b' || o.opt === 't')?.opt === 'b', zero: has('z') }))
    }
    return ok ? 0 : 1
  })

interface LineStyle {
  readonly algorithm: Algorithm
  readonly tag: boolean
  readonly binary: boolean
  readonly zero: boolean
}

function line(hex: string, name: string, style: LineStyle): string {
  const escaped = style.zero ? name : name.replace(/[\\\n\r]/g, (x) => (x === '\\' ? '\\\\' : x === '\n' ? '\\n' : '\\r'))
  const mark = escaped === name ? '' : '\\'
  const end = style.zero ? '\0' : '\n'
  return style.tag ? `${mark}${style.algorithm.name} (${escaped}) = ${hex}${end}` : `${mark}${hex} ${style.binary ? '*' : ' '}${escaped}${end}`
}

/** The checksum of a file; undefined after a complaint, 'missing' if it isn't there and that is to be ignored. */
function* digestOf(c: Crt, name: string, algorithm: Algorithm, ignoreMissing = false): Flow<string | undefined | { readonly missing: true }> {
  const input = yield* openInput(c, name)
  if (isErr(input)) {
    if (ignoreMissing && input.name === 'ENOENT') return { missing: true }
    yield* warn(c, quotef(name), input)
    return undefined
  }
  const digest = algorithm.make()
  for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) {
    digest.update(block)
    yield* call('cpu', Math.ceil(block.length / 400))
  }
  if (input.fd !== 0) yield* close(input.fd)
  if (input.error === undefined) return digest.hex()
  yield* warn(c, quotef(name), input.error)
  return undefined
}

const plural = (n: number, one: string, many: string): string => `WARNING: ${n} ${n === 1 ? one : many}`

class Checker {
  readonly #c: Crt
  readonly #algorithm: Algorithm
  readonly #has: (opt: string) => boolean

  constructor(c: Crt, algorithm: Algorithm, given: readonly Option[]) {
    this.#c = c
    this.#algorithm = algorithm
    this.#has = (opt) => given.some((o) => o.opt === opt)
  }

  *check(list: string): Flow<boolean> {
    const c = this.#c
    const input = yield* openInput(c, list)
    if (isErr(input)) {
      yield* warn(c, quotef(list), input)
      return false
    }
    let [matched, mismatched, unreadable, malformed, number] = [0, 0, 0, 0, 0]
    for (let bytes = yield* input.lineBytes(); bytes !== undefined; bytes = yield* input.lineBytes()) {
      number++
      const text = decodeUtf8(bytes).replace(/\r?\n$/, '')
      if (text.startsWith('#') || text === '') continue
      const parsed = this.#parse(text)
      if (parsed === undefined) {
        malformed++
        if (this.#has('w')) yield* warn(c, `${list}: ${number}: improperly formatted ${this.#algorithm.name} checksum line`)
        continue
      }
      const hex = yield* digestOf(c, parsed.name, this.#algorithm, this.#has('ignore-missing'))
      if (typeof hex === 'object') continue
      const outcome = hex === undefined ? 'FAILED open or read' : hex === parsed.hex.toLowerCase() ? 'OK' : 'FAILED'
      if (outcome === 'OK') matched++
      else if (hex === undefined) unreadable++
      else mismatched++
      if (!this.#has('status') && !(outcome === 'OK' && this.#has('quiet'))) yield* c.stdout.write(`${parsed.name}: ${outcome}\n`)
    }
    if (input.error !== undefined) {
      yield* warn(c, quotef(list), input.error)
      return false
    }
    if (matched + mismatched + unreadable === 0 && malformed >= 0 && !(this.#has('ignore-missing') && number > malformed)) {
      yield* warn(c, `${quotef(list === '-' ? "'standard input'" : list)}: no properly formatted checksum lines found`)
      return false
    }
    if (!this.#has('status')) {
      if (malformed > 0) yield* warn(c, plural(malformed, 'line is improperly formatted', 'lines are improperly formatted'))
      if (unreadable > 0) yield* warn(c, plural(unreadable, 'listed file could not be read', 'listed files could not be read'))
      if (mismatched > 0) yield* warn(c, plural(mismatched, 'computed checksum did NOT match', 'computed checksums did NOT match'))
      if (matched === 0 && this.#has('ignore-missing')) yield* warn(c, `${quoteaf(list)}: no file was verified`)
    }
    return mismatched === 0 && unreadable === 0 && matched > 0 && !(this.#has('strict') && malformed > 0)
  }

  #parse(text: string): { readonly hex: string; readonly name: string } | undefined {
    const tagged = new RegExp(`^(\\\\?)${this.#algorithm.name} ?\\((.*)\\) ?= ([0-9a-fA-F]{${this.#algorithm.digits}})$`, 's').exec(text)
    const plain = new RegExp(`^(\\\\?)[ \\t]*([0-9a-fA-F]{${this.#algorithm.digits}})(?: [ *])(.+)$`, 's').exec(text)
    const escaped = (tagged ?? plain)?.[1] === '\\'
    const name = tagged?.[2] ?? plain?.[3]
    const hex = tagged?.[3] ?? plain?.[2]
    if (name === undefined || hex === undefined) return undefined
    return { hex, name: escaped ? name.replace(/\\([\\nr])/g, (_, x: string) => (x === 'n' ? '\n' : x === 'r' ? '\r' : '\\')) : name }
  }
}

export const md5sum = sum('md5sum', { name: 'MD5', digits: 32, make: md5 })
export const sha1sum = sum('sha1sum', { name: 'SHA1', digits: 40, make: sha1 })
export const sha224sum = sum('sha224sum', { name: 'SHA224', digits: 56, make: sha224 })
export const sha256sum = sum('sha256sum', { name: 'SHA256', digits: 64, make: sha256 })
export const sha512sum = sum('sha512sum', { name: 'SHA512', digits: 128, make: () => new Collected() })

const cksumOptions = {
  short: 'a:cl:wz', unsimulatedShort: 'aclwz',
  long: [{ name: 'algorithm', arg: 'required', unsimulated: true }, { name: 'check', arg: 'none', unsimulated: true }, { name: 'length', arg: 'required', unsimulated: true }],
} as const

export const cksum = command('cksum', 'print checksum and size of files', cksumOptions, function* (c) {
  const { operands } = yield* parseArgs(c, cksumOptions)
  const ok = yield* forEachInput(c, operands, function* (input, name) {
    const crc = new Cksum()
    for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) crc.update(block)
    if (input.error === undefined) yield* c.stdout.write(`${crc.value()} ${crc.length}${operands.length > 0 ? ` ${name}` : ''}\n`)
    return undefined
  })
  return ok ? 0 : 1
})

const sumOptions = { short: 'rs', long: [{ name: 'sysv', arg: 'none', is: 's' }] } as const

export const sumCommand = command('sum', 'print a short checksum and the size of files', sumOptions, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, sumOptions)
  const sysv = given.at(-1)?.opt === 's'
  const ok = yield* forEachInput(c, operands, function* (input, name) {
    let [bsd, total, length] = [0, 0, 0]
    for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) {
      length += block.length
      for (const byte of block) {
        bsd = ((bsd >> 1) + ((bsd & 1) << 15) + byte) & 0xffff
        total += byte
      }
    }
    if (input.error !== undefined) return undefined
    const folded = (total & 0xffff) + Math.floor((total % 2 ** 32) / 2 ** 16)
    const shown = operands.length > 0 ? ` ${name}` : ''
    if (sysv) yield* c.stdout.write(`${(folded & 0xffff) + (folded >> 16)} ${Math.ceil(length / 512)}${shown}\n`)
    else yield* c.stdout.write(`${String(bsd).padStart(5, '0')} ${String(Math.ceil(length / 1024)).padStart(5)}${shown}\n`)
    return undefined
  })
  return ok ? 0 : 1
})
