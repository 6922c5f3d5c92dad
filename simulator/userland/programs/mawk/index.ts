// Debian's package mawk, the default awk.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { awk } from './awk.ts'

export const mawk: ProgramPackage = {
  name: 'mawk',
  version: '1.3.4.20200120-3.1',
  programs: [{ path: '/usr/bin/mawk', program: program(awk), links: ['/usr/bin/awk', '/usr/bin/nawk'], summary: 'picks fields out of lines and computes with them' }],
}
