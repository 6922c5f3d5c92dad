// The service for QEMU machines without QEMU: one test for each line of vm/SECURITY.md that needs no real machine, and what a learner may rely on.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AgentClient } from '../../vm/agent/agent-client.ts'
import { encodeFields, encodeFrame, FRAME } from '../../vm/agent/protocol.ts'
import { Service } from '../../vm/server/service.ts'
import type { Connection } from '../../vm/server/service.ts'
import { Tickets } from '../../vm/server/ticket.ts'
import { CLOSE } from '../../vm/server/wire.ts'
import { FakeClock, FakeDriver, FakeLink, type FakeMachine, settled } from './fake-driver.ts'

const MINUTE = 60_000
const LIMITS = { idle: 20 * MINUTE, total: 60 * MINUTE, grace: 2 * MINUTE }

interface Around { readonly clock: FakeClock; readonly driver: FakeDriver; readonly service: Service; readonly tickets: Tickets }
interface Client { readonly link: FakeLink; readonly connection: Connection }

let services: Service[] = []
afterEach(async () => {
  for (const service of services) await service.close()
  services = []
})

function around({ cap = 3, warm = 0, queue = 2, perAddress = 10 } = {}): Around {
  const clock = new FakeClock()
  const driver = new FakeDriver()
  const tickets = new Tickets({ now: () => clock.now() })
  const service = new Service({ pool: { driver, clock, cap, warm: { plain: warm, docker: 0 }, queue, startsAtOnce: 2 }, limits: LIMITS, tickets, perAddress })
  services.push(service)
  return { clock, driver, service, tickets }
}

const say = (connection: Connection, message: object): void => connection.text(JSON.stringify(message))
const input = (text: string): Uint8Array => encodeFrame(FRAME.input, 1, new TextEncoder().encode(text))

async function knock({ service }: Around, message: object, address = '192.0.2.1'): Promise<Client> {
  const link = new FakeLink()
  const connection = service.connect(link, address)
  say(connection, message)
  await settled()
  return { link, connection }
}

const start = (all: Around, address?: string): Promise<Client> => knock(all, { type: 'start', ticket: all.tickets.issue(), docker: false }, address)

/** The same session over a new connection. */
async function comeBack(all: Around, { link }: Client, received: number | undefined, change: object = {}): Promise<Client> {
  const ready = link.last('ready')
  return knock(all, { type: 'resume', session: ready?.session, key: ready?.key, machine: received === undefined ? undefined : ready?.machine, received, ...change })
}

const newest = ({ driver }: Around): FakeMachine => driver.started.at(-1) as FakeMachine

describe('vm/SECURITY.md', () => {
  it('names a test for every threat, and only tests that there are', () => {
    const vm = join(import.meta.dirname, '..', '..', 'vm')
    const text = readFileSync(join(vm, 'SECURITY.md'), 'utf8')
    const files = [...readdirSync(import.meta.dirname).filter((name) => name.startsWith('server')).map((name) => join(import.meta.dirname, name)), join(vm, 'server', 'cgroup.test.ts')]
    const tests = files.map((file) => readFileSync(file, 'utf8')).join('')
    const lines = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (threat|---)/.test(line))
    expect(lines.length).toBeGreaterThan(20)
    for (const line of lines) {
      const names = [...(line.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
      expect([line, names.length > 0 && names.every((name) => tests.includes(`it('${name}'`))]).toEqual([line, true])
    }
  })
})

describe('who may have a machine', () => {
  it('takes a ticket once', async () => {
    const all = around()
    const ticket = all.tickets.issue()
    expect((await knock(all, { type: 'start', ticket, docker: false })).link.last('ready')).toBeDefined()
    const again = await knock(all, { type: 'start', ticket, docker: false })
    expect(again.link.last('ended')?.reason).toBe('the ticket is used')
    expect(again.link.closed?.code).toBe(CLOSE.refused)
  })

  it('takes no ticket that is too old', async () => {
    const all = around()
    const ticket = all.tickets.issue()
    await all.clock.pass(31_000)
    expect((await knock(all, { type: 'start', ticket, docker: false })).link.last('ended')?.reason).toBe('the ticket is expired')
  })

  it('takes no ticket it did not sign, and none that was changed', async () => {
    const all = around()
    const foreign = new Tickets({ now: () => all.clock.now() }).issue()
    const [text = '', signature = ''] = all.tickets.issue().split('.')
    const longer = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, 'base64url').toString()) as object, until: 1e15 })).toString('base64url')
    for (const ticket of [foreign, `${longer}.${signature}`, `${text}.`, text, '', `${text}.${signature}.`, 'x'.repeat(2000)]) {
      expect((await knock(all, { type: 'start', ticket, docker: false })).link.last('ended')?.reason).toMatch(/the ticket is (forged|malformed)/)
    }
    expect(all.driver.started).toHaveLength(0)
  })

  it('lets nobody into a session without its key', async () => {
    const all = around()
    const mine = await start(all)
    const thief = await comeBack(all, mine, 0, { key: Buffer.alloc(32).toString('base64url') })
    expect(thief.link.last('ended')?.reason).toBe('this machine is gone')
    expect(mine.link.closed).toBeUndefined()
  })

  it('closes connections that say nothing, or nonsense', async () => {
    const all = around()
    const silent = new FakeLink()
    all.service.connect(silent, '192.0.2.1')
    await all.clock.pass(11_000)
    expect(silent.closed?.code).toBe(CLOSE.refused)
    for (const text of ['', 'x', 'null', '[]', '{"type":"start"}', '{"type":"resume","session":1,"key":2}', '{"type":"__proto__"}', `"${'x'.repeat(5000)}"`]) {
      const link = new FakeLink()
      all.service.connect(link, '192.0.2.1').text(text)
      expect(link.closed?.code).toBe(CLOSE.violation)
    }
    const early = new FakeLink()
    all.service.connect(early, '192.0.2.1').binary(input('x'))
    expect(early.closed?.code).toBe(CLOSE.violation)
  })
})

describe('how many machines', () => {
  it('never has more than the cap, and says honestly where one stands', async () => {
    const all = around({ cap: 2, queue: 2 })
    const [first, second] = [await start(all), await start(all)]
    const [third, fourth, fifth] = [await start(all), await start(all), await start(all)]
    expect(all.driver.running).toBe(2)
    expect(third.link.last('queued')).toEqual({ type: 'queued', position: 1 })
    expect(fourth.link.last('queued')).toEqual({ type: 'queued', position: 2 })
    expect(fifth.link.closed?.code).toBe(CLOSE.busy)
    await all.clock.pass(10 * MINUTE)
    say(first.connection, { type: 'bye' })
    await settled()
    expect(third.link.last('ready')).toBeDefined()
    // Two machines, each kept ten minutes on average: one comes free every five.
    expect(fourth.link.last('queued')).toEqual({ type: 'queued', position: 1, seconds: 300 })
    expect(all.driver.running).toBe(2)
    fourth.connection.closed()
    say(second.connection, { type: 'bye' })
    await settled()
    expect(all.driver.running).toBe(1)
    expect(all.service.pool.counts).toMatchObject({ leased: 1, waiting: 0 })
  })

  it('keeps machines warm, gives each to one learner only, and makes room for who waits', async () => {
    const all = around({ cap: 2, warm: 2 })
    await settled()
    expect(all.driver.started.map(({ isRunning }) => isRunning)).toEqual([false, false])
    const first = await start(all)
    expect(newest(all).id).toBe('fake-2')
    const other = await knock(all, { type: 'start', ticket: all.tickets.issue(), docker: true })
    expect(other.link.last('ready')).toBeDefined()
    expect(all.driver.running).toBe(2)
    say(first.connection, { type: 'bye' })
    await settled()
    expect(all.driver.started[0]?.alive).toBe(false)
    expect(all.driver.running).toBe(2)
  })

  it('gives one address only so many', async () => {
    const all = around({ cap: 10, perAddress: 1 })
    await start(all, '192.0.2.1')
    expect((await start(all, '192.0.2.1')).link.last('ended')?.reason).toBe('too many machines for one address')
    expect((await start(all, '192.0.2.2')).link.last('ready')).toBeDefined()
  })

  it('says so when no machine can be started, and tries again later', async () => {
    const all = around()
    all.driver.isBroken = true
    expect((await start(all)).link.last('ended')?.reason).toBe('no machine could be started')
    expect(all.service.isReady).toBe(false)
    all.driver.isBroken = false
    expect((await start(all)).link.last('ready')).toBeDefined()
    expect(all.service.isReady).toBe(true)
    expect(all.service.pool.counts.leased).toBe(1)
  })
})

describe('how long', () => {
  it('takes a machine away on which nobody types, after a warning', async () => {
    const all = around()
    const { link, connection } = await start(all)
    await all.clock.pass(15 * MINUTE)
    connection.binary(input('x'))
    await all.clock.pass(18 * MINUTE)
    connection.binary(encodeFrame(FRAME.world, 2))
    expect(link.told.some(({ type }) => type === 'ending')).toBe(false)
    await all.clock.pass(1.5 * MINUTE)
    expect(link.last('ending')).toEqual({ type: 'ending', limit: 'idle', seconds: 60 })
    await all.clock.pass(MINUTE)
    expect(link.closed?.code).toBe(CLOSE.done)
    expect(all.driver.running).toBe(0)
  })

  it('takes every machine away at its time, however much is typed', async () => {
    const all = around()
    const { link, connection } = await start(all)
    for (let n = 0; n < 12; n++) {
      connection.binary(input('x'))
      await all.clock.pass(5 * MINUTE)
    }
    expect(link.last('ending')?.limit).toBe('total')
    expect(link.last('ended')?.reason).toMatch(/time for one machine is over/)
    expect(all.driver.running).toBe(0)
  })

  it('waits for a lost connection, but not for ever', async () => {
    const all = around()
    const lost = await start(all)
    lost.connection.closed()
    await all.clock.pass(LIMITS.grace - 1)
    const back = await comeBack(all, lost, 0)
    expect(back.link.last('ready')).toBeDefined()
    back.connection.closed()
    await all.clock.pass(LIMITS.grace + 1)
    expect(all.driver.running).toBe(0)
    expect((await comeBack(all, lost, 0)).link.last('ended')?.reason).toBe('this machine is gone')
  })
})

describe('the stream', () => {
  it('loses and repeats nothing over dropped connections, in either direction', async () => {
    const all = around()
    let client = await start(all)
    let got = ''
    let sentBytes = 0
    let read = 0
    for (let n = 0; n < 40; n++) {
      const frame = input(`line ${n}\n`)
      sentBytes += frame.length
      client.connection.binary(frame)
      await settled()
      // Every third time the connection drops before the client has seen any of the answer.
      if (n % 3 === 0) {
        client.connection.closed()
        client = await comeBack(all, client, read)
        expect(client.link.last('ready')?.received).toBe(sentBytes)
      }
      got += client.link.text
      read += client.link.sent.reduce((sum, bytes) => sum + bytes.length, 0)
      client.link.sent.length = 0
    }
    const lines = Array.from({ length: 40 }, (_, n) => `line ${n}\n`)
    expect(newest(all).frames.map(({ text }) => text)).toEqual(lines)
    expect(got).toBe(lines.map((line) => new TextDecoder().decode(encodeFrame(FRAME.output, 1, new TextEncoder().encode(line)))).join(''))
    expect(all.service.report()).toContain('isolab_vm_reconnections_total 14')
  })

  it('begins with a whole frame for a page that was loaded anew', async () => {
    const all = around()
    const before = await start(all)
    const frame = encodeFrame(FRAME.output, 1, new TextEncoder().encode('cut in two'))
    newest(all).guest.write(frame.subarray(0, 12))
    await settled()
    before.connection.closed()
    const after = await comeBack(all, before, undefined)
    newest(all).guest.write(Buffer.concat([frame.subarray(12), frame]))
    await settled()
    expect(Buffer.concat(after.link.sent)).toEqual(Buffer.from(frame))
  })

  it('refuses a client that claims to have what was never sent', async () => {
    const all = around()
    const client = await start(all)
    expect((await comeBack(all, client, 1000)).link.last('ended')?.reason).toMatch(/can’t go on there/)
    say(client.connection, { type: 'ack', received: 77 })
    expect(client.link.closed?.code).toBe(CLOSE.violation)
  })

  it('lets the machine wait for a client that does not read, and keeps no more than it must', async () => {
    const all = around()
    const client = await start(all)
    const { guest } = newest(all)
    const chunk = encodeFrame(FRAME.output, 1, new Uint8Array(60_000))
    let written = 0
    for (; written < 200 && !guest.writableNeedDrain; written++) {
      guest.write(chunk)
      await settled()
    }
    expect(written * chunk.length).toBeLessThan(2 * 1024 * 1024)
    const read = client.link.sent.reduce((sum, bytes) => sum + bytes.length, 0)
    say(client.connection, { type: 'ack', received: read })
    await settled()
    expect(client.link.sent.reduce((sum, bytes) => sum + bytes.length, 0)).toBeGreaterThan(read)
  })

  it('lets the client wait for a machine that does not read', async () => {
    const all = around()
    const { link, connection } = await start(all)
    const machine = newest(all)
    const listeners = machine.port.listenerCount('close')
    machine.guest.pause()
    for (let n = 0; n < 30; n++) connection.binary(input('x'.repeat(50_000)))
    await settled()
    expect(link.isFlowing).toBe(false)
    machine.guest.resume()
    await settled()
    expect(link.isFlowing).toBe(true)
    expect(machine.port.listenerCount('close')).toBe(listeners)
  })

  it('ends sessions that send what no lesson sends', async () => {
    const quiesce = encodeFrame(FRAME.quiesce, 1)
    const answer = encodeFrame(FRAME.output, 1)
    const long = encodeFrame(FRAME.resize, 1, new Uint8Array(100))
    const tooLong = encodeFrame(FRAME.input, 1, new Uint8Array(65 * 1024))
    const absurd = new Uint8Array([255, 255, 255, 255, 1, 0, 0, 0, 0])
    for (const bytes of [quiesce, answer, long, tooLong, absurd]) {
      const all = around()
      const { link, connection } = await start(all)
      connection.binary(bytes)
      expect(link.closed?.code).toBe(CLOSE.violation)
      await settled()
      expect(all.driver.running).toBe(0)
      expect(all.driver.started[0]?.frames).toEqual([])
    }
  })

  it('ends sessions that send too many frames, too many bytes, or a frame without an end', async () => {
    const many = input('')
    const much = input('x'.repeat(60_000))
    const endless = new Uint8Array([0, 0, 15, 0, FRAME.run, 0, 0, 0, 0])
    for (const [first, rest] of [[many, many], [much, much], [endless, new Uint8Array(60_000)]] as const) {
      const { link, connection } = await start(around())
      connection.binary(first)
      for (let n = 0; n < 3000 && link.closed === undefined; n++) connection.binary(rest)
      expect(link.closed?.code).toBe(CLOSE.violation)
    }
  })

  it('does not care what a guest says', async () => {
    const all = around()
    const { link } = await start(all)
    newest(all).guest.write(new Uint8Array(1000).fill(255))
    await settled()
    expect(link.sent).toHaveLength(1)
    expect(link.closed).toBeUndefined()
    // The page's reader is the one who gives up.
    let take: (bytes: Uint8Array) => void = () => undefined
    let isClosed = false
    let lost = ''
    new AgentClient({ send: () => undefined, onData: (taker) => { take = taker }, onClose: () => undefined, close: () => { isClosed = true } }, { lost: (reason) => { lost = reason } })
    link.sent.forEach((bytes) => take(bytes))
    expect(isClosed).toBe(true)
    expect(lost).toContain('4294967295')
  })
})

describe('a fresh start', () => {
  it('replaces the machine; nothing of the old one is left, and its stream is over', async () => {
    const all = around({ cap: 1 })
    const { link, connection } = await start(all)
    connection.binary(input('secret'))
    await settled()
    say(connection, { type: 'reset' })
    newest(all).guest.write(encodeFrame(FRAME.output, 1, encodeFields('late')))
    await settled()
    expect(all.driver.started.map(({ alive }) => alive)).toEqual([false, true])
    expect(link.last('ready')).toMatchObject({ machine: 2, received: 0, from: 0 })
    expect(link.text).not.toContain('late')
    connection.binary(input('fresh'))
    await settled()
    expect(newest(all).frames.map(({ text }) => text)).toEqual(['fresh'])
  })

  it('says when a machine ends by itself, and a reset brings another', async () => {
    const all = around()
    const { link, connection } = await start(all)
    newest(all).die('QEMU ended')
    expect(link.last('stopped')?.reason).toBe('QEMU ended')
    say(connection, { type: 'reset' })
    await settled()
    expect(link.last('ready')?.machine).toBe(2)
  })

  it('gives a second connection the machine and closes the first', async () => {
    const all = around()
    const first = await start(all)
    const second = await comeBack(all, first, 0)
    expect(first.link.closed?.code).toBe(CLOSE.replaced)
    first.connection.closed()
    await all.clock.pass(LIMITS.grace + 1)
    second.connection.binary(input('still here'))
    await settled()
    expect(second.link.text).toContain('still here')
  })
})
