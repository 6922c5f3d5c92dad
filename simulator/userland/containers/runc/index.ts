// Debian's package runc.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { runc } from './runc.ts'

export const runcPackage: ProgramPackage = {
  name: 'runc',
  version: '1.1.5+ds1-1+deb12u1',
  programs: [{ path: '/usr/sbin/runc', program: program(runc), summary: 'makes a container from a directory and a config.json' }],
}
