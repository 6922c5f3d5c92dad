// Debian's package findutils.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { find } from './find.ts'
import { xargs, XARGS_LONG, XARGS_SHORT, XARGS_UNSIMULATED } from './xargs.ts'

export const findutils: ProgramPackage = {
  name: 'findutils',
  version: '4.9.0-4',
  programs: [
    { path: '/usr/bin/find', program: program(find), summary: 'finds files by name, type, owner and more' },
    { path: '/usr/bin/xargs', program: program(xargs), options: { short: XARGS_SHORT, long: XARGS_LONG, unsimulatedShort: XARGS_UNSIMULATED }, summary: 'runs a command with arguments read from its input' },
  ],
}
