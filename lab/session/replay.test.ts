import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bootMachine } from '../../simulator/machine/machine.ts'
import { readLog, writeLog } from './log.ts'
import { Session } from './session.ts'

const COMMANDS = [
  'echo hi\r', 'ls /\r', 'sleep 1\r', 'sleep 5 &\r', 'sudo unshare --uts bash\r', 'unshare -Ur bash\r', 'hostname web1\r', 'exit\r', 'seq 1 2000\r', 'while :; do :; done\r', 'yes\r',
  '\x03', '\x1a', 'fg\r', 'echo $RANDOM\r', 'date +%N\r', 'ps -e | wc -l\r', 'ec', '\t', '\x1b[A', 'for i in 1 2 3; do sleep 0.1; echo $i; done\r', 'cat /proc/sys/kernel/random/uuid\r', 'cat /proc/uptime\r',
]
/** What was printed, and the World at the end. */
function ending(session: Session): string {
  const printed = session.takeOutput().map(({ terminal, bytes }) => `${terminal}: ${Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')}`)
  return JSON.stringify([printed.join('\n').replaceAll(/\n(host|second): /g, ''), session.machine.world(), session.machine.steps, session.timeline.length])
}

test('the same log leads to the same bytes, whenever and wherever something was typed', () => {
  const input = fc.record({ terminal: fc.constantFrom('host', 'second'), text: fc.constantFrom(...COMMANDS), slices: fc.integer({ min: 1, max: 12 }), wait: fc.integer({ min: 0, max: 2_000 }) })
  fc.assert(fc.property(fc.array(input, { minLength: 1, maxLength: 8 }), (inputs) => {
    const session = new Session(bootMachine, { lesson: 'playground', build: 'test' })
    session.open('host', 'learner', 24, 80)
    session.open('second', 'root', 24, 80)
    for (const { terminal, text, slices, wait } of inputs) {
      session.type(terminal, new TextEncoder().encode(text))
      let left = slices
      session.advance(session.machine.now + wait * 1e6, () => --left > 0)
    }
    const log = readLog(writeLog(session.log))
    const first = ending(session)
    expect(ending(Session.replay(bootMachine, log))).toBe(first)
    expect(ending(Session.replay(bootMachine, log))).toBe(first)
  }), { numRuns: 20 })
})
