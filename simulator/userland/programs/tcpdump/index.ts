// Debian's package tcpdump.
import type { ProgramPackage } from '../../program-table.ts'
import { tcpdump, TCPDUMP_OPTIONS } from './tcpdump.ts'

export const tcpdumpPackage: ProgramPackage = {
  name: 'tcpdump',
  version: '4.99.3-1',
  programs: [{ path: '/usr/bin/tcpdump', program: tcpdump, options: TCPDUMP_OPTIONS, summary: 'shows the packets that pass a network interface' }],
}
