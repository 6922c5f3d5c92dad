// Debian's package iputils-ping.
import type { ProgramPackage } from '../../program-table.ts'
import { ping, PING_OPTIONS } from './ping.ts'

export const iputilsPing: ProgramPackage = {
  name: 'iputils-ping',
  version: '3:20221126-1+deb12u1',
  programs: [
    {
      path: '/usr/bin/ping', program: ping, options: PING_OPTIONS, links: ['/usr/bin/ping4', '/usr/bin/ping6'], capabilities: ['cap_net_raw'],
      summary: 'asks another machine for an answer and says how long it took',
    },
  ],
}
