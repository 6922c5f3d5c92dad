// Debian's package iproute2.
import type { ProgramPackage } from '../../program-table.ts'
import { bridge } from './bridge.ts'
import { ip } from './ip.ts'
import { tc } from './tc.ts'
import { ss, SS_OPTIONS } from './ss/ss.ts'

export const iproutePackage: ProgramPackage = {
  name: 'iproute2',
  version: '6.1.0-3',
  programs: [
    { path: '/usr/bin/ip', program: ip, links: ['/usr/sbin/ip'], summary: 'shows and changes network devices, addresses, routes and namespaces' },
    { path: '/usr/bin/bridge', program: bridge, links: ['/usr/sbin/bridge'], summary: 'shows the ports of bridges' },
    { path: '/usr/bin/ss', program: ss, options: SS_OPTIONS, summary: 'shows the sockets of a network namespace' },
    { path: '/usr/sbin/tc', program: tc, summary: 'shows and changes how devices queue, delay and lose packets' },
  ],
}
