// newgrp(1) and sg(1) of shadow 4.13: a shell, or a command, with another primary group. Simpler: group passwords are asked for, and never right.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Crt, envStrings, program } from '../../libc/crt.ts'
import { fail } from '../../libc/err.ts'
import { getgrgid, getgrnam, getpwuid } from '../../libc/pwd.ts'
import { askPassword } from '../../libc/shadow.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe } from '../../libc/unistd.ts'

function* main(c: Crt): Flow<number> {
  const isSg = c.name === 'sg'
  let words = c.argv.slice(1)
  const login = words[0] === '-' || words[0] === '-l'
  if (login) words = words.slice(1)
  const uid = (yield* call('getuid')) as number
  const user = yield* getpwuid(uid)
  if (user === undefined) return yield* fail(c, 1, `${c.name}: failure: cannot find UID ${uid}`)
  if (words[0]?.startsWith('-') || (isSg && words.length === 0)) {
    yield* c.stderr.write(isSg ? 'Usage: sg group [[-c] command]\n' : 'Usage: newgrp [-] [group]\n')
    return 1
  }
  const [name, ...rest] = words
  const command = isSg ? (rest[0] === '-c' ? rest[1] : rest[0]) : undefined
  const group = name === undefined ? yield* getgrgid(user.gid) : ((yield* getgrnam(name)) ?? (/^\d+$/.test(name) ? yield* getgrgid(Number(name)) : undefined))
  if (group === undefined) return yield* fail(c, 1, name === undefined ? `GID '${user.gid}' does not exist` : `group '${name}' does not exist`)
  const old = yield* call('getgroups')
  const groups = isErr(old) ? [] : [...old]
  if (uid !== 0 && group.gid !== user.gid && !group.members.includes(user.name)) {
    yield* askPassword(c, 'Password: ')
    yield* call('clock_nanosleep', 0, 0, { sec: 1, nsec: 0 })
    yield* c.stderr.write('Invalid password.\n')
    return 1
  }
  if (!groups.includes(group.gid)) yield* call('setgroups', [...groups, group.gid])
  for (const result of [yield* call('setgid', group.gid), yield* call('setuid', uid)]) if (isErr(result)) return yield* fail(c, 1, 'setgid', result)
  const shell = user.shell === '' ? '/bin/sh' : user.shell
  const base = shell.replace(/^.*\//, '')
  const argv = command === undefined ? [login ? `-${base}` : base] : ['sh', '-c', command]
  const error = yield* execvpe(command === undefined ? shell : '/bin/sh', argv, envStrings(c.env))
  return yield* fail(c, 127, shell, error)
}

export const newgrp = program(main)
