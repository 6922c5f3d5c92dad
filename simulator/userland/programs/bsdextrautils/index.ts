// Debian's package bsdextrautils.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { column, COLUMN_LONG, COLUMN_SHORT, COLUMN_UNSIMULATED } from './column.ts'
import { hexdump, HEXDUMP_LONG, HEXDUMP_SHORT } from './hexdump.ts'
import { colrm, COLRM_LONG, COLRM_SHORT, look, LOOK_LONG, LOOK_SHORT } from './lines.ts'

export const bsdextrautils: ProgramPackage = {
  name: 'bsdextrautils',
  version: '2.38.1-5+deb12u3',
  programs: [
    { path: '/usr/bin/colrm', program: program(colrm), options: { short: COLRM_SHORT, long: COLRM_LONG }, summary: 'removes columns of characters from lines' },
    { path: '/usr/bin/column', program: program(column), options: { short: COLUMN_SHORT, long: COLUMN_LONG, unsimulatedShort: COLUMN_UNSIMULATED }, summary: 'puts text into columns' },
    { path: '/usr/bin/hexdump', program: program(hexdump), options: { short: HEXDUMP_SHORT, long: HEXDUMP_LONG, unsimulatedShort: 'L' }, links: ['/usr/bin/hd'], summary: 'shows bytes as numbers' },
    { path: '/usr/bin/look', program: program(look), options: { short: LOOK_SHORT, long: LOOK_LONG }, summary: 'shows the lines that begin with a word' },
  ],
}
