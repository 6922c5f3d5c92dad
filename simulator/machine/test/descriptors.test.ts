// What watches, maps and filters promise beyond the programs that use them: epoll(7), mmap(2), bpf(2).
import { expect, test } from 'vitest'
import { Errno } from '../../abi/errno.ts'
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, EPOLLET, EPOLLONESHOT, POLLIN } from '../../abi/fcntl.ts'
import { isErr } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { call } from '../../userland/libc/syscall.ts'
import { runFlow } from './run-flow.ts'

const BYTE = new Uint8Array([1])

/** What the calls of a program answered. */
function answers(program: () => Flow<unknown[]>): unknown[] {
  const seen: unknown[] = []
  const kernel = runFlow(function* () {
    seen.push(...(yield* program()))
    return 0
  })
  expect(kernel.bugs).toEqual([])
  return seen
}
function* pipe(): Flow<readonly [number, number]> {
  const ends = yield* call('pipe2', 0)
  if (isErr(ends)) throw new Error('no pipe')
  return ends
}
function* epoll(): Flow<number> {
  const fd = yield* call('epoll_create1', 0)
  if (isErr(fd)) throw new Error('no epoll')
  return fd
}

test('epolls may not watch each other, nor nest too deep', () => {
  expect(answers(function* () {
    const [a, b] = [yield* epoll(), yield* epoll()]
    const seen: unknown[] = [yield* call('epoll_ctl', a, EPOLL_CTL_ADD, b, POLLIN), yield* call('epoll_ctl', b, EPOLL_CTL_ADD, a, POLLIN)]
    let inner = yield* epoll()
    for (let depth = 0; depth < 6; depth++) {
      const outer = yield* epoll()
      seen.push(yield* call('epoll_ctl', outer, EPOLL_CTL_ADD, inner, POLLIN))
      inner = outer
    }
    return seen
  })).toEqual([0, Errno.ELOOP, 0, 0, 0, 0, 0, Errno.ELOOP])
})

test('an item is level-triggered, edge-triggered or good for one report', () => {
  expect(answers(function* () {
    const ep = yield* epoll()
    const [reader, writer] = yield* pipe()
    const seen: unknown[] = []
    for (const how of [0, EPOLLET, EPOLLONESHOT]) {
      yield* call('epoll_ctl', ep, EPOLL_CTL_ADD, reader, POLLIN | how)
      for (let round = 0; round < 2; round++) {
        yield* call('write', writer, BYTE)
        for (let i = 0; i < 2; i++) {
          const events = yield* call('epoll_wait', ep, 8, 0)
          seen.push(isErr(events) ? events : events.length)
        }
      }
      yield* call('epoll_ctl', ep, EPOLL_CTL_DEL, reader, 0)
    }
    yield* call('epoll_ctl', ep, EPOLL_CTL_ADD, reader, POLLIN | EPOLLONESHOT)
    yield* call('epoll_wait', ep, 8, 0)
    yield* call('epoll_ctl', ep, EPOLL_CTL_MOD, reader, POLLIN | EPOLLONESHOT)
    const events = yield* call('epoll_wait', ep, 8, 0)
    return [...seen, events]
  })).toEqual([1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, [expect.objectContaining({ events: POLLIN })]])
})

test('an item lives as long as its file, under the number it was added by', () => {
  expect(answers(function* () {
    const ep = yield* epoll()
    const [reader, writer] = yield* pipe()
    const copy = yield* call('dup', reader)
    if (isErr(copy)) return [copy]
    yield* call('epoll_ctl', ep, EPOLL_CTL_ADD, reader, POLLIN)
    yield* call('write', writer, BYTE)
    yield* call('close', reader)
    const open = yield* call('epoll_wait', ep, 8, 0)
    const seen = [open, yield* call('epoll_ctl', ep, EPOLL_CTL_DEL, copy, 0)]
    yield* call('close', copy)
    return [...seen, yield* call('epoll_wait', ep, 8, 0)]
  })).toEqual([[{ fd: expect.any(Number), events: POLLIN }], Errno.ENOENT, []])
})

test('munmap takes pages out of areas', () => {
  const page = 4096
  expect(answers(function* () {
    const at = yield* call('mmap', 0, 4 * page, 3, 0x22, -1, 0)
    if (isErr(at)) return [at]
    return [
      yield* call('munmap', at + 1, page), yield* call('munmap', at, 0), yield* call('mmap', 0, page, 3, 0x20, -1, 0),
      yield* call('munmap', at + page, 1), yield* call('munmap', at - 16 * page, 64 * page), yield* call('munmap', at, page),
    ]
  })).toEqual([Errno.EINVAL, Errno.EINVAL, Errno.EINVAL, 0, 0, 0])
})
