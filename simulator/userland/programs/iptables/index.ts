// Debian's package iptables. The links to xtables-nft-multi and the alternatives are part of the host's image.
import type { ProgramPackage } from '../../program-table.ts'
import { xtablesNftMulti } from './main.ts'

export const iptablesPackage: ProgramPackage = {
  name: 'iptables',
  version: '1.8.9-2',
  programs: [{ path: '/usr/sbin/xtables-nft-multi', program: xtablesNftMulti, summary: 'iptables: shows and changes the firewall, on nftables' }],
}
