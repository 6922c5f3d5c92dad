// setfattr(1) of attr 2.5.1: sets and removes extended attributes (xattr(7)).
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { decodeValue } from './encoding.ts'

export const SETFATTR_OPTIONS: OptionTable = {
  short: 'n:x:v:hV?',
  long: [
    { name: 'name', arg: 'required', is: 'n' }, { name: 'remove', arg: 'required', is: 'x' }, { name: 'value', arg: 'required', is: 'v' },
    { name: 'no-dereference', arg: 'none', is: 'h' }, { name: 'restore', arg: 'required', unsimulated: true }, { name: 'raw', arg: 'none' },
    { name: 'version', arg: 'none', is: 'V' }, { name: 'help', arg: 'none' },
  ],
}
const USAGE = 'Usage: setfattr {-n name} [-v value] [-h] file...\n       setfattr {-x name} [-h] file...\n'
const HELP = `setfattr 2.5.1 -- set extended attributes
${USAGE}  -n, --name=name         set the value of the named extended attribute
  -x, --remove=name       remove the named extended attribute
  -v, --value=value       use value as the attribute value
  -h, --no-dereference    do not dereference symbolic links
      --restore=file      restore extended attributes
      --raw               attribute value is not encoded
      --version           print version and exit
      --help              this help text
`

export function* setfattr(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, SETFATTR_OPTIONS.short, SETFATTR_OPTIONS.long)
  const values = new Map<string, string>()
  let follow = true
  let raw = false
  for (const event of parsed.options) {
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if ('error' in event) {
      yield* warn(c, event.error)
      return yield* usage(c)
    }
    if (event.opt === 'V' || event.opt === 'help') {
      yield* c.stdout.write(event.opt === 'V' ? 'setfattr 2.5.1\n' : HELP)
      return 0
    }
    if (event.opt === 'h') follow = false
    else if (event.opt === 'raw') raw = true
    else values.set(event.opt, event.arg ?? '')
  }
  const name = values.get('n')
  const removed = values.get('x')
  if ((name === undefined) === (removed === undefined) || parsed.operands.length === 0) return yield* usage(c)
  const text = values.get('v') ?? ''
  const value = raw ? encodeUtf8(text) : decodeValue(text)
  if (value === undefined) return yield* fail(c, 1, 'bad input encoding')
  let failed = false
  for (const path of parsed.operands) {
    const done = yield* removed !== undefined ? call('removexattr', path, removed, follow) : call('setxattr', path, name ?? '', value, 0, follow)
    if (!isErr(done)) continue
    yield* c.stderr.write(`${c.name}: ${path}: ${done.message === 'No data available' ? 'No such attribute' : done.message}\n`)
    failed = true
  }
  return failed ? 1 : 0
}

function* usage(c: Crt): Flow<number> {
  yield* c.stderr.write(`${USAGE}Try \`setfattr --help' for more information.\n`)
  return 2
}
