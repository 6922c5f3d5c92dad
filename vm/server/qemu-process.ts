// One QEMU: the child process with its sockets, as the image build boots it and the process driver restores it. All its files are handed over open, as
// descriptors, so it needs no path and may be a user who can read nothing.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { migrated, Qmp } from './qmp.ts'
import { type Hardware, qemuArguments } from './qemu-arguments.ts'

/** Descriptor numbers in QEMU's table, after the three standard ones. */
const AGENT = 3
const QMP = 4
const STATE = 5
const RAM = 6
const DISK = 7

const SHARED_RAM = { capabilities: [{ capability: 'x-ignore-shared', state: true }] }

export interface QemuFiles {
  /** Our descriptors of the disk's layers, lowest first. */
  readonly disk: readonly number[]
  /** Our descriptor of the sealed RAM template, or the path of the RAM file of a machine that is being made. */
  readonly ram: number | string
  /** Our descriptor of the devices' state, for a machine that is restored. */
  readonly state?: number
}

export class QemuProcess {
  readonly pid: number
  readonly agent: Duplex
  readonly qmp: Qmp
  /** Resolves with words when QEMU is gone. */
  readonly exited: Promise<string>
  readonly #child: ChildProcess

  /** `wrap` puts the words of its confinement before QEMU's. */
  constructor(hardware: Pick<Hardware, 'accelerator' | 'memory' | 'boot'>, files: QemuFiles, wrap: (qemu: readonly string[]) => readonly string[] = (qemu) => qemu) {
    const { ram } = files
    const [command = '', ...args] = wrap(['qemu-system-x86_64', ...qemuArguments({
      ...hardware, agent: AGENT, qmp: QMP, disk: files.disk.map((_, n) => DISK + n),
      ram: typeof ram === 'string' ? { path: ram, shared: true } : { path: `/proc/self/fd/${RAM}`, shared: false },
    })])
    const child = spawn(command, args, { cwd: '/', env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', files.state ?? 'ignore', typeof ram === 'number' ? ram : 'ignore', ...files.disk] })
    this.#child = child
    this.pid = child.pid ?? 0
    this.agent = child.stdio[AGENT] as Duplex
    // A machine that is gone says so by `exited`; errors of its sockets say nothing more.
    this.agent.on('error', () => {})
    this.qmp = new Qmp(child.stdio[QMP] as Duplex)
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-2000) })
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        child.stdio.forEach((stream) => stream?.destroy())
        resolve(error.message)
      })
      child.once('close', (status, signal) => resolve(said.trim() !== '' ? said.trim() : `QEMU ended (${signal ?? `status ${status ?? 'unknown'}`})`))
    })
  }

  /** Loads the state the machine was started with; it stands still afterwards. */
  async restore(): Promise<void> {
    await this.#orGone((async () => {
      await this.qmp.command('qmp_capabilities')
      await this.qmp.command('migrate-set-capabilities', SHARED_RAM)
      await this.qmp.command('migrate-incoming', { uri: `fd:${STATE}` })
      await migrated(this.qmp)
    })())
  }

  /** Stops the machine and writes the state of its devices; its RAM is already in its file. `socket`: a path for the moment. */
  async save(file: string, socket: string): Promise<void> {
    await this.qmp.command('stop')
    await this.qmp.command('migrate-set-capabilities', SHARED_RAM)
    const written = Promise.withResolvers<void>()
    written.promise.catch(() => undefined)
    const server = createServer((connection) => { pipeline(connection, createWriteStream(file)).then(written.resolve, written.reject) })
    await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(socket, resolve) })
    try {
      await this.qmp.command('migrate', { uri: `unix:${socket}` })
      await migrated(this.qmp)
      await written.promise
    } finally {
      // Else it would keep a build alive that has failed.
      server.close()
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #orGone(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.exited.then((reason) => { throw new Error(reason) })])
  }
}
