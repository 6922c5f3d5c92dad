import { expect, test } from 'vitest'
import type { Program } from '../../simulator/abi/syscalls.ts'
import { hostImage } from '../../simulator/images/host.ts'
import { ALL_PACKAGES, programsById } from '../../simulator/images/packages.ts'
import { bootMachine } from '../../simulator/machine/machine.ts'
import { bootMachineFrom } from '../../simulator/machine/simulated-machine.ts'
import { Session } from './session.ts'

const SECOND = 1e9

/** Everything that has been printed since the last call. */
const printed = (session: Session): string => session.takeOutput().map(({ bytes }) => new TextDecoder().decode(bytes)).join('')

test('a machine waits for code that is on its way, and neither its programs nor a replay can tell', () => {
  const all = programsById(ALL_PACKAGES)
  const programs = new Map<string, Program | undefined>(all).set('coreutils/date', undefined)
  const image = hostImage(ALL_PACKAGES)
  const session = new Session((options) => bootMachineFrom({ image, programs }, options), { lesson: 'test', build: 'test' })
  const type = (text: string): void => session.type('host', new TextEncoder().encode(text))
  session.open('host', 'learner', 24, 80)
  const wait = (): string => session.advance(session.machine.now + 10 * SECOND).state
  wait()

  type('(sleep 0.1; echo beside) & echo before; sleep 0.2; date +%T.%N | cat; echo behind\r')
  expect(wait()).toBe('waiting')
  const { steps, now } = session.machine
  type('echo typed meanwhile\r')
  expect(wait()).toBe('waiting')
  expect(session.machine).toMatchObject({ steps, now })

  programs.set('coreutils/date', all.get('coreutils/date'))
  expect(wait()).not.toBe('waiting')
  const seen = printed(session)
  expect(seen).toMatch(/before\r\n.*beside\r\n.*\d\d:\d\d:\d\d\.\d{9}\r\nbehind\r\n.*typed meanwhile\r\n/s)

  const replayed = Session.replay(bootMachine, session.log)
  expect(printed(replayed)).toBe(seen)
  expect(replayed.log).toEqual(session.log)
  expect(replayed.timeline.map(({ label, time }) => [label, time])).toEqual(session.timeline.map(({ label, time }) => [label, time]))
})
