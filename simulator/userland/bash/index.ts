// The shells as packages: bash, dash (which is /bin/sh on Debian), and the entry of BusyBox's ash for the busybox package.
import type { Program } from '../../abi/syscalls.ts'
import type { ProgramPackage } from '../program-table.ts'
import { clearConsole } from './clear-console.ts'
import { shellProgram } from './main.ts'

export const bash: ProgramPackage = {
  name: 'bash',
  version: '5.2.15-2+b7',
  programs: [
    { path: '/usr/bin/bash', program: shellProgram('bash'), links: ['/usr/bin/rbash'], summary: 'the shell that reads your commands' },
    { path: '/usr/bin/clear_console', program: clearConsole, summary: 'clears a virtual console at logout' },
  ],
}

export const dash: ProgramPackage = {
  name: 'dash',
  version: '0.5.12-2',
  programs: [{ path: '/usr/bin/dash', program: shellProgram('dash'), links: ['/usr/bin/sh'], summary: 'the small shell behind sh' }],
}

/** BusyBox's shell: what its applets `sh` and `ash` run. */
export const ash: Program = shellProgram('ash')
