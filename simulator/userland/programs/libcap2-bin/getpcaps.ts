// getpcaps(8): shows the capabilities of processes.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { capToText, iabToText } from './cap-text.ts'
import { GETPCAPS_USAGE } from './help.ts'

function* main(c: Crt): Flow<number> {
  const words = c.argv.slice(1)
  let style: 'plain' | 'verbose' | 'ugly' = 'plain'
  let iab = false
  let status = 0
  if (words.length === 0) {
    yield* c.stderr.write(GETPCAPS_USAGE)
    return 1
  }
  for (const word of words) {
    if (word === '--help' || word === '-h' || word === '--usage') {
      yield* c.stderr.write(GETPCAPS_USAGE)
      return 0
    }
    if (word === '--license') {
      yield* c.stdout.write('getpcaps see License file for details.\nCopyright (c) 1997-8,2007,19-21 Andrew G. Morgan <morgan@kernel.org>\n')
      return 0
    }
    if (word === '--verbose') style = 'verbose'
    else if (word === '--ugly' || word === '--legacy') style = 'ugly'
    else if (word === '--iab') iab = true
    else status = (yield* show(c, word, style, iab)) || status
  }
  return status
}

function* show(c: Crt, word: string, style: 'plain' | 'verbose' | 'ugly', iab: boolean): Flow<number> {
  if (!/^\d+$/.test(word)) {
    yield* c.stderr.write(`Cannot parse pid ${word}: (Invalid argument)\n`)
    return 1
  }
  const sets = yield* call('capget', Number(word))
  if (isErr(sets)) {
    yield* c.stderr.write(`Failed to get cap's for process ${word}: (${sets.message})\n`)
    return 1
  }
  const text = capToText(sets)
  if (iab) {
    // what is inheritable alone isn't in the vector that cap_iab_get_pid(3) finds
    const vector = iabToText({ ...sets, inheritable: sets.inheritable & (sets.ambient | ~sets.bounding) })
    yield* c.stdout.write(`${word}:${text === '=' ? '' : ` "${text}"`}${vector === '' ? '' : ` [${vector}]`}\n`)
  } else if (style === 'verbose') yield* c.stdout.write(`Capabilities for '${word}': ${text}\n`)
  else yield* c.stdout.write(style === 'ugly' ? `Capabilities for \`${word}': ${text}\n` : `${word}: ${text}\n`)
  return 0
}

export const getpcaps = program(main)
