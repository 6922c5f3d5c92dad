// What runs between dockerd and runc, from Debian's package containerd.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { containerd } from './containerd.ts'
import { shim } from './shim.ts'

export const containerdPackage: ProgramPackage = {
  name: 'containerd',
  version: '1.6.20~ds1-1+deb12u1',
  programs: [
    { path: '/usr/bin/containerd', program: program(containerd), summary: 'starts and watches containers for dockerd' },
    { path: '/usr/bin/containerd-shim-runc-v2', program: program(shim), summary: 'keeps one container running, whatever becomes of dockerd' },
  ],
}
