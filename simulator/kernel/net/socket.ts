// Sockets as files (net/socket.c, socket(7)): what every address family implements, and the open file around it.
import { Errno } from '../../abi/errno.ts'
import { FIONREAD } from '../../abi/termios.ts'
import { O_NONBLOCK, O_RDWR } from '../../abi/fcntl.ts'
import { makedev, S_IFSOCK } from '../../abi/stat.ts'
import type { SockAddr } from '../../abi/syscalls.ts'
import { anonPath, internalMount, MNT_ID_SOCKFS } from '../fs/anon.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import type { Path } from '../vfs/path.ts'
import { type KFlow, type Sleepable, wait, type WaitQueue } from '../wait-queue.ts'

const SOCKFS_MAGIC = 0x534f434b

export interface Received {
  readonly data: Uint8Array
  readonly addr: SockAddr | undefined
}
export const MSG_PEEK = 2, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000

/** One end. Methods a family doesn't have answer EOPNOTSUPP. */
export abstract class Socket {
  readonly kernel: Kernel
  /** The inode number of its file; 0 before it has one. */
  ino = 0
  readonly options = new Map<string, unknown>()
  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  bind(_task: Task, _addr: SockAddr): void {
    throw Errno.EOPNOTSUPP
  }
  listen(_task: Task, _backlog: number): void {
    throw Errno.EOPNOTSUPP
  }
  accept(_task: Task, _nonBlocking: boolean): Sleepable<Socket> {
    throw Errno.EOPNOTSUPP
  }
  connect(_task: Task, _addr: SockAddr, _nonBlocking: boolean): Sleepable<0> {
    throw Errno.EOPNOTSUPP
  }
  send(_task: Task, _data: Uint8Array, _flags: number, _addr: SockAddr | undefined): Sleepable<number> {
    throw Errno.EOPNOTSUPP
  }
  receive(_task: Task, _count: number, _flags: number): Sleepable<Received> {
    throw Errno.EOPNOTSUPP
  }
  /** sendmsg(2) and recvmsg(2) with messages of the family's own. */
  sendMessage(_task: Task, _message: unknown): Sleepable<number> {
    throw Errno.EOPNOTSUPP
  }
  receiveMessage(_task: Task, _flags: number): Sleepable<unknown> {
    throw Errno.EOPNOTSUPP
  }
  shutdown(_task: Task, _how: number): void {
    throw Errno.EOPNOTSUPP
  }
  abstract localAddress(): SockAddr
  peerAddress(): SockAddr {
    throw Errno.ENOTCONN
  }
  getOption(_task: Task, _level: string, option: string): unknown {
    return this.options.get(option) ?? 0
  }
  setOption(_task: Task, _level: string, option: string, value: unknown): void {
    this.options.set(option, value)
  }
  /** Bytes that can be read at once. */
  get available(): number {
    return 0
  }
  abstract poll(): number
  abstract pollQueues(): readonly WaitQueue[]
  abstract close(): void
}

export class SocketFile extends File {
  readonly socket: Socket
  constructor(path: Path, flags: number, socket: Socket) {
    super(path, flags)
    this.socket = socket
    socket.ino = path.dentry.inode.ino
  }
  protected override onRelease(): void {
    this.socket.close()
  }
  /** Flags for one call: MSG_DONTWAIT where the file is non-blocking. */
  callFlags(flags = 0): number {
    return (this.flags & O_NONBLOCK) !== 0 ? flags | MSG_DONTWAIT : flags
  }
  override *read(task: Task, count: number): KFlow<Uint8Array> {
    return (yield* wait(this.socket.receive(task, count, this.callFlags()))).data
  }
  override write(task: Task, data: Uint8Array): Sleepable<number> {
    return this.socket.send(task, data, this.callFlags(), undefined)
  }
  override seek(): never {
    throw Errno.ESPIPE
  }
  override ioctl(_task: Task, request: number): unknown {
    if (request === FIONREAD) return this.socket.available
    throw Errno.ENOTTY
  }
  override poll(): number {
    return this.socket.poll()
  }
  override pollQueues(): readonly WaitQueue[] {
    return this.socket.pollQueues()
  }
}

/** sock_alloc_file */
export function socketFile(task: Task, socket: Socket, flags: number): SocketFile {
  const mount = internalMount(task.kernel, { name: 'sockfs', mountId: MNT_ID_SOCKFS, dev: makedev(0, 8), magic: SOCKFS_MAGIC })
  const path = anonPath(mount, { mode: S_IFSOCK | 0o777, uid: task.cred.fsuid, gid: task.cred.fsgid }, (ino) => `socket:[${ino}]`)
  return new SocketFile(path, O_RDWR | (flags & O_NONBLOCK), socket)
}
