// Debian's package conntrack.
import type { ProgramPackage } from '../../program-table.ts'
import { conntrack, CONNTRACK_LONG, CONNTRACK_SHORT, CONNTRACK_UNSIMULATED } from './conntrack.ts'

export const conntrackPackage: ProgramPackage = {
  name: 'conntrack',
  version: '1:1.4.7-1+b2',
  programs: [{ path: '/usr/sbin/conntrack', program: conntrack, options: { short: CONNTRACK_SHORT, long: CONNTRACK_LONG, unsimulatedShort: CONNTRACK_UNSIMULATED }, summary: 'shows the connections the firewall keeps track of' }],
}
