// Debian's package procps: the tools that read /proc.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { kill } from './kill.ts'
import { pgrep, PGREP_OPTIONS, PGREP_SHORT, pkill, PKILL_SHORT } from './pgrep.ts'
import { ps } from './ps.ts'

export const procps: ProgramPackage = {
  name: 'procps',
  version: '2:4.0.2-3',
  programs: [
    { path: '/usr/bin/ps', program: program(ps), summary: 'shows which processes are running' },
    { path: '/usr/bin/pgrep', program: program(pgrep), options: { short: PGREP_SHORT, long: PGREP_OPTIONS, unsimulatedShort: 'L' }, summary: 'finds processes by name' },
    { path: '/usr/bin/pkill', program: program(pkill), options: { short: PKILL_SHORT, long: PGREP_OPTIONS, unsimulatedShort: 'Lq' }, summary: 'sends a signal to processes by name' },
    { path: '/usr/bin/kill', program: program(kill), summary: 'sends a signal to processes by number' },
  ],
}
