// Debian's diffutils 3.8: diff and cmp.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { cmp, cmpOptions } from './cmp.ts'
import { diff, diffOptions } from './diff.ts'

export const diffutils: ProgramPackage = {
  name: 'diffutils',
  version: '1:3.8-4',
  programs: [
    { path: '/usr/bin/cmp', program: program(cmp), options: cmpOptions, summary: 'compares two files byte by byte' },
    { path: '/usr/bin/diff', program: program(diff), options: diffOptions, summary: 'shows where two files differ' },
  ],
}
