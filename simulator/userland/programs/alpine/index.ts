// Of Alpine Linux, besides BusyBox: musl's run-time linker, which is the C library itself and needs no other file, and the package manager, which says what it is.
import { program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import type { ProgramPackage } from '../../program-table.ts'

/** What Alpine's programs name as their interpreter. */
export const MUSL_LINKER = '/lib/ld-musl-x86_64.so.1'

const apk = program((c) => unsimulated(c, 'Alpine’s package manager'))
/** The kernel runs it ahead of the program it is to start; status 0 means go on. */
const linker = program(function* (c) {
  return c.name.startsWith('ld-musl') ? yield* unsimulated(c, 'this program') : 0
})

export const alpinePackage: ProgramPackage = {
  name: 'alpine',
  version: '3.17.10',
  programs: [
    { path: '/sbin/apk', program: apk, summary: 'Alpine’s package manager: not simulated' },
    { path: MUSL_LINKER, program: linker, summary: 'the C library of Alpine, which also starts programs' },
  ],
}
