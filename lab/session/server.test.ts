import { describe, expect, test } from 'vitest'
import { OUTPUT_WINDOW } from './protocol.ts'
import { ServerBench } from './server-for-tests.ts'

const started = (): ServerBench => {
  const bench = new ServerBench()
  bench.start()
  return bench
}

test('a command typed is answered, and becomes a step', () => {
  const bench = started()
  expect(bench.screen()).toBe('learner@host:~$ ')
  bench.type('echo hello\r')
  bench.pass(500)
  expect(bench.screen()).toBe('learner@host:~$ echo hello\r\nhello\r\nlearner@host:~$ ')
  expect(bench.of('step').at(-1)?.step).toMatchObject({ n: 1, terminal: 'host', label: 'echo hello' })
})

test('sleep takes as long as it says', () => {
  const bench = started()
  bench.type('sleep 3; echo over\r')
  bench.pass(2500)
  expect(bench.screen()).not.toContain('\nover')
  bench.pass(1000)
  expect(bench.screen()).toContain('\nover')
})

describe('a machine kept busy', () => {
  test.each(['while :; do :; done', 'yes', 'cat /dev/zero'])('%s ends with Ctrl-C', (command) => {
    const bench = started()
    bench.type(`${command}\r`)
    bench.pass(200)
    bench.type('\x03')
    bench.pass(500)
    bench.type('echo $((6 * 7))\r')
    bench.pass(500)
    expect(bench.screen()).toMatch(/\n42\r\nlearner@host:~\$ $/)
    expect(bench.of('failed')).toEqual([])
  })

  test('a fork bomb still lets the learner go back', () => {
    const bench = started()
    bench.type('echo before\r')
    bench.pass(300)
    bench.type(':(){ :|:& };:\r')
    bench.pass(200)
    bench.send({ kind: 'go-back', step: 1 })
    bench.pass(500)
    expect(bench.screen()).toBe('learner@host:~$ echo before\r\nbefore\r\nlearner@host:~$ ')
    expect(bench.of('failed')).toEqual([])
  })

  test('waits for a page that does not show its output', () => {
    const bench = started()
    bench.acknowledges = false
    bench.type('yes\r')
    bench.pass(1000)
    const sent = bench.screen().length
    bench.pass(1000)
    expect(bench.screen()).toHaveLength(sent)
    expect(sent).toBeLessThan(3 * OUTPUT_WINDOW)
    bench.send({ kind: 'ack', terminal: 'host', bytes: sent })
    bench.pass(100)
    expect(bench.screen().length).toBeGreaterThan(sent)
  })
})

describe('nothing is lost', () => {
  test('a saved session goes on where it was', () => {
    const bench = started()
    bench.type('sudo unshare --uts bash\r')
    bench.pass(300)
    bench.type('hostname web1\r')
    bench.pass(300)
    const again = new ServerBench()
    again.start({ log: bench.savedLog })
    expect(again.of('started').at(-1)).toMatchObject({ restored: true, timeline: [{ n: 0 }, { n: 1 }, { n: 2, label: 'hostname web1' }] })
    expect(again.screen()).toBe(bench.screen())
    again.type('hostname\r')
    again.pass(300)
    expect(again.screen()).toContain('\nweb1\r\n')
  })

  test('another build of the simulator replays it too', () => {
    const bench = started()
    bench.type('cd /etc\r')
    bench.pass(300)
    const again = new ServerBench('another build')
    again.start({ log: bench.savedLog })
    expect(again.screen()).toMatch(/learner@host:\/etc\$ $/)
  })

  test('undo takes back the last command only', () => {
    const bench = started()
    bench.type('touch kept\r')
    bench.pass(300)
    bench.type('rm kept\r')
    bench.pass(300)
    bench.send({ kind: 'go-back', step: 1 })
    bench.pass(300)
    bench.type('ls\r')
    bench.pass(300)
    expect(bench.screen()).toContain('\r\nkept\r\n')
  })

  test('reset begins anew', () => {
    const bench = started()
    bench.type('touch kept\r')
    bench.pass(300)
    bench.send({ kind: 'reset' })
    bench.pass(300)
    bench.type('ls\r')
    bench.pass(300)
    expect(bench.screen()).toBe('learner@host:~$ ls\r\nlearner@host:~$ ')
  })

  test('a damaged log is handed back, and a fresh start is possible', () => {
    const bench = new ServerBench()
    bench.start({ log: 'isolab-session 1 0000\n{}' })
    expect(bench.of('bad-log')).toMatchObject([{ problem: 'checksum', log: 'isolab-session 1 0000\n{}' }])
    bench.start()
    expect(bench.screen()).toBe('learner@host:~$ ')
  })
})

test('a lost message is noticed', () => {
  const bench = started()
  bench.send({ kind: 'reset' }, 99)
  expect(bench.of('failed').at(-1)?.message).toMatch(/message 99 came where \d+ was due/)
})
