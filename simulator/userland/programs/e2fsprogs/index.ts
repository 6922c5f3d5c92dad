// Debian's package e2fsprogs 1.47.0: what a file system in memory can answer, its attributes.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { chattr } from './chattr.ts'
import { LSATTR_OPTIONS, lsattr } from './lsattr.ts'

export const e2fsprogs: ProgramPackage = {
  name: 'e2fsprogs',
  version: '1.47.0-2',
  programs: [
    { path: '/usr/bin/chattr', program: program(chattr), summary: 'changes attributes of files, such as immutable' },
    { path: '/usr/bin/lsattr', program: program(lsattr), options: LSATTR_OPTIONS, summary: 'shows attributes of files' },
  ],
}
