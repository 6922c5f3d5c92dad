// Debian's package ncurses-bin.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { reset } from './reset.ts'
import { clear, tput } from './tput.ts'

export const ncursesBin: ProgramPackage = {
  name: 'ncurses-bin',
  version: '6.4-4',
  programs: [
    { path: '/usr/bin/tput', program: program(tput), summary: 'shows what the terminal understands, for scripts' },
    { path: '/usr/bin/clear', program: program(clear), summary: 'clears the screen' },
    { path: '/usr/bin/reset', program: program(reset), summary: 'gives a messed up terminal its usual state back' },
  ],
}
