// Debian's package hostname.
import type { ProgramPackage } from '../../program-table.ts'
import { HOSTNAME_OPTIONS, hostname } from './hostname.ts'

export const hostnamePackage: ProgramPackage = {
  name: 'hostname',
  version: '3.23+nmu1',
  programs: [
    {
      path: '/usr/bin/hostname', program: hostname, options: HOSTNAME_OPTIONS, summary: 'shows or sets the name of this machine',
      links: ['/usr/bin/dnsdomainname', '/usr/bin/domainname', '/usr/bin/nisdomainname', '/usr/bin/ypdomainname'],
    },
  ],
}
