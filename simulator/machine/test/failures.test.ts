// What a refused call must not do: leave something behind, or end something twice.
import { expect, test } from 'vitest'
import { Errno } from '../../abi/errno.ts'
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../abi/sched.ts'
import { SIGCHLD, SIGKILL, SIGUSR1 } from '../../abi/signal.ts'
import { call } from '../../userland/libc/syscall.ts'
import { open, sigaction } from '../../userland/libc/unistd.ts'
import { LEARNER, runFlow } from './run-flow.ts'

const INITIAL = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']

test('kernel threads ignore every signal', () => {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    seen.push(yield* call('kill', 2, SIGKILL), yield* call('kill', 2, 0))
    return 0
  })
  expect(seen).toEqual([0, 0])
  expect(kernel.bugs).toEqual([])
})

test('an unshare that fails after it made a user namespace ends it once', () => {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    yield* call('unshare', CLONE_NEWUSER | CLONE_NEWPID)
    yield* call('unshare', CLONE_NEWUSER | CLONE_NEWPID)
    seen.push(yield* call('unshare', CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID))
    return 0
  }, LEARNER)
  expect(seen).toEqual([Errno.EPERM])
  expect([...kernel.namespaces.values()].map((ns) => ns.type).sort()).toEqual(INITIAL)
  expect([...kernel.initUserNs.counts].filter(([, count]) => count !== 0)).toEqual([])
})

test('a new file system that cannot be attached ends once', () => {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    yield* call('unshare', CLONE_NEWNS | CLONE_NEWNET)
    yield* call('openat', -100, '/tmp/file', 0o101, 0o644)
    seen.push(yield* call('mount', 'sys', '/tmp/file', 'sysfs', 0, ''))
    seen.push(yield* call('mount', 'proc', '/tmp', 'proc', 0, 'nonsense'))
    return 0
  })
  expect(seen).toEqual([Errno.ENOTDIR, Errno.EINVAL])
  expect(kernel.bugs).toEqual([])
  expect([...kernel.namespaces.values()].map((ns) => ns.type).sort()).toEqual(INITIAL)
})

test('a socket pair that finds no room for its second descriptor is closed again', () => {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    yield* call('unshare', CLONE_NEWNET)
    const first = yield* open('/', 0)
    yield* call('prlimit64', 0, 'NOFILE', { soft: Number(first) + 2, hard: 64 })
    seen.push(yield* call('socketpair', 'unix', 'stream'))
    return 0
  })
  expect(seen).toEqual([Errno.EMFILE])
  expect([...kernel.namespaces.values()].map((ns) => ns.type).sort()).toEqual(INITIAL)
})

test('an init that waits for its namespace to empty is not woken by signals', () => {
  const kernel = runFlow(function* () {
    yield* call('clone', CLONE_NEWPID, function* () {
      yield* sigaction(SIGUSR1, function* () {})
      yield* sigaction(SIGCHLD, function* () {})
      for (let i = 0; i < 3; i++) {
        yield* call('clone', 0, function* () {
          yield* call('pause')
          return 0
        })
      }
      yield* call('clock_nanosleep', 1, 0, { sec: 1, nsec: 0 })
      return 0
    })
    yield* call('wait4', -1, 0)
    return 0
  })
  expect(kernel.bugs).toEqual([])
  expect([...kernel.namespaces.values()].map((ns) => ns.type).sort()).toEqual(INITIAL)
})
