// The page's machine, restored from its built image in Node: what every learner relies on. Without an image it says how to get one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Step, Terminal } from '../../lab/machine.ts'
import { innerPid } from '../../lab/world.ts'
import type { RealMachine } from '../../vm/agent/real-machine.ts'
import { MOST_BYTES } from '../../vm/browser/manifest.ts'
import { HOW_TO_BUILD, nodeVmManifest, openNodeVm } from '../../vm/browser/node/open-node-vm.ts'

const manifest = nodeVmManifest()
const PROMPT = /[$#] $/

/** What a terminal has printed since it was last asked. */
class Screen {
  text = ''
  readonly terminal: Terminal

  constructor(terminal: Terminal) {
    this.terminal = terminal
    const decoder = new TextDecoder()
    terminal.onOutput((bytes, done) => {
      this.text += decoder.decode(bytes, { stream: true })
      done()
    })
    terminal.onClear(() => { this.text = '' })
  }

  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.text)) await new Promise((resolve) => { setTimeout(resolve, 5) })
    const { text } = this
    this.text = ''
    return text.replaceAll('\r', '')
  }

  type(text: string): void {
    this.terminal.type(new TextEncoder().encode(text))
  }

  /** A command and what it printed, up to the next prompt. */
  async does(command: string): Promise<string> {
    this.type(`${command}\r`)
    const all = await this.until(PROMPT)
    return all.slice(all.indexOf('\n') + 1, all.lastIndexOf('\n') + 1)
  }
}

describe.skipIf(manifest === undefined)(`the machine of the page${manifest === undefined ? ` (${HOW_TO_BUILD})` : ''}`, () => {
  let machine: RealMachine
  let host: Screen
  const steps: Step[] = []

  beforeAll(async () => {
    machine = await openNodeVm({ setup: 'touch /root/set-up' })
    machine.onStep((step) => steps.push(step))
    host = new Screen(await machine.openTerminal({ name: 'host', user: 'learner', rows: 24, cols: 80 }))
    await host.until(PROMPT)
  })
  afterAll(() => { machine.close() })

  test('is no more to download than was promised', () => {
    expect(manifest?.bytes, 'bytes of manifest.json; see vm/browser/manifest.ts').toBeLessThanOrEqual(MOST_BYTES)
  })

  test('greets with the simulated host’s prompt', async () => {
    host.type('\r')
    expect(await host.until(PROMPT)).toMatch(/learner@host:~\$ $/)
  })

  test('is Linux on a 32-bit PC, with the learner and the administrator', async () => {
    expect(await host.does('uname -m; id -un; sudo id -un; hostname')).toBe('i686\nlearner\nroot\nhost\n')
  })

  test('makes every kind of room, also for an ordinary user with subordinate ids', async () => {
    expect(await host.does('unshare -Urmpfinu --cgroup --mount-proc sh -c \'echo $$; id -u\'')).toBe('1\n0\n')
    expect(await host.does('unshare -U --map-auto --map-root-user cat /proc/self/uid_map | wc -l')).toBe('2\n')
  })

  test('lets somebody build a root of their own and go there', async () => {
    const printed = await machine.run('unshare -m sh -c "mount -t tmpfs none /mnt; mkdir /mnt/bin /mnt/old; cp /bin/busybox /mnt/bin/sh; cd /mnt; pivot_root . old; exec /bin/sh -c \'echo /*\'"')
    expect(printed).toEqual({ output: '/bin /old\n', status: 0 })
  })

  test('has networks, addresses and NAT', async () => {
    const printed = await machine.run('ip netns add a; ip link add v0 type veth peer name v1 netns a; ip addr add 10.1.0.1/24 dev v0; ip link set v0 up; ip -n a addr add 10.1.0.2/24 dev v1; ip -n a link set v1 up; '
      + 'ip netns exec a ping -c1 -W5 10.1.0.1 | grep -o "1 received"; iptables -t nat -A POSTROUTING -s 10.1.0.0/24 -j MASQUERADE && iptables -t nat -S POSTROUTING | tail -1; ping -c1 -W5 10.0.2.2 | grep -o "1 received"')
    expect(printed.output).toBe('1 received\n-A POSTROUTING -s 10.1.0.0/24 -j MASQUERADE\n1 received\n')
  })

  test('tells its World, and each command as a step with what ran', async () => {
    const before = steps.length
    await host.does('unshare -Urpf --mount-proc sleep 0.1; sleep 345 & sleep 0.3')
    const world = await machine.world()
    const sleeper = world.processes.find(({ argv }) => argv.join(' ') === 'sleep 345')
    expect(sleeper === undefined ? undefined : innerPid(sleeper)).toBeGreaterThan(1)
    expect(Object.values(world.links).flat().map(({ name }) => name)).toContain('eth0')
    while (steps.length === before) await new Promise((resolve) => { setTimeout(resolve, 10) })
    expect(steps.slice(before).flatMap(({ ran }) => ran).map(({ argv }) => argv[0])).toContain('unshare')
  })

  test('takes ten kilobytes at once without losing one', async () => {
    const lines = Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(46)}`).join('\r')
    host.type('cat > /tmp/pasted\r')
    // Before it runs, the terminal is as bash has it for editing, where Enter is a carriage return.
    await expect.poll(async () => (await machine.run('pgrep -x cat')).status).toBe(0)
    host.type(`${lines}\r`)
    host.type('\x04')
    await host.until(PROMPT)
    expect(await host.does('wc -l < /tmp/pasted; tail -n1 /tmp/pasted | cut -c1-5')).toBe('200\n199 x\n')
  })

  test('follows the window’s size', async () => {
    host.terminal.resize(40, 132)
    // bash draws its prompt anew, which may look like the end of the command.
    await expect.poll(() => host.does('stty size'), { timeout: 20_000 }).toBe('40 132\n')
  })

  test('has more than one terminal', async () => {
    const second = new Screen(await machine.openTerminal({ name: 'second', user: 'root', rows: 24, cols: 80 }))
    await second.until(PROMPT)
    expect(await second.does('tty; cat /root/set-up; echo done')).toMatch(/^\/dev\/pts\/\d+\ndone\n$/)
  })

  test('needs nothing that is hollow', async () => {
    const used = await machine.run(`{ ping -c1 localhost; ss -tlnp; ss -xa; w; uptime; top -bn1; ps -ef; ps -eo pid,unit,slice,machine,lsession; getsubids learner; nft list ruleset; crun list
      grep -P 'r.o' /etc/passwd; ip -V; strace -f true; su learner -c id; lsblk; findmnt; getfacl /tmp; tar cz /etc | tar tz; nano --version; conntrack -L; tc qdisc; } >/tmp/used 2>&1
      grep 'Trace/breakpoint\\|Segmentation\\|Illegal\\|symbol lookup' /tmp/used`)
    expect(used.output).toBe('')
  })

  test('is back at its start after a reset, setup and terminals included', async () => {
    await machine.run('rm -rf /usr/bin/ls /root/set-up')
    await machine.reset()
    await host.until(PROMPT)
    expect(await host.does('ls /home')).toBe('learner\n')
    expect((await machine.run('test -e /root/set-up && ip netns list | wc -l')).output).toBe('0\n')
  })
})
