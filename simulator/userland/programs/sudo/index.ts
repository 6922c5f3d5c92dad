// Debian's package sudo.
import type { ProgramPackage } from '../../program-table.ts'
import { SUDO_OPTIONS } from './options.ts'
import { sudo } from './sudo.ts'

export const sudoPackage: ProgramPackage = {
  name: 'sudo',
  version: '1.9.13p3-1+deb12u3',
  programs: [{ path: '/usr/bin/sudo', program: sudo, mode: 0o4755, options: SUDO_OPTIONS, summary: 'runs a command as another user, usually root' }],
}
