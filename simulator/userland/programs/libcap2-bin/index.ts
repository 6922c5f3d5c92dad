// Debian's package libcap2-bin.
import type { ProgramPackage } from '../../program-table.ts'
import { capsh } from './capsh.ts'
import { getcap } from './getcap.ts'
import { getpcaps } from './getpcaps.ts'
import { setcap } from './setcap.ts'

export const libcapPackage: ProgramPackage = {
  name: 'libcap2-bin',
  version: '1:2.66-4+deb12u2',
  programs: [
    { path: '/usr/sbin/capsh', program: capsh, summary: 'shows and changes capabilities, starts a shell with them' },
    { path: '/usr/sbin/getcap', program: getcap, summary: 'shows the capabilities of files' },
    { path: '/usr/sbin/getpcaps', program: getpcaps, summary: 'shows the capabilities of processes' },
    { path: '/usr/sbin/setcap', program: setcap, summary: 'gives capabilities to files' },
  ],
}
