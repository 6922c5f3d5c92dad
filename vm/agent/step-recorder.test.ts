import { describe, expect, it } from 'vitest'
import { worldForTest } from '../../lab/world-for-tests.ts'
import { StepRecorder } from './step-recorder.ts'

const world = worldForTest()
const host = Object.values(world.initial)

/** A recorder after its start. */
function started(): StepRecorder {
  const steps = new StepRecorder()
  steps.startOn({ initial: host })
  steps.ran({ pid: 400, path: 'bash', argv: ['bash'], ns: host })
  const start = steps.begin('')
  if (start !== undefined) steps.end(start, world)
  return steps
}

describe('steps of a real machine', () => {
  it('begin with the start, and take the typed line as their label', () => {
    const steps = started()
    steps.typed('host', 'unshare -u ')
    expect(steps.isWholeLineTyped('host')).toBe(false)
    steps.typed('host', 'hostname x\r')
    steps.ran({ pid: 401, path: 'unshare', argv: ['unshare', '-u', 'hostname', 'x'], ns: host })
    steps.ran({ pid: 401, path: 'hostname', argv: ['hostname', 'x'], ns: [1, ...host.slice(1)] })
    steps.ran({ pid: 401, status: 0 })
    const ended = steps.begin('host')
    if (ended !== undefined) steps.end(ended, world)
    expect(steps.timeline.map(({ n, terminal, label }) => [n, terminal, label])).toEqual([[0, '', 'start'], [1, 'host', 'unshare -u hostname x']])
    expect(steps.timeline[1]?.ran).toEqual([
      { pid: 401, comm: 'unshare', argv: ['unshare', '-u', 'hostname', 'x'], status: undefined, onHost: true },
      { pid: 401, comm: 'hostname', argv: ['hostname', 'x'], status: 0, onHost: false },
    ])
  })
  it('are none for empty lines, and named after what ran where the line can’t be known', () => {
    const steps = started()
    steps.typed('host', '\r')
    expect(steps.begin('host')).toBeUndefined()
    steps.typed('host', '\x1b[A\r')
    steps.ran({ pid: 402, path: 'id', argv: ['id', '-u'], ns: host })
    expect(steps.begin('host')?.label).toBe('id -u')
  })
  it('have what began in the background until their World is there or the next key is typed', () => {
    const steps = started()
    const pids = (ended: ReturnType<StepRecorder['begin']>): number[] | undefined => ended?.ran.map(({ pid }) => pid)
    steps.typed('host', 'sleep 9 &\r')
    const first = steps.begin('host')
    expect(steps.isEnding).toBe(true)
    steps.ran({ pid: 404, path: 'sleep', argv: ['sleep', '9'], ns: host })
    if (first !== undefined) steps.end(first, world)
    steps.ran({ pid: 405, path: 'true', argv: ['true'], ns: host })
    steps.typed('host', 'sleep 8 &\r')
    const second = steps.begin('host')
    steps.typed('host', 'l')
    expect(steps.isEnding).toBe(false)
    steps.ran({ pid: 406, path: 'sleep', argv: ['sleep', '8'], ns: host })
    expect([pids(first), pids(second)]).toEqual([[404], [405]])
  })
  it('learn later how a program ended that outlived them', () => {
    const steps = started()
    steps.typed('host', 'sleep 9 &\r')
    steps.ran({ pid: 403, path: 'sleep', argv: ['sleep', '9'], ns: host })
    const ended = steps.begin('host')
    expect(ended?.ran[0]?.status).toBeUndefined()
    steps.ran({ pid: 403, status: 143 })
    expect(ended?.ran[0]?.status).toBe(143)
  })
})
