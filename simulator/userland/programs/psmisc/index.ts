// Debian's package psmisc.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { fuser } from './fuser.ts'
import { killall, KILLALL_LONG, KILLALL_SHORT } from './killall.ts'
import { pstree, PSTREE_LONG, PSTREE_SHORT, PSTREE_UNSIMULATED } from './pstree.ts'

export const psmisc: ProgramPackage = {
  name: 'psmisc',
  version: '23.6-1',
  programs: [
    { path: '/usr/bin/pstree', program: program(pstree), options: { short: PSTREE_SHORT, long: PSTREE_LONG, unsimulatedShort: PSTREE_UNSIMULATED }, links: ['/usr/bin/pstree.x11'], summary: 'shows processes as a tree of parents and children' },
    { path: '/usr/bin/killall', program: program(killall), options: { short: KILLALL_SHORT, long: KILLALL_LONG, unsimulatedShort: 'Z' }, summary: 'signals all processes of a name' },
    { path: '/usr/bin/fuser', program: program(fuser), summary: 'shows which processes use a file' },
  ],
}
