// Debian's apparmor: the parser and the small tools around it.
import type { ProgramPackage } from '../../program-table.ts'
import { aaEnabled, aaExec, aaExecOptions } from './aa-exec.ts'
import { aaStatus, statusOptions } from './aa-status.ts'
import { apparmorParser, parserOptions } from './apparmor-parser.ts'

export const apparmorPackage: ProgramPackage = {
  name: 'apparmor', version: '3.0.8-3',
  programs: [
    { path: '/usr/bin/aa-enabled', program: aaEnabled, summary: 'tell whether AppArmor is there' },
    { path: '/usr/bin/aa-exec', program: aaExec, options: aaExecOptions, summary: 'run a command confined by an AppArmor profile' },
    { path: '/usr/sbin/aa-status', program: aaStatus, links: ['/usr/sbin/apparmor_status'], options: statusOptions, summary: 'list AppArmor profiles and whom they confine' },
    { path: '/usr/sbin/apparmor_parser', program: apparmorParser, options: parserOptions, summary: 'load AppArmor profiles into the kernel' },
  ],
}
