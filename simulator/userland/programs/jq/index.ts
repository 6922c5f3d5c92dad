// Debian's package jq.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { jq as main } from './jq.ts'

export const jq: ProgramPackage = {
  name: 'jq',
  version: '1.6-2.1+deb12u2',
  programs: [{ path: '/usr/bin/jq', program: program(main), summary: 'picks values out of JSON' }],
}
