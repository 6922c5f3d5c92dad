// Debian's package nftables.
import type { ProgramPackage } from '../../program-table.ts'
import { nft, NFT_LONG, NFT_SHORT } from './nft.ts'

export const nftablesPackage: ProgramPackage = {
  name: 'nftables',
  version: '1.0.6-2+deb12u2',
  programs: [{ path: '/usr/sbin/nft', program: nft, options: { short: NFT_SHORT, long: NFT_LONG }, summary: 'shows and changes the firewall rules of a network namespace' }],
}
