// Debian's package login: what is left in it besides su, which util-linux brings.
import type { ProgramPackage } from '../../program-table.ts'
import { newgrp } from './newgrp.ts'

export const loginPackage: ProgramPackage = {
  name: 'login',
  version: '1:4.13+dfsg1-1+deb12u1',
  programs: [{ path: '/usr/bin/newgrp', program: newgrp, mode: 0o4755, links: ['/usr/bin/sg'], summary: 'starts a shell with another primary group' }],
}
