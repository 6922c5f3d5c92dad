// Debian's package sed.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { sed as sedMain, SED_LONG, SED_SHORT } from './sed.ts'

export const sed: ProgramPackage = {
  name: 'sed',
  version: '4.9-1+deb12u1',
  programs: [{ path: '/usr/bin/sed', program: program(sedMain), options: { short: SED_SHORT, long: SED_LONG }, summary: 'replaces, deletes and picks lines of text' }],
}
