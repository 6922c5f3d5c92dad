// Debian's package socat.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { socat, SOCAT_OPTIONS } from './socat.ts'

export const socatPackage: ProgramPackage = {
  name: 'socat',
  version: '1.7.4.4-2',
  programs: [{ path: '/usr/bin/socat', program: program(socat), options: SOCAT_OPTIONS, summary: 'joins two data channels: sockets, files, programs' }],
}
