// Debian's package tree.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { tree as main } from './tree.ts'

export const tree: ProgramPackage = {
  name: 'tree',
  version: '2.1.0-1',
  programs: [{ path: '/usr/bin/tree', program: program(main), summary: 'draws directories as a tree' }],
}
