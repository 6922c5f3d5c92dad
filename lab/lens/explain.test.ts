import { expect, test } from 'vitest'
import type { KernelEvent } from '../../simulator/trace/emitter.ts'
import { ServerBench } from '../session/server-for-tests.ts'
import { explainStep, MOST_CALLS, MOST_PROCESSES, recordStep } from './explain.ts'

/** So many processes, each starting with a routine call and going on with `telling` calls that make something. */
function crowd(processes: number, telling: number): KernelEvent[] {
  const events: KernelEvent[] = []
  const emit = (tid: number, name: string, data: KernelEvent['data'], cause = 0): number => {
    const seq = events.length + 1
    events.push({ seq, time: 0, tid, cause, name, data })
    return seq
  }
  const call = (tid: number, nr: string, args: readonly unknown[]): void => {
    const enter = emit(tid, 'sys.enter', { nr, args })
    emit(tid, 'sys.exit', { result: 0 }, enter)
  }
  for (let pid = 100; pid < 100 + processes; pid++) {
    emit(pid, 'task.exec', { argv: ['busy', String(pid)] })
    call(pid, 'getpid', [])
    for (let i = 0; i < telling; i++) call(pid, 'sethostname', [`name${i}`])
  }
  return events
}

test('a small step is told in full', () => {
  const { processes, leftOut, missing } = explainStep(recordStep(crowd(2, 1), 0))
  expect(processes.map(({ command, calls }) => [command, calls.map(({ isTelling }) => isTelling)])).toEqual([['busy 100', [false, true]], ['busy 101', [false, true]]])
  expect({ leftOut, missing }).toEqual({ leftOut: { processes: 0, calls: 0 }, missing: 0 })
})

test('a crowd is cut, and says by how much', () => {
  const { processes, leftOut } = explainStep(recordStep(crowd(100, 1), 0))
  expect(processes).toHaveLength(MOST_PROCESSES)
  expect(leftOut).toEqual({ processes: 40, calls: 2 * 40 })
})

test('routine calls give way to telling ones', () => {
  const { processes, leftOut } = explainStep(recordStep(crowd(2, 150), 0))
  const calls = processes.flatMap((process) => process.calls)
  expect(calls).toHaveLength(MOST_CALLS)
  expect(calls.every(({ isTelling }) => isTelling)).toBe(true)
  expect(leftOut.calls).toBe(302 - MOST_CALLS)
})

test('events that the record lost are counted', () => {
  expect(explainStep(recordStep(crowd(2, 1).slice(4), 0)).missing).toBe(4)
})

test('a page gets the explanation of a step when it asks, also after going back', () => {
  const bench = new ServerBench()
  bench.start()
  bench.type('unshare -Ur id\r')
  bench.pass(500)
  bench.type('cat /etc/shadow\r')
  bench.pass(500)
  const ask = (step: number): unknown => {
    bench.send({ kind: 'explain', step })
    return bench.of('reply').at(-1)?.value
  }
  const told = ask(1)
  expect(told).toMatchObject({ missing: 0, leftOut: { processes: 0 } })
  const text = JSON.stringify(told)
  expect(text).toContain('unshare(CLONE_NEWUSER) = 0')
  expect(text).toContain('leave namespaces for new ones of its own')
  expect(text).toContain('which namespaces: a user namespace')
  expect(text).not.toContain('/etc/shadow')
  expect(JSON.stringify(ask(2))).toContain('openat(AT_FDCWD, \\"/etc/shadow\\", O_RDONLY) = -1 EACCES')
  expect(JSON.stringify(bench.of('step').at(-1))).not.toContain('openat(')
  bench.send({ kind: 'go-back', step: 1 })
  bench.pass(500)
  expect(ask(1)).toEqual(told)
  expect(ask(2)).toBeUndefined()
})
