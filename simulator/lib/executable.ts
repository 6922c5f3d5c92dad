// What a simulated executable file holds: the ELF magic, so that file(1), head(1) and execve(2) take it for a binary, then the id of the
// program that is its code. Copies and hard links therefore run the same program, as they do on Linux. No machine code: nothing would run it.
import { concatBytes, decodeUtf8, encodeUtf8 } from './bytes.ts'

const MAGIC = '\x7fELFisolab:'
const LONGEST_ID = 100

const INTERPRETER = 'interpreter '

/** The content of the executable file of a program; `interpreter` is the run-time linker of one that is linked dynamically (PT_INTERP). */
export const executableBytes = (id: string, interpreter?: string): Uint8Array =>
  encodeUtf8(`${MAGIC}${id}\n${interpreter === undefined ? '' : `${INTERPRETER}${interpreter}\n`}`)

/** The program id in an executable's first bytes, or undefined if they are not such a file. */
export function executableId(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x7f) return undefined
  const text = decodeUtf8(bytes.subarray(0, MAGIC.length + LONGEST_ID))
  const end = text.indexOf('\n')
  return text.startsWith(MAGIC) && end > 0 ? text.slice(MAGIC.length, end) : undefined
}

/** The run-time linker that an executable's first bytes ask for; undefined for a static one. */
export function executableInterpreter(bytes: Uint8Array): string | undefined {
  const line = decodeUtf8(bytes.subarray(0, MAGIC.length + 2 * LONGEST_ID)).split('\n')[1]
  return line?.startsWith(INTERPRETER) === true ? line.slice(INTERPRETER.length) : undefined
}

const CODE = 'code\n'

/** An executable that carries code of its own, which the program with this id runs: what a compiler makes. */
export function compiledBytes(id: string, interpreter: string | undefined, code: Uint8Array): Uint8Array {
  return concatBytes([executableBytes(id, interpreter), encodeUtf8(CODE), code])
}

/** The code in a whole executable file; undefined for one without. */
export function executableCode(bytes: Uint8Array): Uint8Array | undefined {
  const header = decodeUtf8(bytes.subarray(0, MAGIC.length + 3 * LONGEST_ID))
  const id = header.indexOf('\n') + 1
  const interpreter = header.startsWith(INTERPRETER, id) ? header.indexOf('\n', id) + 1 : id
  return header.startsWith(CODE, interpreter) ? bytes.subarray(encodeUtf8(header.slice(0, interpreter + CODE.length)).length) : undefined
}
