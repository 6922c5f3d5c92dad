// pwd(1), the program: -P is the default, -L trusts $PWD if it names the working directory and has no . or .. in it.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, warn } from '../../libc/err.ts'
import { getcwd, lstat, readDir, stat } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'

const options = { short: 'LP', long: [{ name: 'logical', arg: 'none', is: 'L' }, { name: 'physical', arg: 'none', is: 'P' }] } as const

export const pwd = command('pwd', 'print the working directory', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  if (operands.length > 0) yield* warn(c, 'ignoring non-option arguments')
  const logical = given.at(-1)?.opt === 'L' || (given.length === 0 && c.env.has('POSIXLY_CORRECT'))
  const named = c.env.get('PWD')
  if (logical && named !== undefined && named.startsWith('/') && !/\/\.{1,2}(\/|$)/.test(named)) {
    const [there, here] = [yield* stat(named), yield* stat('.')]
    if (!isErr(there) && !isErr(here) && there.dev === here.dev && there.ino === here.ino) {
      yield* c.stdout.write(`${named}\n`)
      return 0
    }
  }
  const cwd = yield* getcwd()
  const path = isErr(cwd) ? yield* searchUpwards() : { found: cwd }
  if ('failedIn' in path) return yield* fail(c, 1, `couldn't find directory entry in ${quote(path.failedIn)} with matching i-node`)
  yield* c.stdout.write(`${path.found}\n`)
  return 0
})

/** robust_getcwd: where the kernel has no answer, looks in each parent directory for the entry one comes from. */
function* searchUpwards(): Flow<{ readonly found: string } | { readonly failedIn: string }> {
  const root = yield* stat('/')
  let here = yield* stat('.')
  let found = ''
  for (let up = '..'; ; up += '/..') {
    if (isErr(here) || isErr(root)) return { failedIn: up }
    if (here.dev === root.dev && here.ino === root.ino) return { found: found === '' ? '/' : found }
    const entries = yield* readDir(up)
    let name: string | undefined
    for (const entry of isErr(entries) ? [] : entries) {
      if (entry.name === '.' || entry.name === '..') continue
      const st = yield* lstat(`${up}/${entry.name}`)
      if (!isErr(st) && st.dev === here.dev && st.ino === here.ino) name = entry.name
    }
    if (name === undefined) return { failedIn: up }
    found = `/${name}${found}`
    here = yield* stat(up)
  }
}
