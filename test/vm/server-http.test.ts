// The service's door: addresses, origins, names, tickets, sizes, health and metrics; over real sockets, with machines that are none.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { encodeFrame, FRAME } from '../../vm/agent/protocol.ts'
import { realClock } from '../../vm/server/clock.ts'
import { configFrom } from '../../vm/server/config.ts'
import { addGateway } from '../../vm/server/gateway.ts'
import { Origins } from '../../vm/server/origin.ts'
import { ServerConnection } from '../../vm/server/server-connection.ts'
import { type RunningServer, startServer } from '../../vm/server/start-server.ts'
import { FakeDriver } from './fake-driver.ts'

const OPTIONS = ['--port', '0', '--warm', '1', '--warm-docker', '0', '--cap', '4', '--tickets-per-minute', '40', '--origin', 'https://course.example.org', '--name', 'vm.example.org']

let server: RunningServer
let port = 0
const driver = new FakeDriver()
beforeAll(async () => {
  server = await startServer(configFrom(OPTIONS), driver, realClock)
  port = Number(new URL(server.url).port)
})
afterAll(() => server.close())

interface Answer { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }

function ask(path: string, { method = 'GET', headers = {}, to = port }: { readonly method?: string; readonly headers?: Record<string, string>; readonly to?: number } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: to, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => { body += text }).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    }).on('error', reject).end()
  })
}

/** The status an upgrade is answered with; 101 if there is a WebSocket. */
function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${server.url}${path}`, { headers })
    socket.on('open', () => {
      resolve(101)
      socket.close()
    })
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', () => undefined)
  })
}

describe('the door', () => {
  it('is open to this computer only, unless told otherwise', () => {
    expect(configFrom([]).host).toBe('127.0.0.1')
    expect(new URL(server.url).hostname).toBe('127.0.0.1')
    expect(() => configFrom(['--cap', 'many'])).toThrow(/not a number/)
  })

  it('lets in pages of its own course and of this computer, and no others', async () => {
    const verdicts = { 'https://course.example.org': 200, 'http://localhost:4321': 200, 'http://127.0.0.1:8080': 200, 'https://evil.example': 403, 'http://course.example.org': 403, 'https://localhost.evil.example': 403, 'null': 403 }
    for (const [origin, status] of Object.entries(verdicts)) {
      const answer = await ask('/ticket', { method: 'POST', headers: { origin } })
      expect([origin, answer.status]).toEqual([origin, status])
      expect(answer.headers['access-control-allow-origin']).toBe(status === 200 ? origin : undefined)
      expect([origin, await upgrade('/machine', { origin })]).toEqual([origin, status === 200 ? 101 : 403])
    }
  })

  it('answers only to its own names', async () => {
    for (const [host, status] of [['vm.example.org', 200], [`localhost:${port}`, 200], ['rebound.evil.example', 421]] as const) {
      expect([host, (await ask('/health', { headers: { host } })).status]).toEqual([host, status])
      expect([host, await upgrade('/machine', { host })]).toEqual([host, status === 200 ? 101 : 421])
    }
  })

  it('gives tickets for POST only, and only so many', async () => {
    expect((await ask('/ticket')).status).toBe(405)
    const few = ['--port', '0', '--warm', '0', '--warm-docker', '0', '--tickets-per-minute', '2']
    const other = await startServer(configFrom(few), new FakeDriver(), realClock)
    const post = async ({ url }: RunningServer, forwarded: string): Promise<number> => (await ask('/ticket', { method: 'POST', to: Number(new URL(url).port), headers: { 'x-forwarded-for': forwarded } })).status
    // Without --behind-proxy, nobody is somebody else by saying so.
    expect([await post(other, '192.0.2.1'), await post(other, '192.0.2.2'), await post(other, '192.0.2.3')]).toEqual([200, 200, 429])
    await other.close()
    // Behind one, the last address counts; all the addresses of a visitor's own IPv6 network are one.
    const proxied = await startServer(configFrom([...few, '--behind-proxy']), new FakeDriver(), realClock)
    const verdicts = { '192.0.2.9, 192.0.2.1': 200, '192.0.2.1': 200, '192.0.2.8, 192.0.2.1': 429, '192.0.2.2': 200, '2001:db8:0:1::1': 200, '2001:db8::1:a:b:c:d': 200, '2001:db8:0:1::3': 429, '2001:db8:0:2::1': 200, '::ffff:192.0.2.3': 200, '::ffff:192.0.2.4': 200 }
    for (const [forwarded, status] of Object.entries(verdicts)) expect([forwarded, await post(proxied, forwarded)]).toEqual([forwarded, status])
    await proxied.close()
  })

  it('has no other pages', async () => {
    for (const path of ['/', '/machine', '/../etc/passwd', '/metrics/x']) expect((await ask(path)).status).toBe(404)
    expect(await upgrade('/elsewhere', {})).toBe(404)
  })

  it('closes a connection that sends a longer message than any client does', async () => {
    const socket = new WebSocket(`${server.url}/machine`)
    const code = await new Promise((resolve) => {
      socket.on('open', () => socket.send(new Uint8Array(65 * 1024)))
      socket.on('close', resolve)
    })
    expect(code).toBe(1009)
  })

  it('drops a connection that answers no ping', async () => {
    const http = createServer()
    const gateway = addGateway(http, { service: server.service, origins: new Origins([]), isBehindProxy: false, ping: 100 })
    await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve) })
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/machine`
    const [awake, gone] = [new WebSocket(url), new WebSocket(url, { autoPong: false })]
    expect(await new Promise((resolve) => { gone.on('close', resolve) })).toBe(1006)
    await new Promise((resolve) => { setTimeout(resolve, 300) })
    expect(awake.readyState).toBe(WebSocket.OPEN)
    awake.terminate()
    gateway.close()
    http.close()
  })

  it('tells its health, and numbers that tell nothing of anybody', async () => {
    expect(await ask('/health')).toMatchObject({ status: 200, body: 'ok\n' })
    expect(await ask('/ready')).toMatchObject({ status: 200 })
    const { body, headers } = await ask('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const line of body.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) isolab_vm_\w+ .+|isolab_vm_\w+(\{\w+="[^"]*"\})? [\d.e+-]+)$/)
    expect(body).toContain('isolab_vm_machines_cap 4')
    expect(body).not.toMatch(/127\.0\.0\.1|example/)
  })
})

describe('the client', () => {
  const frame = (text: string): Uint8Array => encodeFrame(FRAME.input, 7, new TextEncoder().encode(text))
  const echoed = (text: string): string => Buffer.from(encodeFrame(FRAME.output, 7, new TextEncoder().encode(text))).toString()

  it('keeps the stream whole while its connections are cut again and again', async () => {
    const attempts: number[] = []
    const client = new ServerConnection({ url: server.url, onStatus: (status) => { if (status.state === 'reconnecting') attempts.push(status.attempt) } })
    const port = await client.connect()
    let got = ''
    port.onData((bytes) => { got += Buffer.from(bytes).toString() })
    const lines = Array.from({ length: 60 }, (_, n) => `${n}: ${'x'.repeat(n * 37)}\n`)
    for (const [n, line] of lines.entries()) {
      port.send(frame(line))
      if (n % 20 === 10) server.cut()
      await new Promise((resolve) => { setTimeout(resolve, 20) })
    }
    await expect.poll(() => got.length, { timeout: 10_000 }).toBe(lines.map(echoed).join('').length)
    expect(got).toBe(lines.map(echoed).join(''))
    expect(attempts.length).toBeGreaterThan(1)
    client.dispose()
    await expect.poll(() => server.service.pool.counts.leased).toBe(0)
  })

  it('finds its machine again after the page was loaded anew', async () => {
    const kept = new Map<string, string>()
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) }
    const before = new ServerConnection({ url: server.url, storage })
    await before.connect()
    const machines = driver.running
    const after = new ServerConnection({ url: server.url, storage })
    const port = await after.connect()
    let got = ''
    port.onData((bytes) => { got += Buffer.from(bytes).toString() })
    port.send(frame('again'))
    await expect.poll(() => got).toBe(echoed('again'))
    expect(driver.running).toBe(machines)
    after.dispose()
    before.dispose()
    // What is kept of a machine that is gone leads to a new one.
    kept.set([...kept.keys()][0] ?? `isolab-vm-session ${server.url} plain`, JSON.stringify({ session: 'x', key: 'y' }))
    const fresh = new ServerConnection({ url: server.url, storage })
    await fresh.connect()
    fresh.dispose()
  })

  it('brings a fresh machine on reset, and says why when there is none', async () => {
    const client = new ServerConnection({ url: server.url })
    const first = await client.connect()
    first.onData(() => undefined)
    first.send(frame('old'))
    const second = await client.restore()
    let got = ''
    second.onData((bytes) => { got += Buffer.from(bytes).toString() })
    second.send(frame('new'))
    await expect.poll(() => got).toBe(echoed('new'))
    let lost = ''
    second.onClose((reason) => { lost = reason })
    driver.started.at(-1)?.die('switched off')
    driver.started.forEach((machine) => { if (machine.isRunning) machine.die('switched off') })
    await expect.poll(() => lost).toBe('switched off')
    await expect(client.connect()).rejects.toThrow(/reset brings a fresh one/)
    await client.restore()
    client.dispose()
    await expect(new ServerConnection({ url: 'ws://127.0.0.1:9' }).connect()).rejects.toThrow(/does not answer/)
  })
})
