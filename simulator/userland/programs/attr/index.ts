// Debian's package attr: extended attributes of files.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { GETFATTR_OPTIONS, getfattr } from './getfattr.ts'
import { SETFATTR_OPTIONS, setfattr } from './setfattr.ts'

export const attrPackage: ProgramPackage = {
  name: 'attr',
  version: '1:2.5.1-4',
  programs: [
    { path: '/usr/bin/getfattr', program: program(getfattr), options: GETFATTR_OPTIONS, summary: 'shows extended attributes of files' },
    { path: '/usr/bin/setfattr', program: program(setfattr), options: SETFATTR_OPTIONS, summary: 'sets extended attributes of files' },
  ],
}
