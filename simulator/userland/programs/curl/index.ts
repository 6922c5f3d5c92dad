// Debian's package curl.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { curl } from './curl.ts'
import { OPTIONS } from './options.ts'

export const curlPackage: ProgramPackage = {
  name: 'curl',
  version: '7.88.1-10+deb12u15',
  programs: [{ path: '/usr/bin/curl', program: program(curl), options: OPTIONS, summary: 'fetches and sends data by HTTP' }],
}
