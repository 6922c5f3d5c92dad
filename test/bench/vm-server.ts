// How the machine service does with many learners: by hand, not in CI. `node test/bench/vm-server.ts [learners] [seconds]` prints a table for vm/README.md.
// Learners come over a proxy that can cut all their connections at once; most only look at their prompt, some type a command every few seconds.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Terminal } from '../../lab/machine.ts'
import type { RealMachine } from '../../vm/agent/real-machine.ts'
import { openServerVm } from '../../vm/server/client.ts'
import { lacksForQemu } from '../../vm/server/local.ts'
import type { ServerVmStatus } from '../../vm/server/options.ts'

const [learners = 50, seconds = 60] = process.argv.slice(2).map(Number)
const TYPING = Math.max(1, Math.round(learners / 10))
const THINKING = 5000
const MIB = 1024 * 1024
const SERVE = join(import.meta.dirname, '..', '..', 'vm', 'server', 'serve.ts')

const now = (): number => performance.now() / 1000
const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
const row = (what: string, value: string): void => { process.stdout.write(`| ${what} | ${value} |\n`) }
const atRank = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const spread = (values: readonly number[]): string => `median ${atRank(values, 0.5).toFixed(2)} s, slowest ${Math.max(...values).toFixed(2)} s`

interface Service { readonly child: ChildProcess; readonly port: number }

async function serve(...args: string[]): Promise<Service> {
  const child = spawn(process.execPath, [SERVE, '--port', '0', '--cap', String(learners + 2), '--tickets-per-minute', '100000', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no standard output')
  const { promise, resolve } = Promise.withResolvers<Service>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const port = /at ws:\S+:(\d+)$/.exec(line)?.[1]
    if (port !== undefined) resolve({ child, port: Number(port) })
  })
  return promise
}

async function stop({ child }: Service): Promise<void> {
  child.kill('SIGTERM')
  await new Promise((resolve) => { child.once('exit', resolve) })
}

async function metric({ port }: Service, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1])
}

const childrenOf = ({ child: { pid = 0 } }: Service): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((each) => each !== '')
/** Seconds of CPU time these processes have had. */
const cpuOf = (pids: readonly string[]): number => pids.reduce((sum, pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return sum + (Number(fields[11]) + Number(fields[12])) / 100
}, 0)

class Learner {
  machine!: RealMachine
  terminal!: Terminal
  #screen = ''
  status: ServerVmStatus['state'] = 'asking'

  /** Answers the seconds until the prompt. */
  async come(url: string, docker = false): Promise<number> {
    const began = now()
    this.machine = await openServerVm({ url, docker, onStatus: ({ state }) => { this.status = state } })
    this.terminal = await this.machine.openTerminal({ name: 'host', user: 'learner', rows: 30, cols: 100 })
    this.#listen()
    await this.#see('$ ')
    return now() - began
  }

  /** Types a command and answers the seconds until its last word is on the screen. */
  async type(command: string, word: string): Promise<number> {
    this.#screen = ''
    const began = now()
    this.terminal.type(new TextEncoder().encode(`${command}\n`))
    await this.#see(word)
    return now() - began
  }

  async reset(): Promise<number> {
    const began = now()
    this.#screen = ''
    await this.machine.reset()
    await this.#see('$ ')
    return now() - began
  }

  #listen(): void {
    this.terminal.onOutput((bytes, done) => {
      this.#screen += new TextDecoder().decode(bytes)
      done()
    })
  }

  async #see(word: string): Promise<void> {
    const until = now() + 300
    while (!this.#screen.includes(word)) {
      if (now() > until) throw new Error(`no '${word}' on the screen: ${JSON.stringify(this.#screen.slice(-200))}`)
      await wait(10)
    }
  }
}

/** A network that can be cut. */
class Proxy {
  readonly #sockets = new Set<Socket>()
  port = 0

  async listen(to: number): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(to, '127.0.0.1')
      for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined).on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        }).pipe(other)
      }
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    server.unref()
    this.port = (server.address() as AddressInfo).port
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

async function firstPrompts(): Promise<void> {
  for (const docker of [false, true]) {
    const kind = docker ? 'with Docker' : 'without Docker'
    const cold = await serve('--warm', '0', '--warm-docker', '0')
    const learner = new Learner()
    row(`first prompt, ${kind}, nothing warm, first machine of the service`, `${(await learner.come(`ws://127.0.0.1:${cold.port}`, docker)).toFixed(2)} s`)
    const later: number[] = []
    for (let n = 0; n < 3; n++) {
      const other = new Learner()
      later.push(await other.come(`ws://127.0.0.1:${cold.port}`, docker))
      other.machine.close()
    }
    row(`first prompt, ${kind}, nothing warm, later machines`, spread(later))
    learner.machine.close()
    await stop(cold)
    const warm = await serve('--warm', docker ? '0' : '2', '--warm-docker', docker ? '2' : '0')
    const [times, resets]: [number[], number[]] = [[], []]
    for (let n = 0; n < 4; n++) {
      while (await metric(warm, 'isolab_vm_machines{state="warm"}') < 2) await wait(200)
      await wait(1000)
      const other = new Learner()
      times.push(await other.come(`ws://127.0.0.1:${warm.port}`, docker))
      while (await metric(warm, 'isolab_vm_machines{state="warm"}') < 2) await wait(200)
      resets.push(await other.reset())
      other.machine.close()
    }
    row(`first prompt, ${kind}, from the pool`, spread(times))
    row(`reset, ${kind}, until the prompt`, spread(resets))
    await stop(warm)
  }
}

async function crowd(): Promise<void> {
  const service = await serve('--warm', '2', '--warm-docker', '0')
  const proxy = new Proxy()
  await proxy.listen(service.port)
  const everybody = Array.from({ length: learners }, () => new Learner())
  const began = now()
  const prompts = await Promise.all(everybody.map((learner) => learner.come(`ws://127.0.0.1:${proxy.port}`)))
  row(`${learners} learners come at the same moment: until each has a prompt`, `${spread(prompts)}; all after ${(now() - began).toFixed(0)} s`)

  const pids = childrenOf(service)
  row('CPU time of a machine until its prompt', `${(cpuOf(pids) / pids.length).toFixed(2)} s`)
  await wait(5000)
  const before = cpuOf(pids)
  await wait(20_000)
  row(`${learners} idle machines: CPU time`, `${((cpuOf(pids) - before) / 20 / learners * 100).toFixed(1)} % of a processor each`)
  const memory = await metric(service, 'isolab_vm_machine_memory_bytes')
  row('memory of its own per machine at the prompt', `${(memory / learners / MIB).toFixed(0)} MiB: ${(1024 / (memory / learners / MIB)).toFixed(0)} machines per GiB`)

  const latencies: number[] = []
  const until = now() + seconds
  const busy = cpuOf(pids)
  await Promise.all(everybody.slice(0, TYPING).map(async (learner, n) => {
    await wait(THINKING / TYPING * n)
    for (let k = 0; now() < until; k++) {
      latencies.push(await learner.type(k % 2 === 0 ? `unshare -Urpf --mount-proc ps aux; echo do''ne-${k}` : `echo do''ne-${k}`, `done-${k}`))
      await wait(THINKING)
    }
  }))
  row(`${TYPING} of ${learners} type every ${THINKING / 1000} s, for ${seconds} s (${latencies.length} commands): until the answer`, `${spread(latencies)}; 90 %: ${atRank(latencies, 0.9).toFixed(2)} s`)
  row('CPU time meanwhile', `${((cpuOf(pids) - busy) / seconds).toFixed(2)} processors for all machines`)
  row('memory of its own per machine after it', `${(await metric(service, 'isolab_vm_machine_memory_bytes') / learners / MIB).toFixed(0)} MiB`)

  for (let n = 0; n < 5; n++) {
    proxy.cut()
    const cut = now()
    await wait(100)
    while (everybody.some(({ status }) => status !== 'ready')) await wait(20)
    if (n === 0) row(`all ${learners} connections cut: until everybody is back at their machine`, `${(now() - cut).toFixed(1)} s`)
  }
  const checked = await Promise.all(everybody.map((learner, n) => learner.type(`echo st''ill-${n}`, `still-${n}`)))
  row('after five cuts', `${checked.length} of ${learners} terminals go on where they were; ${await metric(service, 'isolab_vm_reconnections_total')} reconnections`)

  for (const learner of everybody.slice(0, TYPING)) void learner.type('while :; do echo busy; done', 'never').catch(() => undefined)
  await wait(2000)
  const doomed = childrenOf(service)
  service.child.kill('SIGKILL')
  const killed = now()
  while (doomed.some((pid) => existsSync(`/proc/${pid}`)) && now() - killed < 60) await wait(20)
  const left = doomed.filter((pid) => existsSync(`/proc/${pid}`)).length
  const disks = readdirSync(tmpdir()).filter((name) => name.startsWith('isolab-machine-')).length
  row(`kill -9 of the service under load, ${doomed.length} machines`, `${left} processes and ${disks} disks left after ${(now() - killed).toFixed(1)} s`)
}

const lacks = lacksForQemu()
if (lacks !== undefined) throw new Error(lacks)
process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${(totalmem() / MIB / 1024).toFixed(0)} GiB\n\n| what | measured |\n| --- | --- |\n`)
await firstPrompts()
await crowd()
process.exit()
