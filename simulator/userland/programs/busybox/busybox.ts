// The BusyBox binary: one executable that is many programs, by the name it is called with or by its first argument.
import { isErr } from '../../../abi/errno.ts'
import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../../abi/sched.ts'
import type { Flow, Program } from '../../../abi/syscalls.ts'
import { type Crt, envStrings, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { link, readlink, symlink } from '../../libc/unistd.ts'
import { ash } from '../../bash/index.ts'
import { bsdextrautils } from '../bsdextrautils/index.ts'
import { coreutils } from '../coreutils/index.ts'
import { diffutils } from '../diffutils/index.ts'
import { findutils } from '../findutils/index.ts'
import { grep } from '../grep/index.ts'
import { gzip } from '../gzip/index.ts'
import { hostnamePackage } from '../hostname/index.ts'
import { less } from '../less/index.ts'
import { mawk } from '../mawk/index.ts'
import { procps } from '../procps/index.ts'
import { psmisc } from '../psmisc/index.ts'
import { sed } from '../sed/index.ts'
import { tar } from '../tar/index.ts'
import { sysvinitUtils } from '../sysvinit-utils/index.ts'
import { utilLinuxPackage } from '../util-linux/index.ts'
import { xxdPackage } from '../xxd/index.ts'
import { debianutils } from '../debianutils/index.ts'
import { APPLET_NAMES, overview } from './applet-names.ts'
import { wrongOperands } from './arity.ts'
import { df } from './df.ts'
import { free } from './free.ts'
import { id } from './id.ts'
import { ls } from './ls.ts'
import { ip } from './ip.ts'
import { mount, umount } from './mount.ts'
import { nc } from './nc.ts'
import { ifconfig, route } from './net-tools.ts'
import { netstat } from './netstat.ts'
import { nslookup } from './nslookup.ts'
import { ping } from './ping.ts'
import { ps } from './ps.ts'
import { chroot, kill, su, whoami } from './small.ts'
import { withTranslatedErrors } from './translate.ts'
import { usageOf } from './usage.ts'
import { wc } from './wc.ts'
import { wget } from './wget.ts'

const PR_SET_NAME = 15

/** Applets whose own behaviour differs in more than words. */
const OWN = new Map<string, Program>([
  ['ps', program(ps)], ['id', program(id)], ['ip', program(ip)], ['nc', program(nc)], ['ping', program(ping)], ['wget', program(wget)], ['ls', program(ls)],
  ['mount', program(mount)], ['umount', program(umount)], ['df', program(df)], ['whoami', program(whoami)], ['kill', program(kill)], ['chroot', program(chroot)], ['su', program(su)],
  ['free', program(free)], ['route', program(route)], ['ifconfig', program(ifconfig)], ['netstat', program(netstat)], ['nslookup', program(nslookup)], ['wc', program(wc)],
])

// eslint-disable-next-line no-restricted-syntax -- constants, only made late: the same for every machine
let full: Map<string, Program> | undefined

/** The full programs by name. Made at first use: packages import each other. */
function fullProgram(name: string): Program | undefined {
  if (full === undefined) {
    full = new Map()
    for (const pkg of [coreutils, debianutils, findutils, grep, hostnamePackage, mawk, procps, psmisc, sed, sysvinitUtils, utilLinuxPackage, xxdPackage, diffutils, tar, gzip, less, bsdextrautils]) {
      for (const entry of pkg.programs) {
        for (const path of [entry.path, ...(entry.links ?? [])]) full.set(path.slice(path.lastIndexOf('/') + 1), entry.program)
      }
    }
  }
  return full.get(name)
}

/** Is there code for the applet? */
export const hasCode = (name: string): boolean => OWN.has(name) || fullProgram(name) !== undefined

export const busyboxProgram: Program = program(function* (c) {
  const called = (c.argv[0] ?? '').replace(/^.*\//s, '').replace(/^-/, '')
  if (!called.startsWith('busybox')) {
    // re-executed by its own shell through /proc/self/exe: the process takes the applet's name
    if (!(c.argv[0] ?? '').includes('/')) yield* call('prctl', PR_SET_NAME, called)
    return yield* runApplet(c, called, c.argv)
  }
  const [, first] = c.argv
  switch (first) {
    case undefined: case '--help':
      if (first === '--help' && c.argv[2] !== undefined) return yield* showUsage(c, c.argv[2])
      yield* c.stdout.write(overview())
      return 0
    case '--list':
      yield* c.stdout.write(`${APPLET_NAMES.join('\n')}\n`)
      return 0
    case '--list-full': return yield* unsimulated(c, 'option --list-full')
    case '--install': return yield* install(c)
    default: return yield* runApplet(c, first.replace(/^.*\//s, ''), c.argv.slice(1))
  }
})

function* showUsage(c: Crt, name: string): Flow<number> {
  const usage = usageOf(name)
  if (usage === undefined) return yield* notFound(c, name)
  yield* c.stderr.write(usage)
  return 0
}

function* notFound(c: Crt, name: string): Flow<number> {
  yield* c.stderr.write(`${name}: applet not found\n`)
  return 127
}

function* runApplet(c: Crt, name: string, argv: readonly string[]): Flow<number> {
  if (!APPLET_NAMES.includes(name)) return yield* notFound(c, name)
  if (name === 'busybox') return yield* busyboxProgram(argv, envStrings(c.env))
  const env = envStrings(c.env)
  if (name === 'sh' || name === 'ash') return yield* ash(argv, env)
  if (argv.length === 2 && argv[1] === '--help' && !['true', 'false', 'echo', 'test', '[', '[['].includes(name)) {
    const status = yield* showUsage(c, name)
    if (status === 0) return 0
  }
  if (name === 'unshare') return yield* withTranslatedErrors((fullProgram('unshare') ?? busyboxProgram)(['unshare', ...argv.slice(1)], env), name, usageOf(name), [[/^unshare: unshare failed: /, `unshare: unshare(0x${unshareFlags(argv.slice(1)).toString(16)}): `]])
  const status = wrongOperands(name, argv.slice(1))
  if (status !== undefined && usageOf(name) !== undefined) {
    yield* showUsage(c, name)
    return status
  }
  const own = OWN.get(name)
  if (own !== undefined) return yield* own([name, ...argv.slice(1)], env)
  const code = fullProgram(name === '[[' ? '[' : name)
  if (code === undefined) return yield* unsimulated({ ...c, name }, 'this applet')
  // BusyBox's realpath(1) is realpath(3): all of the path must be there
  return yield* withTranslatedErrors(code([name, ...(name === 'realpath' ? ['-e'] : []), ...argv.slice(1)], env), name, usageOf(name))
}

const UNSHARE_FLAGS: Readonly<Record<string, number>> = { m: CLONE_NEWNS, u: CLONE_NEWUTS, i: CLONE_NEWIPC, n: CLONE_NEWNET, p: CLONE_NEWPID, U: CLONE_NEWUSER, r: CLONE_NEWUSER }

/** The flags that the options of BusyBox's unshare stand for. */
function unshareFlags(words: readonly string[]): number {
  let flags = 0
  for (const word of words) {
    if (!word.startsWith('-')) break
    const letters = word.startsWith('--') ? (word === '--map-root-user' ? 'r' : (word[2] ?? '').replace('u', word.startsWith('--uts') ? 'u' : 'U')) : word.slice(1)
    for (const letter of letters) flags |= UNSHARE_FLAGS[letter] ?? 0
  }
  return flags
}

/** --install [-s] [DIR]: links for all applets; existing files stay. Without DIR every applet goes where its program belongs. */
function* install(c: Crt): Flow<number> {
  const words = c.argv.slice(2)
  const symbolic = words[0] === '-s'
  const directory = words[symbolic ? 1 : 0]
  if (directory === undefined) return yield* unsimulated(c, 'option --install without a directory')
  const self = yield* readlink('/proc/self/exe')
  const target = isErr(self) ? '/bin/busybox' : self
  for (const name of APPLET_NAMES) {
    const path = `${directory.replace(/\/$/, '')}/${name}`
    const made = symbolic ? yield* symlink(target, path) : yield* link(target, path)
    if (isErr(made) && made.name !== 'EEXIST') yield* c.stderr.write(`busybox: ${path}: ${made.message}\n`)
  }
  return 0
}
