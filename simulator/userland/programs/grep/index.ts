// Debian's package grep.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { egrep, fgrep, grep as grepMain, rgrep } from './grep.ts'
import { GREP_LONG, GREP_SHORT } from './options.ts'

const options = { short: GREP_SHORT, long: GREP_LONG }

export const grep: ProgramPackage = {
  name: 'grep',
  version: '3.8-5',
  programs: [
    { path: '/usr/bin/grep', program: program(grepMain), options, summary: 'prints the lines that match a pattern' },
    { path: '/usr/bin/egrep', program: program(egrep), options, summary: 'grep with extended patterns' },
    { path: '/usr/bin/fgrep', program: program(fgrep), options, summary: 'grep for plain text' },
    { path: '/usr/bin/rgrep', program: program(rgrep), options, summary: 'grep in all files below a directory' },
  ],
}
