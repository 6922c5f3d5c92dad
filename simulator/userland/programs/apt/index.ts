// Debian's package apt: apt-get and apt up to their locks, which only root may take. What comes after is not simulated: there are no packages to fetch.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_RDWR } from '../../../abi/fcntl.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { close, open } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'

const EXIT_FAILURE = 100
const DPKG_LOCK = '/var/lib/dpkg/lock-frontend'
/** Commands that change what is installed. */
const CHANGES = new Set(['install', 'reinstall', 'remove', 'purge', 'autoremove', 'autopurge', 'upgrade', 'dist-upgrade', 'full-upgrade', 'dselect-upgrade', 'build-dep'])

function* main(c: Crt): Flow<number> {
  const command = c.argv.slice(1).find((word) => !word.startsWith('-'))
  if (command === undefined || !CHANGES.has(command)) return yield* unsimulated(c, command === undefined ? 'this program' : command)
  if (c.name === 'apt') yield* c.stderr.write('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
  const fd = yield* open(DPKG_LOCK, O_RDWR | O_CREAT, 0o640)
  if (!isErr(fd)) {
    yield* close(fd)
    return yield* unsimulated(c, `${command} as root`)
  }
  yield* c.stderr.write(`E: Could not open lock file ${DPKG_LOCK} - open (${fd === E.EACCES ? 13 : fd === E.EROFS ? 30 : 2}: ${fd.message})\n`)
  yield* c.stderr.write(`E: Unable to acquire the dpkg frontend lock (${DPKG_LOCK}), are you root?\n`)
  return EXIT_FAILURE
}

export const apt: ProgramPackage = {
  name: 'apt',
  version: '2.6.1',
  programs: [
    { path: '/usr/bin/apt-get', program: program(main), summary: 'installs packages; here it gets as far as its lock' },
    { path: '/usr/bin/apt', program: program(main), summary: 'the same for people' },
  ],
}
