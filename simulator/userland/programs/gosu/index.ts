// gosu(1): becomes a user and runs a command in its own place, as entry points of images do when they step down from root.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, envStrings, program } from '../../libc/crt.ts'
import { getgrnam, getgrouplist, getpwnam, getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'

const VERSION = '1.14 (go1.19.8 on linux/amd64; gc)'
const USAGE = (name: string): string => `Usage: ${name} user-spec command [args]
   eg: ${name} tianon bash
       ${name} nobody:root bash -c 'whoami && id'
       ${name} 1000:1 id

${name} version: ${VERSION}
${name} license: Apache-2.0 (full text at https://github.com/tianon/gosu)
`

interface Who { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly home: string }

/** `user`, `uid`, `user:group`; a message if there is none. */
function* resolve(spec: string): Flow<Who | string> {
  const [user, group] = spec.split(':')
  const entry = /^\d+$/.test(user) ? yield* getpwuid(Number(user)) : yield* getpwnam(user)
  if (entry === undefined && !/^\d+$/.test(user)) return `unable to find user ${user}: no matching entries in passwd file`
  const named = group === undefined || /^\d+$/.test(group) ? undefined : yield* getgrnam(group)
  if (group !== undefined && named === undefined && !/^\d+$/.test(group)) return `unable to find group ${group}: no matching entries in group file`
  const uid = entry?.uid ?? Number(user)
  const gid = group === undefined ? (entry?.gid ?? 0) : (named?.gid ?? Number(group))
  return { uid, gid, groups: group === undefined && entry !== undefined ? yield* getgrouplist(entry.name, entry.gid) : [gid], home: entry?.dir ?? '/' }
}

function* gosu(c: Crt): Flow<number> {
  const [, spec, ...command] = c.argv
  if (spec === '--version' || spec === '-v') {
    yield* c.stdout.write(`${VERSION}\n`)
    return 0
  }
  if (command.length === 0) {
    yield* c.stderr.write(USAGE(c.name))
    return 1
  }
  const who = yield* resolve(spec)
  if (typeof who === 'string') {
    yield* c.stderr.write(`error: failed switching to "${spec}": ${who}\n`)
    return 1
  }
  for (const step of [call('setgroups', who.groups), call('setgid', who.gid), call('setuid', who.uid)]) {
    const done = yield* step
    if (!isErr(done)) continue
    yield* c.stderr.write(`error: failed switching to "${spec}": ${done.message.toLowerCase()}\n`)
    return 1
  }
  c.env.set('HOME', who.home)
  const error = yield* execvpe(command[0], command, envStrings(c.env))
  const isPath = command[0].includes('/')
  yield* c.stderr.write(isPath ? `error: exec: "${command[0]}": stat ${command[0]}: ${error.message.toLowerCase()}\n` : `error: exec: "${command[0]}": executable file not found in $PATH\n`)
  return 1
}

export const gosuPackage: ProgramPackage = {
  name: 'gosu', version: '1.14-1+b10',
  programs: [{ path: '/usr/sbin/gosu', program: program(gosu), summary: 'runs a command as another user, in its own place' }],
}
