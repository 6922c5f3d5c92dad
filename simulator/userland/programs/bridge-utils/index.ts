// Debian's package bridge-utils.
import type { ProgramPackage } from '../../program-table.ts'
import { brctl } from './brctl.ts'

export const bridgeUtils: ProgramPackage = {
  name: 'bridge-utils',
  version: '1.7.1-1',
  programs: [{ path: '/usr/sbin/brctl', program: brctl, summary: 'makes and shows Ethernet bridges' }],
}
