// base64(1), base32(1): bytes as letters and back.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Alphabet, BASE32, BASE64, decode, encode } from '../../../lib/base64.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { fail } from '../../libc/err.ts'
import type { Crt } from '../../libc/crt.ts'
import { command, noMoreOperands, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: 'diw:',
  long: [{ name: 'decode', arg: 'none', is: 'd' }, { name: 'ignore-garbage', arg: 'none', is: 'i' }, { name: 'wrap', arg: 'required', is: 'w' }],
} as const

const converter = (name: string, a: Alphabet) =>
  command(name, `${name} encode or decode`, options, function* (c) {
    const { options: given, operands } = yield* parseArgs(c, options)
    const wrap = given.findLast((o) => o.opt === 'w')?.arg ?? '76'
    if (!/^\d+$/.test(wrap)) return yield* fail(c, 1, `invalid wrap size: ${quote(wrap)}`)
    yield* noMoreOperands(c, operands, 1)
    const data = yield* readAll(c, operands[0] ?? '-')
    if (data === undefined) return 1
    if (!given.some((o) => o.opt === 'd')) {
      const text = encode(data, a)
      if (Number(wrap) === 0) yield* c.stdout.write(text)
      else for (let at = 0; at < text.length; at += Number(wrap)) yield* c.stdout.write(`${text.slice(at, at + Number(wrap))}\n`)
      return 0
    }
    let text = ''
    for (const byte of data) text += String.fromCharCode(byte)
    const wanted = given.some((o) => o.opt === 'i') ? [...text].filter((x) => x === '=' || a.letters.includes(x)).join('') : text.replaceAll('\n', '')
    const { bytes, valid } = decode(wanted, a)
    yield* c.stdout.write(bytes)
    return valid ? 0 : yield* fail(c, 1, 'invalid input')
  })

function* readAll(c: Crt, name: string): Flow<Uint8Array | undefined> {
  const input = yield* openInput(c, name)
  const parts: Uint8Array[] = []
  if (!isErr(input)) for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) parts.push(block)
  const error = isErr(input) ? input : input.error
  if (error === undefined) return concatBytes(parts)
  yield* fail(c, 1, isErr(input) ? quotef(name) : 'read error', error)
  return undefined
}

export const base64 = converter('base64', BASE64)
export const base32 = converter('base32', BASE32)
