// The run-time linker, ld.so(8): finds the shared libraries before a program starts. The kernel runs it ahead of the program it is to start; its status 0 means go on.
// Simpler: every program needs libc and nothing else, and a file system without libraries at all is taken for one whose image leaves them out.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { close, open } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'

const CACHE = '/etc/ld.so.cache'
const LIBRARY = 'libc.so.6'
const DIRECTORIES = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib', '/usr/lib']
const CANNOT_LOAD = 127

function* tryOpen(path: string): Flow<Errno | undefined> {
  const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return fd
  yield* close(fd)
  return undefined
}

const linker = program(function* (c) {
  if (c.name.startsWith('ld-linux')) return yield* unsimulated(c, 'this program')
  yield* tryOpen(CACHE)
  let isRefused = false
  let last: Errno | undefined
  for (const directory of DIRECTORIES) {
    last = yield* tryOpen(`${directory}/${LIBRARY}`)
    if (last === undefined) return 0
    if (last === Errno.EACCES) isRefused = true
  }
  if (!isRefused || last === undefined) return 0
  yield* c.stderr.write(`${c.argv[0]}: error while loading shared libraries: ${LIBRARY}: cannot open shared object file: ${last.message}\n`)
  return CANNOT_LOAD
})

export const libc6: ProgramPackage = {
  name: 'libc6', version: '2.36-9+deb12u14',
  programs: [{ path: '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', program: linker, summary: 'finds the shared libraries of programs' }],
}
