// Debian's package debianutils.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { which } from './which.ts'

export const debianutils: ProgramPackage = {
  name: 'debianutils',
  version: '5.7-0.5~deb12u1',
  programs: [{ path: '/usr/bin/which.debianutils', program: program(which), links: ['/usr/bin/which'], summary: 'tells which file a command name runs' }],
}
