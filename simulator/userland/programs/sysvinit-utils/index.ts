// Debian's package sysvinit-utils: pidof.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { pidof, PIDOF_SHORT } from './pidof.ts'

export const sysvinitUtils: ProgramPackage = {
  name: 'sysvinit-utils',
  version: '3.06-4',
  programs: [{ path: '/usr/sbin/killall5', program: program(pidof), options: { short: PIDOF_SHORT, long: [] }, links: ['/usr/bin/pidof'], summary: 'finds the PIDs of a program' }],
}
