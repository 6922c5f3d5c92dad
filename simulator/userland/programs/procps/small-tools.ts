// pwdx(1), pmap(1) and vmstat(8) of procps 4.0.2 in their plain forms.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, readlink } from '../../libc/unistd.ts'
import { readMeminfo, readProcess } from './read-proc.ts'
import { PMAP_USAGE, PWDX_USAGE, VMSTAT_USAGE } from './usages.ts'

/** -V, -h and unknown options; undefined to go on. */
function* common(c: Crt, usage: string, known: string): Flow<number | undefined> {
  for (const word of c.argv.slice(1)) {
    if (!word.startsWith('-') || word === '-') continue
    if (word === '-V' || word === '--version') yield* c.stdout.write(`${c.name} from procps-ng 4.0.2\n`)
    else if (word === '-h' || word === '--help') yield* c.stdout.write(usage)
    else if (known.includes(word[1])) return yield* unsimulated(c, `option ${word}`)
    else {
      yield* c.stderr.write(`${c.name}: ${word.startsWith('--') ? `unrecognized option '${word}'` : `invalid option -- '${word[1]}'`}\n${usage}`)
      return 1
    }
    return 0
  }
  return undefined
}

export function* pwdx(c: Crt): Flow<number> {
  const done = yield* common(c, PWDX_USAGE, '')
  if (done !== undefined) return done
  const operands = c.argv.slice(1)
  if (operands.length === 0) {
    yield* c.stderr.write(PWDX_USAGE)
    return 1
  }
  let status = 0
  for (const operand of operands) {
    const pid = operand.replace(/^\/proc\//, '')
    if (!/^\d+$/.test(pid)) {
      yield* c.stdout.flush()
      yield* c.stderr.write(`pwdx: invalid process id: ${operand}\n`)
      return 1
    }
    const cwd = yield* readlink(`/proc/${pid}/cwd`)
    if (isErr(cwd)) status = 1
    yield* c.stdout.write(`${operand}: ${isErr(cwd) ? (cwd.name === 'ENOENT' ? 'No such process' : cwd.message) : cwd}\n`)
  }
  return status
}

export function* pmap(c: Crt): Flow<number> {
  const done = yield* common(c, PMAP_USAGE, 'xXdqApcnN')
  if (done !== undefined) return done
  const pids = c.argv.slice(1).map((w) => w.replace(/^\/proc\//, ''))
  if (pids.length === 0 || pids.some((pid) => !/^\d+$/.test(pid))) {
    yield* c.stderr.write(PMAP_USAGE)
    return 1
  }
  let status = 0
  for (const pid of pids) {
    const process = yield* readProcess(Number(pid))
    if (process === undefined) {
      status = 42
      continue
    }
    yield* c.stdout.write(`${pid}:   ${process.cmdline.length > 0 ? process.cmdline.join(' ') : process.comm}\n`)
    const maps = yield* readFile(`/proc/${pid}/maps`)
    let total = 0
    for (const line of isErr(maps) ? [] : maps.split('\n')) {
      const m = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line)
      if (m === null) continue
      const size = (Number(`0x${m[2]}`) - Number(`0x${m[1]}`)) / 1024
      total += size
      const name = m[4] === '[stack]' ? '  [ stack ]' : m[4].startsWith('/') ? m[4].replace(/^.*\//, '') : '  [ anon ]'
      yield* c.stdout.write(`${m[1].padStart(16, '0')} ${String(size).padStart(6)}K ${m[3].slice(0, 3)}-- ${name}\n`)
    }
    yield* c.stdout.write(` total ${String(total).padStart(16)}K\n`)
  }
  return status
}

export function* vmstat(c: Crt): Flow<number> {
  const done = yield* common(c, VMSTAT_USAGE, 'afmnsdDpSwty')
  if (done !== undefined) return done
  const [delay, count] = c.argv.slice(1).map(Number)
  const rounds = delay === undefined ? 1 : count ?? Infinity
  for (let i = 0; i < rounds; i++) {
    const meminfo = yield* readMeminfo()
    const stat = yield* readFile('/proc/stat')
    if (isErr(stat)) {
      yield* c.stderr.write('vmstat: Unable to create vmstat structure\n')
      return 1
    }
    if (i === 0) {
      yield* c.stdout.write('procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n')
      yield* c.stdout.write(' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n')
    }
    const [user, nice, system, idle, wait, , , steal] = (stat.split('\n')[0] ?? '').split(/\s+/).slice(1).map(Number)
    const all = user + nice + system + idle + wait + (steal ?? 0) || 1
    const percent = (n: number): string => String(Math.round((100 * n) / all)).padStart(2)
    const running = Number(/procs_running (\d+)/.exec(stat)?.[1] ?? 1)
    const kb = (name: string): number => meminfo.get(name) ?? 0
    const memory = [kb('SwapTotal') - kb('SwapFree'), kb('MemFree'), kb('Buffers'), kb('Cached') + kb('SReclaimable')].map((n) => String(n).padStart(6)).join(' ')
    const zeros = '    0    0     0     0    0    0'
    yield* c.stdout.write(`${String(running).padStart(2)}  0 ${memory} ${zeros} ${[user + nice, system, idle, wait, steal ?? 0].map(percent).join(' ')}\n`)
    yield* c.stdout.flush()
    if (i + 1 < rounds) yield* call('clock_nanosleep', 1, 0, { sec: Math.floor(delay), nsec: 0 })
  }
  return 0
}
