// What one more costs on a machine that has 10 of them, and on one that has 10,000: the cost must not grow with the machine.
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS, CLONE_VM } from '../../simulator/abi/sched.ts'
import { isErr } from '../../simulator/abi/errno.ts'
import type { Flow } from '../../simulator/abi/syscalls.ts'
import { runFlow } from '../../simulator/machine/test/run-flow.ts'
import { call } from '../../simulator/userland/libc/syscall.ts'
import { mkdir, readFile, writeFile } from '../../simulator/userland/libc/unistd.ts'

const FEW = 10
const MANY = 10_000
const ROUNDS = 40
const TIMES = 40

interface Subject {
  readonly what: string
  /** Adds the nth to the machine. */
  readonly add: (n: number) => Flow<unknown>
  /** Makes one more and takes it away again. */
  readonly oneMore: (n: number) => Flow<unknown>
}

function must<T>(value: T): T {
  if (isErr(value)) throw new Error(`the machine refuses: ${value.message}`)
  return value
}

function* sleeper(): Flow<number> {
  yield* call('pause')
  return 0
}
/** They share the first one's memory: the machine has none for 10,000 of their own. */
const add = (flags: number): Subject['add'] => function* () {
  must(yield* call('clone', flags | CLONE_VM, sleeper))
}
const oneMore = (flags: number): Subject['oneMore'] => function* () {
  const pid = must(yield* call('clone', flags, function* () {
    return 0
  }))
  must(yield* call('wait4', pid as number, 0))
}
const namespace = (what: string, flags: number): Subject => ({ what, add: add(flags), oneMore: oneMore(flags) })

function* mount(n: number): Flow<unknown> {
  yield* mkdir(`/tmp/${n}`, 0o755)
  return must(yield* call('mount', 't', `/tmp/${n}`, 'tmpfs', 0, ''))
}

const SUBJECTS: readonly Subject[] = [
  namespace('process', 0),
  {
    what: 'signal to a process, its /proc', add: add(0),
    *oneMore() {
      const pid = must(yield* call('clone', 0, sleeper)) as number
      must(yield* readFile(`/proc/${pid}/stat`))
      yield* call('kill', pid, 9)
      must(yield* call('wait4', pid, 0))
    },
  },
  namespace('UTS namespace', CLONE_NEWUTS), namespace('IPC namespace', CLONE_NEWIPC), namespace('user namespace', CLONE_NEWUSER), namespace('PID namespace', CLONE_NEWPID),
  namespace('cgroup namespace', CLONE_NEWCGROUP), namespace('time namespace', CLONE_NEWTIME), namespace('network namespace', CLONE_NEWNET), namespace('mount namespace', CLONE_NEWNS),
  {
    what: 'mount', add: mount,
    *oneMore(n) {
      yield* mount(n)
      must(yield* call('umount2', `/tmp/${n}`, 0))
    },
  },
  {
    what: 'file in a directory', add: (n) => writeFile(`/tmp/${n}`, 'x'),
    *oneMore(n) {
      must(yield* writeFile(`/tmp/${n}`, 'x'))
      must(yield* call('unlinkat', -100, `/tmp/${n}`, 0))
    },
  },
]

/** Microseconds for one more where there are `count`: median of rounds. */
function cost(subject: Subject, count: number): number {
  const taken: number[] = []
  const kernel = runFlow(function* () {
    for (let n = 0; n < count; n++) yield* subject.add(n)
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      for (let n = 0; n < TIMES; n++) yield* subject.oneMore(count + n)
      taken.push(((performance.now() - start) / TIMES) * 1000)
    }
    yield* call('kill', -1, 9)
    return 0
  }, undefined, (machine) => {
    machine.maxThreads = machine.pidMax = 4 * MANY
    for (const type of ['user', 'uts', 'ipc', 'pid', 'net', 'mnt', 'cgroup', 'time'] as const) machine.initUserNs.limits.set(type, 4 * MANY)
  })
  if (kernel.bugs.length > 0) throw new Error(kernel.bugs[0].text)
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0
}

export function scaleReport(): string {
  const rows = SUBJECTS.map((subject) => {
    cost(subject, FEW)
    const few = cost(subject, FEW)
    const many = cost(subject, MANY)
    return `${subject.what.padEnd(38)}${few.toFixed(1).padStart(10)}${many.toFixed(1).padStart(10)}${`${(many / few).toFixed(2)} ×`.padStart(10)}\n`
  })
  return `${'one more, in µs, where there are …'.padEnd(38)}${String(FEW).padStart(10)}${MANY.toLocaleString('en').padStart(10)}${'ratio'.padStart(10)}\n${rows.join('')}`
}
