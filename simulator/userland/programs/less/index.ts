// The pagers: Debian's package less, and util-linux's more beside it, since they share their code.
import { program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { less as lessMain, more } from './pager.ts'

export const less: ProgramPackage = {
  name: 'less',
  version: '590-2.1~deb12u2',
  programs: [
    { path: '/usr/bin/less', program: program(lessMain), links: ['/usr/bin/pager'], summary: 'shows a text page by page, forward and back' },
    { path: '/usr/bin/more', program: program(more), summary: 'shows a text page by page' },
  ],
}
