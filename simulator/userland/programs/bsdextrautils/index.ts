// Debian's package bsdextrautils.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { column, COLUMN_LONG, COLUMN_SHORT } from './column.ts'
import { hexdump, HEXDUMP_LONG, HEXDUMP_SHORT } from './hexdump.ts'

export const bsdextrautils: ProgramPackage = {
  name: 'bsdextrautils',
  version: '2.38.1-5+deb12u3',
  programs: [
    { path: '/usr/bin/column', program: program(column), options: { short: COLUMN_SHORT, long: COLUMN_LONG, unsimulatedShort: 'JeL' }, summary: 'puts text into columns' },
    { path: '/usr/bin/hexdump', program: program(hexdump), options: { short: HEXDUMP_SHORT, long: HEXDUMP_LONG, unsimulatedShort: 'ef' }, links: ['/usr/bin/hd'], summary: 'shows bytes as numbers' },
  ],
}
