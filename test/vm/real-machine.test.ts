// RealMachine on an agent of this computer's kernel: a lesson's session with steps, a lost connection, a reset.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Step } from '../../lab/machine.ts'
import type { AgentPort } from '../../vm/agent/agent-client.ts'
import { encodeFrame, FrameReader } from '../../vm/agent/protocol.ts'
import { RealMachine } from '../../vm/agent/real-machine.ts'
import type { MachineSource } from '../../vm/agent/real-machine.ts'
import { buildAgent, lacksForAgent, startAgent } from './local-agent.ts'
import type { BuiltAgent } from './local-agent.ts'

const why = lacksForAgent()
/** This computer has more to do than the test. */
const PATIENCE = { timeout: 10_000 }

/** An agent whose connection can be lost, as a WebSocket's; between two connections no frame is cut. */
class LocalSource implements MachineSource {
  readonly kind = 'qemu-vm'
  readonly #path: string
  #agent: AgentPort | undefined
  #take: (bytes: Uint8Array) => void = () => undefined
  #closed: (reason: string) => void = () => undefined

  constructor(path: string) {
    this.#path = path
  }
  connect(): Promise<AgentPort> {
    const agent = this.#agent ?? this.#start()
    let isOpen = true
    return Promise.resolve({
      send: (bytes) => { if (isOpen) agent.send(bytes) },
      onData: (take) => { this.#take = take },
      onClose: (closed) => {
        this.#closed = (reason) => {
          isOpen = false
          closed(reason)
        }
      },
      close: () => { isOpen = false },
    })
  }
  restore(): Promise<AgentPort> {
    this.dispose()
    return this.connect()
  }
  dispose(): void {
    this.#agent?.close()
    this.#agent = undefined
  }
  lose(): void {
    this.#take = () => undefined
    this.#closed('the cable was pulled')
  }

  #start(): AgentPort {
    const agent = startAgent(this.#path)
    const reader = new FrameReader()
    agent.onData((bytes) => {
      for (const { type, id, payload } of reader.push(bytes)) this.#take(encodeFrame(type, id, payload))
    })
    this.#agent = agent
    return agent
  }
}

describe.skipIf(why !== undefined)(`a machine made of the guest agent${why === undefined ? '' : ` (left out: ${why})`}`, () => {
  let built: BuiltAgent
  let source: LocalSource
  let machine: RealMachine
  let screen = ''
  const heard: string[] = []
  /** What ran in a step, without what else goes on on this computer. */
  const mine = (of: Step): Step['ran'] => of.ran.filter(({ argv }) => ['unshare -u bash --norc', 'bash --norc', 'hostname room'].includes(argv.join(' ')))
  const step = (): Promise<Step> => new Promise((resolve) => {
    const before = machine.timeline.length
    const timer = setInterval(() => {
      const last = machine.timeline.at(-1)
      if (machine.timeline.length <= before || last === undefined) return
      clearInterval(timer)
      resolve(last)
    }, 5)
  })
  const type = (text: string): Promise<Step> => {
    const after = step()
    machine.terminal('host')?.type(new TextEncoder().encode(text))
    return after
  }

  beforeAll(async () => {
    built = buildAgent()
    source = new LocalSource(built.path)
    machine = new RealMachine(source, { started: () => heard.push('started'), lost: (reason) => heard.push(reason), back: () => heard.push('back') })
    const first = step()
    await machine.start({ setup: 'echo once >> /run/setup', terminals: [{ name: 'host', user: 'root', rows: 24, cols: 80 }] })
    const terminal = machine.terminal('host')
    terminal?.onOutput((bytes, done) => {
      screen += new TextDecoder().decode(bytes)
      done()
    })
    terminal?.onClear(() => { screen = '' })
    await first
  })
  afterAll(() => {
    machine.close()
    built.remove()
  })

  test('begins with a step of its own, after its setup', async () => {
    expect(heard).toEqual(['started'])
    expect(machine.timeline.map(({ label }) => label)).toEqual(['start'])
    expect(await machine.run('cat /run/setup')).toEqual({ output: 'once\n', status: 0 })
    expect(Object.keys(machine.lacks)).toEqual(['undo', 'rewind', 'lens', 'packets', 'speed', 'save'])
  })
  test('has a step for every line, with what ran and the World after it', async () => {
    const first = await type('unshare -u bash --norc\r')
    expect(first).toMatchObject({ n: 1, terminal: 'host', label: 'unshare -u bash --norc', refusals: [] })
    expect(mine(first).map(({ comm, status, onHost }) => [comm, status, onHost])).toEqual([['unshare', undefined, true], ['bash', undefined, false]])
    const second = await type('hostname room; (exit 3)\r')
    expect(mine(second)).toMatchObject([{ argv: ['hostname', 'room'], status: 0, onHost: false }])
    expect(second.world.namespaces.some(({ type: kind, hostname }) => kind === 'uts' && hostname === 'room')).toBe(true)
    expect((await machine.world()).processes.filter(({ argv }) => argv.join(' ') === 'bash --norc')).toHaveLength(1)
  })
  test('gives a step the World in which its background has begun, and who was killed is gone', async () => {
    const { world, ran } = await type('unshare -u sleep 71.61 &\r')
    const sleeps = ({ processes }: Step['world']): boolean[] => processes.filter(({ comm, argv }) => comm === 'sleep' && argv[1] === '71.61').map(({ ns }) => ns.uts !== world.initial.uts)
    expect(sleeps(world)).toEqual([true])
    expect(ran.filter(({ argv }) => argv.at(-1) === '71.61').map(({ comm }) => comm)).toEqual(['unshare', 'sleep'])
    expect(sleeps((await type('kill -9 %1\r')).world)).toEqual([])
  })
  test('tells of Worlds while a command runs', async () => {
    const worlds: number[] = []
    machine.onWorld((world) => worlds.push(world.processes.filter(({ argv }) => argv[1] === '1.61').length))
    await type('sleep 1.61\r')
    expect(worlds).toContain(1)
  })
  test('goes on after the connection was lost', async () => {
    screen = ''
    source.lose()
    expect(() => machine.terminal('host')?.type(new Uint8Array(0))).not.toThrow()
    await expect.poll(() => heard, PATIENCE).toEqual(['started', 'the cable was pulled', 'back'])
    expect(screen).toContain('hostname room')
    expect((await type('echo still $((40 + 2))\r')).label).toBe('echo still $((40 + 2))')
    expect(screen).toContain('still 42')
  })
  test('is put back to its start', async () => {
    await machine.reset()
    const world = await machine.world()
    expect(world.namespaces.some(({ hostname }) => hostname === 'room')).toBe(false)
    expect(await machine.run('cat /run/setup')).toEqual({ output: 'once\n', status: 0 })
    await expect.poll(() => machine.timeline.map(({ label }) => label), PATIENCE).toEqual(['start'])
    expect((await type('echo again\r')).n).toBe(1)
    expect(screen).not.toContain('still 42')
  })
})
