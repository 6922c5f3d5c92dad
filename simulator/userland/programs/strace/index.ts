// Debian's package strace.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { strace } from './strace.ts'

export const stracePackage: ProgramPackage = {
  name: 'strace',
  version: '6.1-0.1',
  programs: [{ path: '/usr/bin/strace', program: program(strace), summary: 'shows the system calls of a program' }],
}
