// Processes that make random system calls, as random users in random namespaces, and one that ends them all and tidies up.
import { type Errno, isErr } from '../../simulator/abi/errno.ts'
import { MNT_DETACH, MS_PRIVATE, MS_REC } from '../../simulator/abi/mount.ts'
import { CLONE_NEWNS } from '../../simulator/abi/sched.ts'
import { SIGALRM, SIGKILL, WNOHANG } from '../../simulator/abi/signal.ts'
import type { Flow, Program } from '../../simulator/abi/syscalls.ts'
import { Random } from '../../simulator/lib/random.ts'
import { call } from '../../simulator/userland/libc/syscall.ts'
import { readFile, sigaction } from '../../simulator/userland/libc/unistd.ts'
import { randomCalls } from './random-calls.ts'

const CALLS_PER_PROCESS = 60
const MOST_PROCESSES = 30

/** Everything random in one run. */
class Chaos {
  readonly #random: Random
  readonly #pids: number[] = []
  readonly #request: () => { readonly nr: string; readonly args: readonly unknown[] }
  #processes = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#request = randomCalls(this.#random, { pids: this.#pids, child: () => this.process() })
  }

  /** One process: signal handlers that let no call sleep for ever, then calls. */
  *process(): Flow<number> {
    if (++this.#processes > MOST_PROCESSES) return 1
    yield* sigaction(SIGALRM, function* () {})
    for (let i = 0; i < CALLS_PER_PROCESS; i++) {
      yield* call('alarm', 0.01)
      const { nr, args } = this.#request()
      const result = yield { nr, args } as never
      if (nr === 'clone' && typeof result === 'number') this.#pids.push(result)
    }
    return this.#random.below(256)
  }

  /** A process of root or of an ordinary user, with a tree of mounts of its own to play with. */
  *somebody(): Flow<number> {
    yield* call('setsid')
    const who = this.#random.below(2)
    yield* call('unshare', CLONE_NEWNS)
    yield* call('mount', 'none', '/', '', MS_REC | MS_PRIVATE, '')
    if (who === 1) {
      yield* call('setgroups', [])
      yield* call('setresgid', 1000, 1000, 1000)
      yield* call('setresuid', 1000, 1000, 1000)
    }
    return yield* this.process()
  }
}

const mountPoints = (mountinfo: string | Errno): readonly string[] => (isErr(mountinfo) ? [] : mountinfo.split('\n').filter((line) => line !== '').map((line) => line.split(' ')[4].replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))))

/** Lets them play, ends them all, and takes off what they left mounted on the host. */
function* supervise(chaos: Chaos | undefined): Flow<number> {
  const before = mountPoints(yield* readFile('/proc/self/mountinfo'))
  for (let i = 0; chaos !== undefined && i < 4; i++) yield* call('clone', 0, () => chaos.somebody())
  yield* call('clock_nanosleep', 1, 0, { sec: 10, nsec: 0 })
  for (let round = 0; round < 5; round++) {
    yield* call('kill', -1, SIGKILL)
    yield* call('clock_nanosleep', 1, 0, { sec: 1, nsec: 0 })
    while (!isErr(yield* call('wait4', -1, WNOHANG))) yield* call('sched_yield')
  }
  const after = mountPoints(yield* readFile('/proc/self/mountinfo'))
  for (const place of after.slice(before.length).reverse()) yield* call('umount2', place, MNT_DETACH)
  return 0
}

/** The program of a run; executed again by one of the players it is a player that goes on. Without a seed nobody plays. */
export function chaosProgram(seed: number | undefined): Program {
  const chaos = seed === undefined ? undefined : new Chaos(seed)
  return (argv) => (argv.length > 1 && chaos !== undefined ? chaos.process() : supervise(chaos))
}
