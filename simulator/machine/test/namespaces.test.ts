import { expect, test } from 'vitest'
import { type Errno, Errno as E, isErr } from '../../abi/errno.ts'
import { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../abi/sched.ts'
import { SIGKILL, SIGTERM, WEXITSTATUS, WIFSIGNALED, WTERMSIG } from '../../abi/signal.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { call } from '../../userland/libc/syscall.ts'
import { LEARNER, runFlow } from './run-flow.ts'

const pids = (value: number | Errno): number => (isErr(value) ? -1 : value)
const sleepFor = (sec: number): Flow<unknown> => call('clock_nanosleep', 1, 0, { sec, nsec: 0 })

test('the first process of a PID namespace is 1 inside and has an ordinary number outside', () => {
  const seen: unknown[] = []
  runFlow(function* () {
    const outside = yield* call('clone', CLONE_NEWPID, function* () {
      seen.push(yield* call('getpid'), yield* call('getppid'))
      return 7
    })
    const result = yield* call('wait4', -1, 0)
    if (!isErr(result)) seen.push(result.pid === outside, WEXITSTATUS(result.status))
    return 0
  })
  expect(seen).toEqual([1, 0, true, 7])
})

test('when PID 1 of a namespace ends, everybody in it is killed and the namespace goes', () => {
  const before = runFlow(function* () {
    return 0
  })
  const kernel = runFlow(function* () {
    yield* call('clone', CLONE_NEWPID, function* () {
      for (let i = 0; i < 5; i++) {
        yield* call('clone', 0, function* () {
          yield* sleepFor(1000)
          return 0
        })
      }
      yield* sleepFor(1)
      return 3
    })
    const result = yield* call('wait4', -1, 0)
    return isErr(result) ? 99 : WEXITSTATUS(result.status)
  })
  expect(kernel.bugs).toEqual([])
  expect(kernel.namespaces.size).toBe(before.namespaces.size)
  expect(kernel.tasks.size).toBe(before.tasks.size)
})

test('PID 1 ignores what it has no handler for from inside, KILL too, but not KILL from outside', () => {
  const seen: unknown[] = []
  runFlow(function* () {
    const init = pids(
      yield* call('clone', CLONE_NEWPID, function* () {
        yield* call('kill', 1, SIGKILL)
        yield* call('kill', 1, SIGTERM)
        seen.push('survived')
        yield* sleepFor(1000)
        return 0
      }),
    )
    yield* sleepFor(1)
    yield* call('kill', init, SIGTERM)
    yield* sleepFor(1)
    seen.push(yield* call('kill', init, 0))
    yield* call('kill', init, SIGKILL)
    const result = yield* call('wait4', init, 0)
    if (!isErr(result)) seen.push(WIFSIGNALED(result.status), WTERMSIG(result.status))
    return 0
  })
  expect(seen).toEqual(['survived', 0, true, SIGKILL])
})

test('an unshare that fails leaves everything as it was', () => {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    seen.push(yield* call('unshare', CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS))
    return 0
  }, LEARNER)
  expect(seen).toEqual([E.EPERM])
  expect(kernel.bugs).toEqual([])
  const counts = [...kernel.namespaces.values()].map((ns) => ns.type).sort()
  expect(counts).toEqual(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'])
})

test('a user namespace gives an ordinary user all capabilities, but only in there', () => {
  const seen: unknown[] = []
  runFlow(function* () {
    seen.push(yield* call('sethostname', 'mine'))
    seen.push(yield* call('unshare', CLONE_NEWUSER | CLONE_NEWUTS))
    seen.push(yield* call('sethostname', 'mine'))
    seen.push(yield* call('clock_settime', 0, { sec: 0, nsec: 0 }))
    return 0
  }, LEARNER)
  expect(seen).toEqual([E.EPERM, 0, 0, E.EPERM])
})

test('orphans go to init, which waits for them', () => {
  const kernel = runFlow(function* () {
    yield* call('clone', 0, function* () {
      yield* sleepFor(5)
      return 0
    })
    return 0
  })
  expect([...kernel.tasks.values()].filter((t) => t.state === 'zombie')).toEqual([])
  expect([...kernel.tasks.values()].filter((t) => !t.isKernelThread).map((t) => t.comm)).toEqual(['init'])
})
