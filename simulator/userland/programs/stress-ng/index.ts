// Debian's package stress-ng: the workers for the processor, memory and processes, out of its hundreds.
import { isErr } from '../../../abi/errno.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGALRM, SIGINT, SIGTERM, WEXITSTATUS, WIFEXITED } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, sigaction, waitpid } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { type Kind, type Plan, readPlan, STRESS_OPTIONS } from './options.ts'
import { type Counter, runWorker } from './workers.ts'

const VERSION = '0.15.06'
const DAY = 86400
const EXIT_FAILURE = 1, EXIT_NOT_SUCCESS = 2

function* seconds(): Flow<number> {
  const t = yield* call('clock_gettime', CLOCK_MONOTONIC)
  return isErr(t) ? 0 : t.sec + t.nsec / 1e9
}
/** ` (1 min, 2.00 secs)` behind times that need it. */
function inWords(total: number): string {
  if (total < 60) return ''
  const units: readonly (readonly [number, string])[] = [[DAY, 'day'], [3600, 'hour'], [60, 'min']]
  const parts: string[] = []
  let rest = total
  for (const [size, name] of units) {
    const n = Math.floor(rest / size)
    if (n > 0) parts.push(`${n} ${name}${n === 1 ? '' : 's'}`)
    rest -= n * size
  }
  return ` (${parts.join(', ')}, ${rest.toFixed(2)} secs)`
}

interface Worker { readonly kind: Kind; readonly counter: Counter; readonly pid: number; readonly started: number; ended: number; isFailed: boolean }

function* stressNg(c: Crt): Flow<number> {
  const info = yield* call('sysinfo')
  const cpus = yield* readFile('/proc/cpuinfo')
  const plan = readPlan(c.argv, isErr(info) ? 0 : info.totalram, isErr(cpus) ? 1 : Math.max(1, cpus.match(/^processor/gm)?.length ?? 1))
  if ('unsimulated' in plan) return yield* unsimulated(c, plan.unsimulated)
  if ('error' in plan) {
    yield* c.stderr.write(plan.isUsage ? `${c.argv[0]}: ${plan.error}\nTry 'stress-ng --help' for more information.\n` : `stress-ng: ${plan.error}\n`)
    return EXIT_FAILURE
  }
  if (plan.wantsVersion) {
    const names = yield* call('uname')
    yield* c.stdout.write(`stress-ng, version ${VERSION} (gcc 12.2.0, ${isErr(names) ? '' : `${names.machine} ${names.sysname} ${names.release}`})\n`)
    return 0
  }
  const self = yield* call('getpid')
  const say = function* (level: 'info' | 'metrc' | 'error' | 'fail', text: string): Flow<void> {
    if (!plan.isQuiet || level === 'error' || level === 'fail') yield* c.stderr.write(`stress-ng: ${`${level}:`.padEnd(6)} [${isErr(self) ? 0 : self}] ${text}\n`)
  }
  const time = plan.seconds ?? DAY
  yield* say('info', `${plan.seconds === undefined ? 'defaulting' : 'setting'} to a ${Math.round(time)} second${inWords(time)} run per stressor`)
  if (plan.hogs.length === 0) {
    yield* say('error', 'No stress workers invoked')
    return EXIT_FAILURE
  }
  yield* say('info', `dispatching hogs: ${plan.hogs.map(({ kind, count }) => `${count} ${kind}`).join(', ')}`)
  return yield* run(c, plan, time, say)
}

function* run(c: Crt, plan: Plan, time: number, say: (level: 'info' | 'metrc' | 'error' | 'fail', text: string) => Flow<void>): Flow<number> {
  const begin = yield* seconds()
  const workers = new Map<number, Worker>()
  let isOver = false
  const stop = function* (): Flow<void> {
    isOver = true
    for (const worker of workers.values()) {
      worker.counter.isOver = true
      if (worker.ended === 0) yield* call('kill', worker.pid, SIGALRM)
    }
  }
  for (const sig of [SIGINT, SIGTERM, SIGALRM]) yield* sigaction(sig, stop)
  for (const { kind, count, ops } of plan.hogs) {
    for (let n = 0; n < count && !isOver; n++) {
      const counter: Counter = { ops: 0, isOver: false }
      const pid = yield* forkChild(c, function* () {
        for (const sig of [SIGINT, SIGTERM, SIGALRM]) {
          yield* sigaction(sig, function* () {
            counter.isOver = true
          })
        }
        return yield* runWorker(c, kind, plan, count, counter, ops / count)
      })
      if (isErr(pid)) {
        yield* say('error', `Cannot fork: errno=${pid.number} (${pid.message})`)
        break
      }
      workers.set(pid, { kind, counter, pid, started: yield* seconds(), ended: 0, isFailed: false })
    }
  }
  yield* call('alarm', time)
  const times = new Map<Kind, { user: number; system: number }>()
  for (let left = workers.size; left > 0;) {
    const waited = yield* waitpid(-1)
    if (isErr(waited)) {
      if (waited.name === 'EINTR') continue
      break
    }
    const worker = workers.get(waited.pid)
    if (worker === undefined) continue
    left--
    worker.ended = yield* seconds()
    worker.isFailed = !WIFEXITED(waited.status) || WEXITSTATUS(waited.status) !== 0
    const used = times.get(worker.kind) ?? { user: 0, system: 0 }
    times.set(worker.kind, { user: used.user + waited.rusage.utime / 1e9, system: used.system + waited.rusage.stime / 1e9 })
  }
  if (plan.showsMetrics) {
    yield* say('metrc', 'stressor       bogo ops real time  usr time  sys time   bogo ops/s     bogo ops/s')
    yield* say('metrc', '                          (secs)    (secs)    (secs)   (real time) (usr+sys time)')
    for (const { kind } of plan.hogs) {
      const own = [...workers.values()].filter((worker) => worker.kind === kind)
      const ops = own.reduce((sum, { counter }) => sum + counter.ops, 0)
      const real = own.reduce((sum, { started, ended }) => sum + ended - started, 0) / Math.max(1, own.length)
      const { user, system } = times.get(kind) ?? { user: 0, system: 0 }
      const rate = (per: number): string => (per > 0 ? ops / per : 0).toFixed(2)
      yield* say('metrc', `${kind.padEnd(13)} ${String(ops).padStart(9)} ${real.toFixed(2).padStart(9)} ${user.toFixed(2).padStart(9)} ${system.toFixed(2).padStart(9)} ${rate(real).padStart(13)} ${rate(user + system).padStart(14)}`)
    }
  }
  const failed = [...workers.values()].filter((worker) => worker.isFailed)
  for (const { pid } of failed) yield* say('error', `process ${pid} (stress-ng) terminated with an error`)
  const took = (yield* seconds()) - begin
  yield* say('info', `${failed.length > 0 ? 'un' : ''}successful run completed in ${took.toFixed(2)}s${inWords(took)}`)
  return failed.length > 0 ? EXIT_NOT_SUCCESS : 0
}

export const stressNgPackage: ProgramPackage = {
  name: 'stress-ng',
  version: `${VERSION}-2`,
  programs: [{ path: '/usr/bin/stress-ng', program: program(stressNg), options: STRESS_OPTIONS, summary: 'burns processor time, takes memory, forks: to see limits at work' }],
}
