// gcc(1): checks C source and puts it into an executable, which is then run as it is written (c-run.ts): a subset of C, the system calls and libseccomp. What isn't
// understood says so; the compiler's own diagnostics are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { compiledBytes } from '../../../lib/executable.ts'
import { program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { close, open, readFile, unlink, writeAll } from '../../libc/unistd.ts'
import { PRELUDE } from './c-constants.ts'
import { CError, preprocess } from './c-lexer.ts'
import { CParser } from './c-parser.ts'
import { Machine } from './c-run.ts'

const LINKER = '/lib64/ld-linux-x86-64.so.2'
export const RUNNER = 'gcc-12/cc1'
/** Options that change nothing here. */
const HARMLESS = /^-(W.*|O.*|g.*|std=.*|pedantic.*|f.*|m.*|D_.*|pipe|pthread|l.*|L.*|I.*)$/
const LIBSECCOMP = /\bseccomp_(?:init|load|rule_add|export_bpf)\b/

export const gcc = program(function* (c) {
  let output = 'a.out'
  let isStatic = false
  const libraries: string[] = []
  const sources: string[] = []
  for (let i = 1; i < c.argv.length; i++) {
    const word = c.argv[i]
    if (word === '-o') output = c.argv[++i] ?? ''
    else if (word === '-static' || word === '--static') isStatic = true
    else if (word === '--version') {
      yield* c.stdout.write('gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.\n'
        + 'This is free software; see the source for copying conditions.  There is NO\nwarranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.\n\n')
      return 0
    } else if (word.startsWith('-l')) libraries.push(word.slice(2))
    else if (word.startsWith('-') && !HARMLESS.test(word)) return yield* unsimulated(c, `option ${word}`)
    else if (!word.startsWith('-')) sources.push(word)
  }
  if (sources.length === 0) {
    yield* c.stderr.write(`${c.name}: fatal error: no input files\ncompilation terminated.\n`)
    return 1
  }
  const texts: string[] = []
  for (const source of sources) {
    const text = yield* readFile(source)
    if (isErr(text)) {
      yield* c.stderr.write(`${c.name}: error: ${source}: ${text.message}\n${c.name}: fatal error: no input files\ncompilation terminated.\n`)
      return 1
    }
    texts.push(text)
  }
  const whole = texts.join('\n')
  try {
    const parsed = new CParser(preprocess(whole, PRELUDE).tokens).parse()
    if (!parsed.functions.some((f) => f.name === 'main')) return yield* unsimulated(c, 'a program without main()')
  } catch (thrown) {
    if (!(thrown instanceof CError)) throw thrown
    return yield* unsimulated(c, `line ${thrown.line} of this C program (${thrown.message})`)
  }
  if (LIBSECCOMP.test(whole) && !libraries.includes('seccomp')) return yield* unsimulated(c, 'linking without -lseccomp')
  yield* unlink(output)
  const fd = yield* open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o777)
  if (isErr(fd)) {
    yield* c.stderr.write(`/usr/bin/ld: cannot open output file ${output}: ${fd.message}\ncollect2: error: ld returned 1 exit status\n`)
    return 1
  }
  yield* writeAll(fd, compiledBytes(RUNNER, isStatic ? undefined : LINKER, encodeUtf8(whole)))
  yield* close(fd)
  return 0
})

/** What a compiled program does: its source, run. */
export const compiled = program(function* (c) {
  const tree = new CParser(preprocess(decodeUtf8(c.code ?? new Uint8Array(0)), PRELUDE).tokens).parse()
  return yield* new Machine(c, tree).run()
})
