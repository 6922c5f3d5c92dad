// Debian's packages util-linux and mount.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { NSENTER_OPTIONS, nsenter } from './nsenter.ts'
import { unshare } from './unshare.ts'
import { UNSHARE_OPTIONS } from './unshare-options.ts'

export const utilLinuxPackage: ProgramPackage = {
  name: 'util-linux',
  version: '2.38.1-5+deb12u3',
  programs: [
    { path: '/usr/bin/unshare', program: program(unshare), options: UNSHARE_OPTIONS, summary: 'runs a program in new namespaces' },
    { path: '/usr/bin/nsenter', program: program(nsenter), options: NSENTER_OPTIONS, summary: 'runs a program in the namespaces of another process' },
  ],
}
