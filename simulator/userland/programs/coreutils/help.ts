// What `--help` prints. Programs that are one program under several names share a text.
import { ARCH_TO_COMM } from './help/arch-to-comm.ts'
import { CP_TO_DIRNAME } from './help/cp-to-dirname.ts'
import { DU_TO_ID } from './help/du-to-id.ts'
import { INSTALL_TO_MD5SUM } from './help/install-to-md5sum.ts'
import { MKDIR_TO_NUMFMT } from './help/mkdir-to-numfmt.ts'
import { OD_TO_SLEEP } from './help/od-to-sleep.ts'
import { SORT_TO_STTY } from './help/sort-to-stty.ts'
import { STDBUF } from './help/stdbuf.ts'
import { SUM_TO_UNEXPAND } from './help/sum-to-unexpand.ts'
import { UNIQ_TO_YES } from './help/uniq-to-yes.ts'

const TEXTS: ReadonlyMap<string, string> = new Map([...ARCH_TO_COMM, ...CP_TO_DIRNAME, ...DU_TO_ID, ...INSTALL_TO_MD5SUM, ...MKDIR_TO_NUMFMT, ...OD_TO_SLEEP, ...SORT_TO_STTY, ...STDBUF, ...SUM_TO_UNEXPAND, ...UNIQ_TO_YES])

type Words = readonly (readonly [said: string, instead: string])[]
/** Programs whose help is another's, with what is said otherwise. */
const LIKE: ReadonlyMap<string, readonly [program: string, words: Words]> = new Map<string, readonly [string, Words]>([
  ['dir', ['ls', [["program is 'dir'", "program is 'ls'"], ['auto, dir emits', 'auto, ls emits']]]], ['vdir', ['ls', [["program is 'vdir'", "program is 'ls'"], ['auto, vdir emits', 'auto, ls emits']]]],
  ['sha1sum', ['md5sum', [['MD5 (128-bit)', 'SHA1 (160-bit)'], ['RFC 1321', 'FIPS-180-1']]]],
  ['sha224sum', ['md5sum', [['MD5 (128-bit)', 'SHA224 (224-bit)'], ['RFC 1321', 'RFC 3874'], ['sha224sum invocation', 'sha2 utilities']]]],
  ['sha256sum', ['md5sum', [['MD5 (128-bit)', 'SHA256 (256-bit)'], ['RFC 1321', 'FIPS-180-2'], ['sha256sum invocation', 'sha2 utilities']]]],
  ['sha512sum', ['md5sum', [['MD5 (128-bit)', 'SHA512 (512-bit)'], ['RFC 1321', 'FIPS-180-2'], ['sha512sum invocation', 'sha2 utilities']]]],
])

/** The help of a program, or undefined if it has none. `called` is the name it was started by, as its first lines have it. */
export function helpText(program: string, called: string): string | undefined {
  const [as, words] = LIKE.get(program) ?? [program, []]
  let text = TEXTS.get(as)
  if (as !== program) text = text?.replaceAll(new RegExp(`\\b${as}\\b`, 'g'), program)
  for (const [said, instead] of words) text = text?.replace(said, instead)
  return text?.replace(/^(Usage: | +or: +)(\S+)/gm, (line: string, start: string, name: string) => (name === program ? start + called : line))
}
