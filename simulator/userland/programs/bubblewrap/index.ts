// Debian's package bubblewrap.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { bwrap } from './bwrap.ts'

export const bubblewrap: ProgramPackage = {
  name: 'bubblewrap',
  version: '0.8.0-2+deb12u1',
  programs: [{ path: '/usr/bin/bwrap', program: program(bwrap), summary: 'runs a command in a sandbox of new namespaces, without root' }],
}
