// Debian's package file.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { file as main, FILE_LONG, FILE_SHORT } from './file.ts'

export const file: ProgramPackage = {
  name: 'file',
  version: '1:5.44-3',
  programs: [{ path: '/usr/bin/file', program: program(main), options: { short: FILE_SHORT, long: FILE_LONG, unsimulatedShort: 'i' }, summary: 'tells what kind of file a file is' }],
}
