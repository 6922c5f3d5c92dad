import { expect, test } from 'vitest'
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { Fact } from '../facts/fact.ts'
import type { ScriptResult } from '../machine.ts'
import { Session } from '../session/session.ts'
import { worldForTest } from '../world-for-tests.ts'
import { Lookout } from './lookout.ts'
import { taskStates } from './task-engine.ts'

const world = worldForTest()
const steps = [0, 1, 2].map((n) => ({ n, world, ran: [] }))
const exercise = (expect: readonly Fact[], mode: 'once' | 'hold' = 'hold') => ({ tasks: [{ id: 'a', title: 'A.', mode, expect, hints: [] }] })
const shell: Fact = { sh: 'test -e /x', user: 'root', says: 'it is there', otherwise: 'it is not there' }

/** A machine whose answer is given from outside, later. */
class Slow {
  asked: string[] = []
  #answer: ((result: ScriptResult) => void) | undefined
  run(script: string): Promise<ScriptResult> {
    this.asked.push(script)
    return new Promise((resolve) => { this.#answer = resolve })
  }
  async answer(status: number): Promise<void> {
    await Promise.resolve()
    this.#answer?.({ output: '', status })
  }
}

test('nothing is run for a task that lacks something else', async () => {
  const machine = new Slow()
  const lookout = new Lookout(machine, exercise([{ hostname: 'web1', uts: 'own' }, shell]))
  expect(await lookout.look(steps)).toBe(false)
  expect(machine.asked).toEqual([])
})

test('what was found belongs to its step', async () => {
  const machine = new Slow()
  const work = exercise([shell])
  const lookout = new Lookout(machine, work)
  const look = lookout.look(steps.slice(0, 2))
  await machine.answer(0)
  expect(await look).toBe(true)
  expect(taskStates(work, { world, steps: lookout.seen(steps.slice(0, 2)) })[0]).toMatchObject({ met: true, metInStep: 1, words: 'it is there' })
  expect(taskStates(work, { world, steps: lookout.seen(steps) })[0]).toMatchObject({ met: false, words: 'not looked at yet' })
  lookout.forget(0)
  expect(taskStates(work, { world, steps: lookout.seen(steps.slice(0, 2)) })[0]?.met).toBe(false)
})

test('an answer that comes after the machine has gone back is void, and so is a look that is overtaken', async () => {
  const machine = new Slow()
  const lookout = new Lookout(machine, exercise([shell]))
  const first = lookout.look(steps.slice(0, 1))
  await Promise.resolve()
  const second = lookout.look(steps.slice(0, 2))
  const third = lookout.look(steps)
  await machine.answer(0)
  expect(await first).toBe(false)
  expect(await second).toBe(false)
  await machine.answer(1)
  expect(await third).toBe(true)
  expect(machine.asked.length).toBe(2)
})

test('the simulated machine looks without touching', () => {
  const session = new Session(bootMachine, { lesson: 'playground', build: 'test' })
  session.open('host', 'learner', 24, 80)
  session.type('host', new TextEncoder().encode('sudo hostname web1\r'))
  session.advance(session.machine.now + 1e9)
  const before = JSON.stringify([session.log, session.machine.world(), session.machine.lastSeq])
  expect(session.check([{ user: 'learner', script: 'hostname; id -un; touch /tmp/x' }, { user: 'root', script: 'ls /tmp/x; sleep 60; exit 3' }])).toEqual([
    { output: 'web1\nlearner\n', status: 0 }, { output: '/tmp/x\n', status: 3 },
  ])
  expect(JSON.stringify([session.log, session.machine.world(), session.machine.lastSeq])).toBe(before)
})
