// Debian's gcc-12: the C compiler, for the small programs that show what a system call does.
import type { ProgramPackage } from '../../program-table.ts'
import { compiled, gcc } from './gcc.ts'

export const gccPackage: ProgramPackage = {
  name: 'gcc-12', version: '12.2.0-14+deb12u1',
  programs: [
    { path: '/usr/bin/x86_64-linux-gnu-gcc-12', program: gcc, summary: 'compile a C program (gcc, cc)' },
    { path: '/usr/lib/gcc/x86_64-linux-gnu/12/cc1', program: compiled, summary: 'what a compiled program does' },
  ],
}
