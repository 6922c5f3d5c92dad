// pidof(8), Debian's: killall5 of sysvinit-utils under another name. Finds processes by program name; lists the newest first.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { readlink, stat } from '../../libc/unistd.ts'
import { type Process, readProcesses } from '../procps/read-proc.ts'

const HELP = `pidof usage: [options] <program-name>

 -c           Return PIDs with the same root directory
 -d <sep>     Use the provided character as output separator
 -h           Display this help text
 -n           Avoid using stat system function on network shares
 -o <pid>     Omit results with a given PID
 -q           Quiet mode. Do not display output
 -s           Only return one PID
 -x           Return PIDs of shells running scripts with a matching name
 -z           List zombie and I/O waiting processes. May cause pidof to hang.

`
export const PIDOF_SHORT = 'cd:hno:qsxz'

export function* pidof(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, PIDOF_SHORT)
  const flags = new Set<string>()
  const omit = new Set<number>()
  let separator = ' '
  const self = yield* call('getpid')
  for (const event of parsed.options) {
    // Bad options pass without a word.
    if (!('opt' in event)) continue
    if (event.opt === 'h') {
      yield* c.stdout.write(HELP)
      return 0
    }
    if (event.opt === 'd') separator = event.arg ?? ' '
    else if (event.opt === 'o') for (const word of (event.arg ?? '').split(/[,;:]/)) omit.add(word === '%PPID' ? yield* parentPid() : Number(word))
    else flags.add(event.opt)
  }
  const all = (yield* readProcesses()).filter((p) => p.pid !== self && (flags.has('z') || (p.state !== 'Z' && p.state !== 'D')))
  const found: number[] = []
  for (const name of parsed.operands) {
    const matches = yield* findByName(name, all, flags)
    const pids = matches.map((p) => p.pid).filter((pid) => !omit.has(pid)).reverse()
    found.push(...(flags.has('s') ? pids.slice(0, 1) : pids))
  }
  if (found.length === 0) return 1
  if (!flags.has('q')) yield* c.stdout.write(`${found.join(separator)}\n`)
  return 0
}

function* parentPid(): Flow<number> {
  const ppid = yield* call('getppid')
  return isErr(ppid) ? 0 : ppid
}

/** By the executable file if the name is one, else by argv[0] or the command name. */
function* findByName(name: string, all: readonly Process[], flags: ReadonlySet<string>): Flow<readonly Process[]> {
  const file = flags.has('n') ? undefined : yield* stat(name)
  const out: Process[] = []
  const root = flags.has('c') ? yield* readlink('/proc/self/root') : undefined
  for (const p of all) {
    if (root !== undefined && (yield* readlink(`/proc/${p.pid}/root`)) !== root) continue
    if (file !== undefined && !isErr(file)) {
      const exe = yield* stat(`/proc/${p.pid}/exe`)
      if (!isErr(exe) && exe.dev === file.dev && exe.ino === file.ino) out.push(p)
    }
  }
  if (out.length > 0) return out
  const base = name.replace(/^.*\//s, '')
  for (const p of all) {
    if (root !== undefined && (yield* readlink(`/proc/${p.pid}/root`)) !== root) continue
    if (name.startsWith('/')) {
      if ((yield* readlink(`/proc/${p.pid}/exe`)) === name) out.push(p)
      continue
    }
    const [argv0, argv1] = p.cmdline
    const plain = argv0 === undefined || argv0.includes(' ') || argv0.startsWith('-') || argv0.replace(/^.*\//s, '') === p.comm
    const names = [argv0, argv0?.replace(/^.*\//s, ''), plain ? p.comm : undefined, flags.has('x') ? argv1?.replace(/^.*\//s, '') : undefined]
    if (names.includes(base) || argv0 === name) out.push(p)
  }
  return out
}
