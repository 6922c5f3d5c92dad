// Debian's package tar (GNU tar 1.34), the everyday part of it.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { change, compare } from './change.ts'
import { create } from './create.ts'
import { read } from './extract.ts'
import { parseTar, TAR_OPTIONS } from './options.ts'

function* main(c: Crt): Flow<number> {
  const request = yield* parseTar(c)
  switch (request.action) {
    case 'c': return yield* create(c, request)
    case 't': case 'x': return yield* read(c, request)
    case 'd': return yield* compare(c, request)
    default: return yield* change(c, request)
  }
}

export const tar: ProgramPackage = {
  name: 'tar',
  version: '1.34+dfsg-1.2+deb12u1',
  programs: [{ path: '/usr/bin/tar', program: program(main), options: TAR_OPTIONS, summary: 'packs files into an archive, and unpacks them' }],
}
