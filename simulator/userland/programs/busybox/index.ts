// Debian's package busybox-static.
import type { ProgramPackage } from '../../program-table.ts'
import { APPLETS, applets, RUNNABLE_APPLETS } from '../../bash/builtins/type.ts'
import { APPLET_NAMES } from './applet-names.ts'
import { busyboxProgram, hasCode } from './busybox.ts'

for (const name of APPLET_NAMES) {
  APPLETS.add(name)
  if (hasCode(name)) RUNNABLE_APPLETS.add(name)
}

applets.program = busyboxProgram

export const busybox: ProgramPackage = {
  name: 'busybox-static',
  version: '1:1.35.0-4+deb12u1+b1',
  programs: [{ path: '/usr/bin/busybox', program: busyboxProgram, summary: 'many small commands in one file' }],
}
