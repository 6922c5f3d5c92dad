// Debian's package netcat-openbsd.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { nc } from './nc.ts'
import { OPTIONS } from './options.ts'

export const netcatPackage: ProgramPackage = {
  name: 'netcat-openbsd',
  version: '1.219-1',
  programs: [{ path: '/usr/bin/nc.openbsd', program: program(nc), options: OPTIONS, summary: 'opens network connections and listens for them' }],
}
