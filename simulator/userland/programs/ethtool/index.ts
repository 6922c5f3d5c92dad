// Debian's package ethtool.
import type { ProgramPackage } from '../../program-table.ts'
import { ethtool } from './ethtool.ts'

export const ethtoolPackage: ProgramPackage = {
  name: 'ethtool',
  version: '1:6.1-1',
  programs: [{ path: '/usr/sbin/ethtool', program: ethtool, summary: 'shows and changes what drivers of network devices know' }],
}
