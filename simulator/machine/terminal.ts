// A terminal of the machine: the outside end of a pty, with a shell in a session of its own on the inside.
import { AT_FDCWD, O_RDWR, POLLIN } from '../abi/fcntl.ts'
import type { PollFd } from '../abi/syscalls.ts'
import { DevptsSuperBlock } from '../kernel/fs/devpts/devpts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Task } from '../kernel/task.ts'
import { PtyMasterFile } from '../kernel/tty/pty-master-file.ts'
import { PtyMaster } from '../kernel/tty/pty.ts'
import type { Tty } from '../kernel/tty/tty.ts'
import type { File } from '../kernel/vfs/file.ts'
import { TtyFile } from '../kernel/tty/tty-file.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../kernel/vfs/path-walk.ts'
import { kgid, kuid } from '../kernel/cred/ids.ts'
import type { MachineTerminal } from './contract.ts'
import type { Identity } from './identity.ts'
import { prepareTask, startProgram } from './spawn.ts'

export class Terminal implements MachineTerminal {
  readonly id: number
  readonly #master: PtyMaster
  readonly #shell: Task

  constructor(id: number, kernel: Kernel, init: Task, who: Identity, options: { readonly rows: number; readonly cols: number; readonly command?: readonly string[] }) {
    this.id = id
    const pts = pathLookup(init, AT_FDCWD, '/dev/pts', LOOKUP_FOLLOW)
    const devpts = pts.dentry.sb
    if (!(devpts instanceof DevptsSuperBlock)) throw new Error('the machine has no /dev/pts')
    this.#master = new PtyMaster(kernel, devpts, { uid: kuid(who.uid), gid: kgid(5) })
    this.#master.resize(options.rows, options.cols)
    const task = prepareTask(kernel, init, who)
    this.#shell = task
    const file = this.#master.openSlave(task, { mount: pts.mount, dentry: devpts.slave(task, this.#master.index) }, O_RDWR, true)
    task.files.install(0, file, false)
    task.files.install(1, file.hold(), false)
    task.files.install(2, file.hold(), false)
    const [program, ...args] = options.command ?? ['bash']
    startProgram(task, who, program.includes('/') ? program : `/bin/${program}`, [program, ...args])
  }

  get shellPid(): number {
    return this.#shell.globalPid
  }
  input(bytes: Uint8Array): void {
    this.#master.input(bytes)
  }
  resize(rows: number, cols: number): void {
    this.#master.resize(rows, cols)
  }
  drain(): Uint8Array {
    return this.#master.drain()
  }
  get isClosed(): boolean {
    return !this.#shell.isAlive
  }
  get exitStatus(): number | undefined {
    if (!this.isClosed) return undefined
    const word = this.#shell.exitStatus
    return (word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
  }
  hangup(): void {
    this.#master.hangup()
  }
  get isAtPrompt(): boolean {
    return isAwaitingInput(this.#master.tty)
  }
}

/** Does a process of the foreground group sleep until something is typed? */
function isAwaitingInput(tty: Tty): boolean {
  for (const task of tty.foreground?.groupMembers ?? []) if (isReading(task, tty)) return true
  return false
}

/** Who copies between this terminal and another one (sudo, script) waits for input only if somebody at the other one does. */
function isReading(task: Task, tty: Tty): boolean {
  if (task.state !== 'sleeping' || task.request === undefined) return false
  const { nr, args } = task.request
  const isTerminal = (file: File | undefined): boolean => file instanceof TtyFile && file.tty === tty
  if (nr === 'read') return isTerminal(task.files.get(args[0] as number))
  if (nr !== 'poll') return false
  const files = (args[0] as readonly PollFd[]).filter(({ events }) => (events & POLLIN) !== 0).map(({ fd }) => task.files.get(fd))
  if (!files.some(isTerminal)) return false
  const inner = files.find((file) => file instanceof PtyMasterFile)
  return inner === undefined || isAwaitingInput(inner.master.tty)
}
