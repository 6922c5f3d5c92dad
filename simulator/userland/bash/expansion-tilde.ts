// Tilde expansion: ~ ~user ~+ ~- ~N.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readFile } from '../libc/unistd.ts'
import { call } from '../libc/syscall.ts'
import type { Shell } from './state.ts'

/** The fields of a user's line in /etc/passwd. */
export function* passwdEntry(match: (fields: readonly string[]) => boolean): Flow<string[] | undefined> {
  const text = yield* readFile('/etc/passwd')
  if (isErr(text)) return undefined
  return text.split('\n').map((line) => line.split(':')).find((f) => f.length >= 7 && match(f))
}

export function* tildeHome(sh: Shell, user: string): Flow<string | undefined> {
  if (user === '') {
    const home = sh.vars.get('HOME')
    if (home !== undefined) return home
    const uid = yield* call('getuid')
    return (yield* passwdEntry((f) => f[2] === String(uid)))?.[5]
  }
  if (sh.bash && user === '+') return sh.vars.get('PWD')
  if (sh.bash && user === '-') return sh.vars.get('OLDPWD')
  if (sh.bash && /^[+-]?\d+$/.test(user)) {
    const stack = [sh.cwd, ...sh.dirStack]
    return user.startsWith('-') ? stack[stack.length - 1 - Number(user.slice(1))] : stack[Number(user.replace('+', ''))]
  }
  return (yield* passwdEntry((f) => f[0] === user))?.[5]
}
