// Unix domain sockets (net/unix/af_unix.c, unix(7)): stream, datagram and seqpacket, bound in the file system or to an abstract name.
// sendmsg(2) passes descriptors (SCM_RIGHTS): `{ data, fds }`, which recvmsg(2) answers with descriptors of the receiver's.
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD, POLLHUP, POLLIN, POLLOUT } from '../../abi/fcntl.ts'
import { SIGPIPE } from '../../abi/signal.ts'
import { isSock, S_IFSOCK } from '../../abi/stat.ts'
import type { SockAddr, UnixMessage } from '../../abi/syscalls.ts'
import { EMPTY_BYTES } from '../../lib/bytes.ts'
import { fromKgidMunged, fromKuidMunged, type Kgid, type Kuid } from '../cred/ids.ts'
import type { Pid } from '../pid.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import type { File } from '../vfs/file.ts'
import { installFile } from '../vfs/file-open.ts'
import type { Inode } from '../vfs/inode.ts'
import { makeNode } from '../vfs/name-create.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { MAY_WRITE, permission } from '../vfs/permissions.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import type { NetNamespace } from './net-namespace.ts'
import { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK, type Received, Socket } from './socket.ts'

export type UnixType = 'stream' | 'dgram' | 'seqpacket'
const TYPE_NUMBERS: Readonly<Record<UnixType, number>> = { stream: 1, dgram: 2, seqpacket: 5 }
const BUFFER = 212992
const DEFAULT_QUEUE = 10
const SCM_MAX_FD = 253
const MSG_CMSG_CLOEXEC = 0x40000000

interface Packet { readonly data: Uint8Array; readonly from: string | undefined; readonly files?: readonly File[] }
interface PeerCredentials { readonly pid: Pid; readonly uid: Kuid; readonly gid: Kgid }

/** Sockets by the inode they are bound to. */
const bound = new WeakMap<Inode, UnixSocket>()
const living = new WeakMap<NetNamespace, Set<UnixSocket>>()

export const listUnixSockets = (net: NetNamespace): Iterable<UnixSocket> => living.get(net) ?? []

export class UnixSocket extends Socket {
  readonly net: NetNamespace
  readonly type: UnixType
  /** Its address as given to bind(2); `\0…` is abstract. */
  name: string | undefined
  peer: UnixSocket | undefined
  isListening = false
  readonly #credentials: PeerCredentials
  #peerCredentials: PeerCredentials | undefined
  #backlog = 0
  #boundInode: { readonly ino: number; readonly dev: number } | undefined
  readonly #incoming: UnixSocket[] = []
  #packets: Packet[] = []
  #bytes = 0
  #isClosed = false
  #receiveShut = false
  #sendShut = false
  readonly #changed = new WaitQueue()

  constructor(task: Task, type: UnixType) {
    super(task.kernel)
    this.net = task.nsproxy.net
    this.type = type
    this.#credentials = { pid: task.pid, uid: task.cred.euid, gid: task.cred.egid }
    this.net.hold('socket')
    let all = living.get(this.net)
    if (all === undefined) living.set(this.net, (all = new Set()))
    all.add(this)
  }

  /** Something to look at again has happened. */
  notify(): void {
    this.#changed.wakeAll()
  }
  /** Connections that wait for accept(2), and how many may. */
  get waiting(): number {
    return this.#incoming.length
  }
  get backlog(): number {
    return this.#backlog
  }
  /** The file its address is. */
  get boundInode(): { readonly ino: number; readonly dev: number } | undefined {
    return this.#boundInode
  }
  get typeNumber(): number {
    return TYPE_NUMBERS[this.type]
  }
  get #isDatagram(): boolean {
    return this.type === 'dgram'
  }

  /** socketpair(2) */
  static pair(task: Task, type: UnixType): readonly [UnixSocket, UnixSocket] {
    const a = new UnixSocket(task, type)
    const b = new UnixSocket(task, type)
    a.#tie(b)
    b.#tie(a)
    return [a, b]
  }
  #tie(peer: UnixSocket): void {
    this.peer = peer
    this.#peerCredentials = peer.#credentials
  }

  override bind(task: Task, addr: SockAddr): void {
    if (addr.family !== 'unix') throw Errno.EINVAL
    if (this.name !== undefined) throw Errno.EINVAL
    const { path } = addr
    if (path.startsWith('\0')) {
      if (this.net.abstractSockets.find(path) !== undefined) throw Errno.EADDRINUSE
      this.net.abstractSockets.add(path, this)
    } else {
      try {
        const { inode } = makeNode(task, AT_FDCWD, path, S_IFSOCK | (0o777 & ~task.fs.umask), 0)
        bound.set(inode, this)
        this.#boundInode = { ino: inode.ino, dev: inode.sb.dev }
      } catch (error) {
        throw error === Errno.EEXIST ? Errno.EADDRINUSE : error
      }
    }
    this.name = path
  }
  override listen(_task: Task, backlog: number): void {
    if (this.#isDatagram) throw Errno.EOPNOTSUPP
    if (this.name === undefined) throw Errno.EINVAL
    this.isListening = true
    this.#backlog = backlog
  }

  /** unix_find_other */
  #find(task: Task, addr: SockAddr): UnixSocket {
    if (addr.family !== 'unix') throw Errno.EINVAL
    let found: UnixSocket | undefined
    if (addr.path.startsWith('\0')) found = this.net.abstractSockets.find(addr.path)
    else {
      const path = pathLookup(task, AT_FDCWD, addr.path, LOOKUP_FOLLOW)
      permission(task, path, MAY_WRITE)
      const { inode } = path.dentry
      if (!isSock(inode.mode)) throw Errno.ECONNREFUSED
      found = bound.get(inode)
    }
    if (found === undefined || found.#isClosed) throw Errno.ECONNREFUSED
    if (found.type !== this.type) throw Errno.EPROTOTYPE
    return found
  }

  override *connect(task: Task, addr: SockAddr, nonBlocking: boolean): KFlow<0> {
    const other = this.#find(task, addr)
    if (this.#isDatagram) {
      this.peer = other
      return 0
    }
    if (this.peer !== undefined) throw Errno.EISCONN
    for (;;) {
      if (!other.isListening || other.#isClosed) throw Errno.ECONNREFUSED
      if (other.#incoming.length <= other.#backlog) break
      if (nonBlocking) throw Errno.EAGAIN
      yield other.#changed
    }
    const served = new UnixSocket(task, this.type)
    served.name = other.name
    served.#tie(this)
    this.#tie(other)
    this.peer = served
    other.#incoming.push(served)
    other.#changed.wakeAll()
    return 0
  }
  override *accept(_task: Task, nonBlocking: boolean): KFlow<Socket> {
    if (!this.isListening) throw Errno.EINVAL
    for (;;) {
      const served = this.#incoming.shift()
      if (served !== undefined) {
        this.#changed.wakeAll()
        return served
      }
      if (nonBlocking) throw Errno.EAGAIN
      yield this.#changed
    }
  }

  override *sendMessage(task: Task, message: unknown): KFlow<number> {
    const { data, fds = [] } = message as UnixMessage
    if (fds.length > SCM_MAX_FD) throw Errno.EINVAL
    const files = fds.map((fd) => task.files.require(fd))
    return yield* this.send(task, data, 0, undefined, files)
  }
  override *receiveMessage(task: Task, flags: number): KFlow<UnixMessage> {
    const { data, files = [] } = yield* this.#take(BUFFER, flags)
    if ((flags & MSG_PEEK) !== 0) for (const file of files) file.hold()
    // Each descriptor counts as the receiver's from here on; what no longer fits is closed.
    return { data, fds: files.map((file) => installFile(task, file, (flags & MSG_CMSG_CLOEXEC) !== 0)) }
  }

  override *send(task: Task, data: Uint8Array, flags: number, addr: SockAddr | undefined, files: readonly File[] = []): KFlow<number> {
    const target = addr === undefined || !this.#isDatagram ? this.peer : this.#find(task, addr)
    if (target === undefined) {
      if (!this.#isDatagram && this.#peerCredentials !== undefined) broken(task, flags)
      throw Errno.ENOTCONN
    }
    for (;;) {
      if (this.#sendShut || target.#receiveShut || target.#isClosed) {
        if (this.#isDatagram) throw Errno.ECONNREFUSED
        broken(task, flags)
      }
      const free = BUFFER - target.#bytes
      const fits = this.type === 'stream' ? free > 0 : free >= data.length && (!this.#isDatagram || target.#packets.length <= DEFAULT_QUEUE)
      if (fits) {
        const part = this.type === 'stream' ? data.slice(0, free) : data.slice()
        target.#packets.push({ data: part, from: this.name, ...(files.length === 0 ? {} : { files: files.map((file) => file.hold()) }) })
        target.#bytes += part.length
        target.#changed.wakeAll()
        return part.length
      }
      if (this.type !== 'stream' && data.length > BUFFER) throw Errno.EMSGSIZE
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield target.#changed
    }
  }

  override *receive(_task: Task, count: number, flags: number): KFlow<Received> {
    const { data, addr, files = [] } = yield* this.#take(count, flags)
    // Nobody asked for the descriptors that came along.
    if ((flags & MSG_PEEK) === 0) for (const file of files) file.release()
    return { data, addr }
  }
  *#take(count: number, flags: number): KFlow<Received & { readonly files?: readonly File[] }> {
    if (!this.#isDatagram && this.peer === undefined && this.#peerCredentials === undefined) throw Errno.EINVAL
    for (;;) {
      const [first] = this.#packets
      if (first !== undefined) {
        const data = first.data.subarray(0, count)
        if ((flags & MSG_PEEK) === 0) this.#consume(data.length)
        return { data, addr: first.from === undefined ? undefined : { family: 'unix', path: first.from }, files: first.files }
      }
      if (this.#receiveShut || (!this.#isDatagram && (this.peer === undefined || this.peer.#sendShut || this.peer.#isClosed))) return { data: EMPTY_BYTES, addr: undefined }
      if ((flags & MSG_DONTWAIT) !== 0) throw Errno.EAGAIN
      yield this.#changed
    }
  }
  #consume(count: number): void {
    const [first] = this.#packets
    this.#bytes -= this.type === 'stream' ? count : first.data.length
    if (this.type === 'stream' && count < first.data.length) this.#packets[0] = { data: first.data.subarray(count), from: first.from }
    else this.#packets.shift()
    this.#changed.wakeAll()
  }

  override shutdown(_task: Task, how: number): void {
    if (!this.#isDatagram && this.peer === undefined) throw Errno.ENOTCONN
    if (how !== 1) this.#receiveShut = true
    if (how !== 0) this.#sendShut = true
    this.#changed.wakeAll()
    this.peer?.notify()
  }

  localAddress(): SockAddr {
    return { family: 'unix', path: this.name ?? '' }
  }
  override peerAddress(): SockAddr {
    if (this.peer === undefined) throw Errno.ENOTCONN
    return this.peer.localAddress()
  }
  /** SO_PEERCRED: who made the other end, in the caller's ids. */
  override getOption(task: Task, level: string, option: string): unknown {
    if (option !== 'SO_PEERCRED') return super.getOption(task, level, option)
    const c = this.#peerCredentials
    const ns = task.cred.userNs
    return c === undefined ? { pid: 0, uid: 4294967295, gid: 4294967295 } : { pid: c.pid.numberIn(task.pidNs), uid: fromKuidMunged(ns, c.uid), gid: fromKgidMunged(ns, c.gid) }
  }

  override get available(): number {
    return this.type === 'stream' ? this.#bytes : (this.#packets[0]?.data.length ?? 0)
  }
  poll(): number {
    if (this.isListening) return this.#incoming.length > 0 ? POLLIN : 0
    const gone = !this.#isDatagram && (this.peer === undefined || this.peer.#isClosed)
    const readable = this.#packets.length > 0 || this.#receiveShut || gone || (this.peer !== undefined && this.peer.#sendShut)
    return (readable ? POLLIN : 0) | (gone ? POLLHUP : 0) | ((this.peer === undefined || this.peer.#bytes < BUFFER) ? POLLOUT : 0)
  }
  pollQueues(): readonly WaitQueue[] {
    return this.peer === undefined ? [this.#changed] : [this.#changed, this.peer.#changed]
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const waiting of this.#incoming) waiting.close()
    if (this.name?.startsWith('\0') === true) this.net.abstractSockets.remove(this.name, this)
    this.#changed.wakeAll()
    this.peer?.notify()
    for (const { files = [] } of this.#packets) for (const file of files) file.release()
    this.#packets = []
    living.get(this.net)?.delete(this)
    this.net.release('socket')
  }
}

/** EPIPE, with SIGPIPE unless the caller asked for none. */
function broken(task: Task, flags: number): never {
  if ((flags & MSG_NOSIGNAL) === 0) sendSignal(task.kernel, task, SIGPIPE)
  throw Errno.EPIPE
}
