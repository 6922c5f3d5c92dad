// Debian's package traceroute.
import type { ProgramPackage } from '../../program-table.ts'
import { traceroute, TRACEROUTE_OPTIONS } from './traceroute.ts'

export const traceroutePackage: ProgramPackage = {
  name: 'traceroute',
  version: '1:2.1.2-1',
  programs: [{ path: '/usr/bin/traceroute.db', program: traceroute, options: TRACEROUTE_OPTIONS, links: ['/usr/bin/traceroute6.db'], summary: 'lists the routers on the way to another machine' }],
}
