// set -x: PS4, its first character repeated for each level of substitution or eval, then the expanded command on standard error.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { writeAll } from '../libc/unistd.ts'
import { traceQuote } from './quote.ts'
import type { Shell } from './state.ts'
import { expandPrompt } from './prompt.ts'

export function* traceText(sh: Shell, text: string): Flow<void> {
  const raw = sh.vars.get('PS4') ?? '+ '
  const status = sh.status
  sh.options.delete('xtrace')
  const ps4 = sh.bash ? yield* expandPrompt(sh, raw) : raw
  sh.options.add('xtrace')
  sh.status = status
  const first = [...ps4][0] ?? ''
  const head = sh.bash ? first.repeat(sh.traceLevel) + ps4 : ps4
  if (sh.hasOutput) yield* sh.flush()
  const fd = sh.bash ? sh.vars.get('BASH_XTRACEFD') : undefined
  if (fd !== undefined && /^\d+$/.test(fd) && !isErr(yield* call('fcntl', Number(fd), 1, 0))) yield* writeAll(Number(fd), encodeUtf8(`${head}${text}\n`))
  else yield* sh.write2(`${head}${text}\n`)
}

/** A word as set -x shows it; dash doesn't quote. */
export const traceWord = (sh: Shell, word: string): string => (sh.dialect === 'dash' ? word : traceQuote(word))
export const traceWords = (sh: Shell, words: readonly string[]): string => words.map((w) => traceWord(sh, w)).join(' ')
