// sed(1), GNU sed 4.9: edits a stream of lines.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { runScript } from './execute.ts'
import { openOutputs, SedInput, SedOutput } from './files.ts'
import { SED_HELP } from './help.ts'
import { parseScript, type ScriptSource } from './parser.ts'
import { type Script, SedSyntaxError } from './script.ts'

export const SED_SHORT = 'bsnrzuEe:f:l:i::'
export const SED_LONG: readonly LongOption[] = [
  { name: 'binary', arg: 'none', is: 'b' }, { name: 'regexp-extended', arg: 'none', is: 'E' }, { name: 'debug', arg: 'none', unsimulated: true },
  { name: 'in-place', arg: 'optional', is: 'i' }, { name: 'expression', arg: 'required', is: 'e' }, { name: 'file', arg: 'required', is: 'f' },
  { name: 'line-length', arg: 'required', is: 'l' }, { name: 'null-data', arg: 'none', is: 'z' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  { name: 'quiet', arg: 'none', is: 'n' }, { name: 'posix', arg: 'none', unsimulated: true }, { name: 'silent', arg: 'none', is: 'n' }, { name: 'sandbox', arg: 'none' },
  { name: 'separate', arg: 'none', is: 's' }, { name: 'unbuffered', arg: 'none', is: 'u' }, { name: 'version', arg: 'none' }, { name: 'help', arg: 'none' },
  { name: 'follow-symlinks', arg: 'none', unsimulated: true },
]
const VERSION = `sed (GNU sed) 4.9
Packaged by Debian (4.9-1+deb12u1)
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.

Written by Jay Fenlason, Tom Lord, Ken Pizzini,
Paolo Bonzini, Jim Meyering, and Assaf Gordon.

This sed program was built with SELinux support.
SELinux is disabled on this system.

GNU sed home page: <https://www.gnu.org/software/sed/>.
General help using GNU software: <https://www.gnu.org/gethelp/>.
E-mail bug reports to: <bug-sed@gnu.org>.
`

export function* sed(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, SED_SHORT, SED_LONG)
  const flags = new Set<string>()
  const sources: ScriptSource[] = []
  let expressions = 0
  let inPlace: string | undefined
  let lineLength = 70
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`sed: ${event.error}\n${SED_HELP}`)
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    const arg = event.arg ?? ''
    switch (event.opt) {
      case 'e': {
        // pieces of one -e after another continue each other after a trailing backslash
        const previous = sources[sources.length - 1]
        if (previous !== undefined && !previous.isFile && /(?:^|[^\\])(?:\\\\)*\\$/.test(previous.text)) sources[sources.length - 1] = { ...previous, text: `${previous.text}\n${arg}` }
        else sources.push({ text: arg, name: `-e expression #${++expressions}`, isFile: false })
        break
      }
      case 'f': {
        const text = yield* readFile(arg === '-' ? '/dev/stdin' : arg)
        if (isErr(text)) {
          yield* c.stderr.write(`sed: couldn't open file ${arg}: ${text.message}\n`)
          return 1
        }
        sources.push({ text: text.replace(/^#!.*/, ''), name: `file ${arg}`, isFile: true })
        break
      }
      case 'i': inPlace = arg; flags.add('s'); break
      case 'l':
        if (!/^\d+$/.test(arg)) {
          yield* c.stderr.write(`sed: invalid line length: ${arg}\n`)
          return 1
        }
        lineLength = Number(arg)
        break
      case 'r': flags.add('E'); break
      case 'help': yield* c.stdout.write(SED_HELP); return 0
      case 'version': yield* c.stdout.write(VERSION); return 0
      default: flags.add(event.opt)
    }
  }
  const files = [...parsed.operands]
  if (sources.length === 0) {
    const script = files.shift()
    if (script === undefined) {
      yield* c.stderr.write(SED_HELP)
      return 1
    }
    sources.push({ text: script, name: '-e expression #1', isFile: false })
  }
  let script: Script
  try {
    script = parseScript(sources, { extended: flags.has('E'), sandbox: flags.has('sandbox') })
  } catch (thrown) {
    if (!(thrown instanceof SedSyntaxError)) throw thrown
    yield* c.stderr.write(`sed: ${thrown.message}\n`)
    return thrown.status
  }
  if (inPlace !== undefined && files.length === 0) {
    yield* c.stderr.write('sed: no input files\n')
    return 1
  }
  return yield* start(c, script, files, flags, inPlace, lineLength)
}

function* start(c: Crt, script: Script, files: readonly string[], flags: ReadonlySet<string>, inPlace: string | undefined, lineLength: number): Flow<number> {
  const delimiter = flags.has('z') ? '\0' : '\n'
  const names = script.commands.flatMap((x) => (x.name === 'w' || x.name === 'W' ? [x.text] : x.substitution?.file === undefined ? [] : [x.substitution.file]))
  const outputs = yield* openOutputs(c, names, delimiter)
  const input = new SedInput(c, { files: files.length > 0 ? files : ['-'], separate: flags.has('s'), delimiter: delimiter.charCodeAt(0), inPlace })
  return yield* runScript({
    c, script, input, stdout: new SedOutput(c.stdout, delimiter), outputs, quiet: flags.has('n') || script.quiet, delimiter, lineLength, unbuffered: flags.has('u'),
  })
}
