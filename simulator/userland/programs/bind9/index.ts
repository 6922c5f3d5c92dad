// Debian's packages bind9-dnsutils and bind9-host.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { dig } from './dig.ts'
import { host, nslookup } from './host.ts'

export const bind9Package: ProgramPackage = {
  name: 'bind9-dnsutils',
  version: '1:9.18.49-1~deb12u1',
  programs: [
    { path: '/usr/bin/dig', program: program(dig), summary: 'asks name servers and shows their answers in full' },
    { path: '/usr/bin/host', program: program(host), summary: 'asks name servers for the addresses of a name' },
    { path: '/usr/bin/nslookup', program: program(nslookup), summary: 'asks name servers for the addresses of a name' },
  ],
}
