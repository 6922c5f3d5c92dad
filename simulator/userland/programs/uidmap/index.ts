// Debian's package uidmap.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { getsubids } from './getsubids.ts'
import { newgidmap, newuidmap } from './newidmap.ts'

export const uidmapPackage: ProgramPackage = {
  name: 'uidmap',
  version: '1:4.13+dfsg1-1+deb12u1',
  programs: [
    { path: '/usr/bin/getsubids', program: program(getsubids), summary: 'lists the id ranges that are granted to a user' },
    { path: '/usr/bin/newuidmap', program: newuidmap, mode: 0o4755, summary: 'maps granted user ids into a user namespace' },
    { path: '/usr/bin/newgidmap', program: newgidmap, mode: 0o4755, summary: 'maps granted group ids into a user namespace' },
  ],
}
