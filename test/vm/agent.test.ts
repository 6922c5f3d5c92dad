// The guest agent on this computer's own kernel: terminals, scripts, program events, and the World it prints, compared with what the
// simulated machine shows when the same was done there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namespaceById } from '../../lab/world.ts'
import type { World } from '../../lab/world.ts'
import { bootMachine } from '../../simulator/machine/machine.ts'
import { AgentClient, AgentError } from '../../vm/agent/agent-client.ts'
import type { AgentPort, RanEvent, Turn } from '../../vm/agent/agent-client.ts'
import { encodeFields, encodeFrame, FRAME, OUTPUT_WINDOW, PROTOCOL_VERSION } from '../../vm/agent/protocol.ts'
import { worldOf } from '../../vm/agent/world-of.ts'
import { buildAgent, lacksForAgent, startAgent } from './local-agent.ts'
import type { BuiltAgent } from './local-agent.ts'
import { storyOf } from './story.ts'

const why = lacksForAgent()

/** A namespace of most types, in use and only held, with links, mounts and maps. */
const ACTIONS = `
unshare -u sh -c 'hostname web1; exec sleep 1001' & first=$!
unshare -Urpf --mount-proc sleep 1002 &
ip netns add blue
ip netns add red
ip -n blue link add va type veth peer name vb netns red
ip -n blue addr add 10.9.0.1/24 dev va
ip -n blue link set va up
ip -n red addr add 10.9.0.2/24 dev vb
ip -n red link set vb up
ip -n red link set lo up
ip -n red route add default via 10.9.0.1
ip -n blue link add br0 type bridge
ip -n blue link set va master br0
ip netns exec blue sleep 1003 &
unshare -m sh -c 'mkdir -p /run/story; mount -t tmpfs -o ro,nosuid data /run/story; cd /run/story; exec sleep 1004' &
unshare -f -T --boottime 86400 -C -i sleep 1005 &
mkdir -p /run/held
touch /run/held/uts
unshare --uts=/run/held/uts hostname kept
sleep 0.5
sh -c "exec 9</proc/$first/ns/uts; exec sleep 1006" &
setpriv --no-new-privs --bounding-set=-sys_admin,-net_raw sleep 1007 &
unshare -U sleep 1008 &
sleep 0.5
`

const MARK = /^sleep 100[1-8]$/

/** A terminal of the agent whose output and turns can be waited for. */
class Screen {
  text = ''
  turn: Turn = { waiting: false, typed: 0 }
  status: number | undefined
  readonly #agent: AgentClient
  #id = 0
  #sent = 0
  #changed: (() => void) | undefined

  constructor(agent: AgentClient) {
    this.#agent = agent
  }
  async open(user = 'root'): Promise<void> {
    this.#id = await this.#agent.open({ name: 'host', user, rows: 24, cols: 80 }, {
      output: (bytes) => {
        this.text += new TextDecoder().decode(bytes)
        this.#agent.ack(this.#id, bytes.length)
        this.#changed?.()
      },
      turn: (turn) => {
        this.turn = turn
        this.#changed?.()
      },
      exit: (status) => {
        this.status = status
        this.#changed?.()
      },
    })
    await this.until(() => this.turn.waiting)
    this.text = ''
  }
  send(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.#sent += bytes.length
    this.text = ''
    this.#agent.input(this.#id, bytes)
  }
  /** Types, and waits until it is the learner's turn again. Answers what was printed. */
  async type(text: string): Promise<string> {
    this.send(text)
    await this.until(() => (this.turn.waiting && this.turn.typed === this.#sent) || this.status !== undefined)
    return this.text
  }
  resize(rows: number, cols: number): void {
    this.#agent.resize(this.#id, rows, cols)
  }
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => { this.#changed = resolve })
  }
}

describe.skipIf(why !== undefined)(`the guest agent on this kernel${why === undefined ? '' : ` (left out: ${why})`}`, () => {
  let built: BuiltAgent
  let port: AgentPort
  let agent: AgentClient
  const ran: RanEvent[] = []
  const world = async (): Promise<World> => worldOf(await agent.world())

  beforeAll(async () => {
    built = buildAgent()
    port = startAgent(built.path)
    agent = new AgentClient(port, { ran: (event) => ran.push(event) })
    await agent.hello()
  })
  afterAll(() => {
    agent.close()
    built.remove()
  })

  describe('scripts', () => {
    test('print to one stream in order, and end with their status', async () => {
      expect(await agent.run('echo one; echo two >&2; echo three; exit 3')).toEqual({ output: 'one\ntwo\nthree\n', status: 3 })
      expect(await agent.run('kill -9 $$')).toEqual({ output: '', status: 137 })
    })
    test('run as the user they are for, in their home', async () => {
      expect((await agent.run('id -un; id -G; pwd; echo $HOME $USER', { user: 'daemon' })).output).toBe('daemon\n1\n/usr/sbin\n/usr/sbin daemon\n')
      await expect(agent.run('true', { user: 'nobody-at-all' })).rejects.toThrow(AgentError)
    })
    test('have their own lines on standard input', async () => {
      expect((await agent.run('read line\nthis is data\necho "got $line"')).output).toBe('got this is data\n')
    })
    test('may print more than a window, and more than text', async () => {
      let length = 0
      await agent.run(`head -c ${3 * OUTPUT_WINDOW} /dev/urandom`, { onOutput: (bytes) => { length += bytes.length } })
      expect(length).toBe(3 * OUTPUT_WINDOW)
      const long = `echo ${'x'.repeat(100_000)} | wc -c`
      expect((await agent.run(long)).output).toBe('100001\n')
    })
    test('leave their background behind', async () => {
      expect(await agent.run('sleep 5 & echo $!')).toMatchObject({ status: 0 })
    })
    test('can be ended', async () => {
      expect((await agent.run('sleep 60', { timeoutMs: 100 })).status).toBe(137)
    })
  })

  describe('terminals', () => {
    test('echo, run, resize, interrupt, and tell whose turn it is', async () => {
      const screen = new Screen(agent)
      await screen.open()
      expect(await screen.type('echo $((6 * 7))\r')).toContain('42\r\n')
      screen.resize(30, 101)
      expect(await screen.type('stty size\r')).toContain('30 101')
      expect(await screen.type('tty; id -un\r')).toMatch(/\/dev\/pts\/\d+\r\n.*root/)
      screen.send('sleep 60\r')
      await screen.until(() => screen.text.includes('sleep 60'))
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(screen.turn.waiting).toBe(false)
      expect(await screen.type('\x03')).toContain('^C')
      expect(await screen.type('cat\r')).toContain('cat')
      expect(await screen.type('moo\r')).toContain('moo\r\nmoo')
      await screen.type('\x04')
      // A shell in a shell, in namespaces of its own.
      expect(await screen.type('unshare -fp --mount-proc bash --norc\r')).toMatch(/# $/)
      expect(await screen.type('echo $$\r')).toContain('1\r\n')
      await screen.type('exit\r')
      await screen.type('exit 7\r')
      expect(screen.status).toBe(7)
    })
    test('print no more than a window ahead, and lose nothing', async () => {
      let bytes = 0
      let isOver = false
      const id = await agent.open({ name: 'flood', user: 'root', rows: 24, cols: 80 }, { output: (part) => { bytes += part.length }, turn: () => undefined, exit: () => { isOver = true } })
      agent.input(id, new TextEncoder().encode('stty -echo; yes 0123456 | head -100000; exit\r'))
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(bytes).toBeLessThanOrEqual(OUTPUT_WINDOW + 16384)
      expect(isOver).toBe(false)
      for (let acked = 0; !isOver; await new Promise((resolve) => setTimeout(resolve, 5))) {
        agent.ack(id, bytes - acked)
        acked = bytes
      }
      expect(bytes).toBeGreaterThan(900_000)
    })
    test('go on over a new client', async () => {
      const screen = new Screen(agent)
      await screen.open()
      await screen.type('echo remember me\r')
      const hello = await agent.hello()
      const open = hello.terminals.find(({ name }) => name === 'host')
      let again = ''
      const turns: Turn[] = []
      await agent.attach(open?.id ?? 0, { output: (bytes) => { again += new TextDecoder().decode(bytes) }, turn: (turn) => turns.push(turn), exit: () => undefined })
      await agent.world()
      expect(again).toContain('remember me')
      expect(turns).toEqual([{ waiting: true, typed: 0 }])
      agent.kill(open?.id ?? 0)
    })
    test('survive what makes no sense', async () => {
      port.send(encodeFrame(77, 5))
      port.send(encodeFrame(FRAME.input, 12345, encodeFields('nobody')))
      port.send(encodeFrame(FRAME.open, 99, encodeFields('root')))
      port.send(encodeFrame(FRAME.kill, 99))
      expect((await agent.run('echo here')).output).toBe('here\n')
    })
  })

  test('programs are told of: as what they were called, where, and how they ended', async () => {
    const screen = new Screen(agent)
    await screen.open()
    ran.length = 0
    await screen.type('unshare -u hostname inside; sh -c "exit 4"\r')
    await agent.world()
    const starts = ran.filter(({ argv, tty }) => argv !== undefined && tty !== undefined)
    const hostname = starts.find(({ argv }) => argv?.join(' ') === 'hostname inside')
    const sh = starts.find(({ argv }) => argv?.[0] === 'sh')
    expect(hostname?.path).toBe('hostname')
    expect(hostname?.ns?.[7]).not.toBe(sh?.ns?.[7])
    expect(ran.find(({ pid, status }) => pid === sh?.pid && status !== undefined)).toMatchObject({ status: 4 })
    ran.length = 0
    await agent.run('expr 1 + 1')
    expect(ran.filter(({ argv }) => argv?.[0] === 'expr')).toEqual([])
    await screen.type('exit\r')
  })

  test('a stream that has lost its place finds it again at the next greeting', async () => {
    const other = startAgent(built.path)
    let lost = ''
    const first = new AgentClient(other, { lost: (reason) => { lost = reason } })
    expect((await first.hello()).terminals).toEqual([])
    const long = first.run('sleep 60')
    other.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3))
    await expect(long).rejects.toThrow('a frame of 4294967295 bytes')
    expect(lost).toContain('4294967295')
    const second = new AgentClient(other)
    expect((await second.hello()).protocol).toBe(PROTOCOL_VERSION)
    expect((await second.run('echo here')).output).toBe('here\n')
    second.close()
  })

  test('the same actions make the same World as on the simulated machine', async () => {
    expect(await agent.run(ACTIONS)).toEqual({ output: '', status: 0 })
    const real = await world()
    const started = real.processes.filter(({ argv }) => MARK.test(argv.join(' '))).map(({ pid }) => pid)
    await agent.run(`kill -9 ${started.join(' ')}; ip netns del blue; ip netns del red; umount /run/held/uts`)
    const simulated = bootMachine()
    expect(simulated.runScript(ACTIONS).status).toBe(0)
    const capabilities = BigInt(`0x${real.processes[0]?.caps.bounding ?? '0'}`)
    const options = { mark: MARK, mount: /^\/(run\/story|proc)$/, capabilities }
    expect(storyOf(real, options)).toEqual(storyOf(simulated.world(), options))
    expect(namespaceById(await world(), real.initial.uts)?.hostname).toBe((await agent.run('hostname')).output.trim())
  })
})
