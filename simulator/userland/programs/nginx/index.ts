// Debian's package nginx-light.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { nginx } from './nginx.ts'

export const nginxPackage: ProgramPackage = {
  name: 'nginx-light',
  version: '1.22.1-9+deb12u1',
  programs: [{ path: '/usr/sbin/nginx', program: program(nginx), summary: 'a web server' }],
}
