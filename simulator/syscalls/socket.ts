// Sockets: socket(2), bind(2), connect(2), send(2), recv(2) and the rest. Families: unix, netlink, inet, inet6, packet.
import { Errno } from '../abi/errno.ts'
import { O_CLOEXEC, O_NONBLOCK } from '../abi/fcntl.ts'
import type { SockAddr } from '../abi/syscalls.ts'
import type { IpVersion } from '../lib/ip.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from '../kernel/net/icmp-packet.ts'
import { NetlinkSocket } from '../kernel/net/netlink-socket.ts'
import { IPPROTO_TCP } from '../kernel/net/packet.ts'
import { PacketSocket } from '../kernel/net/packet-socket.ts'
import { PingSocket } from '../kernel/net/ping-socket.ts'
import { RawSocket } from '../kernel/net/raw-socket.ts'
import { MSG_DONTWAIT, type Socket, SocketFile, socketFile } from '../kernel/net/socket.ts'
import { TcpSocket } from '../kernel/net/tcp-socket.ts'
import { IPPROTO_UDP, UdpSocket } from '../kernel/net/udp-socket.ts'
import { UnixSocket, type UnixType } from '../kernel/net/unix-socket.ts'
import { checkSocket } from '../kernel/security/apparmor/mediate.ts'
import type { Task } from '../kernel/task.ts'
import { fdLimit, installFile } from '../kernel/vfs/file-open.ts'
import { type KFlow, wait } from '../kernel/wait-queue.ts'
import type { Handlers } from './handlers.ts'

interface SocketType { readonly base: string; readonly flags: number }

/** `stream`, perhaps with `|cloexec` and `|nonblock`, as SOCK_CLOEXEC and SOCK_NONBLOCK are or-ed to the type. */
function parseType(type: string): SocketType {
  const [base, ...words] = type.split('|')
  return { base, flags: (words.includes('cloexec') ? O_CLOEXEC : 0) | (words.includes('nonblock') ? O_NONBLOCK : 0) }
}
const isUnixType = (type: string): type is UnixType => type === 'stream' || type === 'dgram' || type === 'seqpacket'

function makeSocket(task: Task, family: string, type: string, protocol: number): Socket {
  if (family === 'unix') {
    if (!isUnixType(type)) throw Errno.ESOCKTNOSUPPORT
    return new UnixSocket(task, type)
  }
  if (family === 'netlink') {
    if (type !== 'raw' && type !== 'dgram') throw Errno.ESOCKTNOSUPPORT
    return new NetlinkSocket(task, protocol)
  }
  if (family === 'inet' || family === 'inet6') return makeInetSocket(task, family, type, protocol)
  if (family === 'packet') {
    if (type !== 'raw' && type !== 'dgram') throw Errno.ESOCKTNOSUPPORT
    return new PacketSocket(task, type, protocol)
  }
  throw Errno.EAFNOSUPPORT
}
/** inet_create: the type says what, the protocol 0 stands for the usual one. */
function makeInetSocket(task: Task, family: IpVersion, type: string, protocol: number): Socket {
  switch (type) {
    case 'stream':
      if (protocol !== 0 && protocol !== IPPROTO_TCP) throw Errno.EPROTONOSUPPORT
      return new TcpSocket(task, family)
    case 'dgram':
      if (protocol === 0 || protocol === IPPROTO_UDP) return new UdpSocket(task, family)
      if (protocol === (family === 'inet' ? IPPROTO_ICMP : IPPROTO_ICMPV6)) return new PingSocket(task, family)
      throw Errno.EPROTONOSUPPORT
    case 'raw': return new RawSocket(task, family, protocol)
    default: throw Errno.ESOCKTNOSUPPORT
  }
}

function install(task: Task, socket: Socket, flags: number): number {
  return installFile(task, socketFile(task, socket, flags), (flags & O_CLOEXEC) !== 0)
}

function fileOf(task: Task, fd: number): SocketFile {
  const file = task.files.require(fd)
  if (!(file instanceof SocketFile)) throw Errno.ENOTSOCK
  return file
}
const socketOf = (task: Task, fd: number): Socket => fileOf(task, fd).socket
const isNonBlocking = (file: SocketFile): boolean => (file.callFlags() & MSG_DONTWAIT) !== 0

/** What accept(2) tells of the other end, which may have gone meanwhile. */
function peerOf(socket: Socket): SockAddr | undefined {
  try {
    return socket.peerAddress()
  } catch {
    return undefined
  }
}
function* accept(task: Task, fd: number, flags: number): KFlow<{ readonly fd: number; readonly addr: SockAddr | undefined }> {
  const file = fileOf(task, fd)
  const socket = yield* wait(file.socket.accept(task, isNonBlocking(file)))
  return { fd: install(task, socket, flags), addr: peerOf(socket) }
}

export const socketSyscalls = {
  socket(task, family, type, protocol) {
    const { base, flags } = parseType(type)
    checkSocket(task, family, base, protocol)
    return install(task, makeSocket(task, family, base, protocol), flags)
  },
  socketpair(task, family, type) {
    const { base, flags } = parseType(type)
    if (family !== 'unix') throw Errno.EOPNOTSUPP
    checkSocket(task, family, base, 0)
    if (!isUnixType(base)) throw Errno.ESOCKTNOSUPPORT
    const limit = fdLimit(task)
    task.files.lowestFree(limit, task.files.lowestFree(limit) + 1)
    const [a, b] = UnixSocket.pair(task, base)
    return [install(task, a, flags), install(task, b, flags)]
  },
  bind(task, fd, addr) {
    socketOf(task, fd).bind(task, addr)
    return 0
  },
  listen(task, fd, backlog) {
    socketOf(task, fd).listen(task, backlog)
    return 0
  },
  accept4: accept,
  connect(task, fd, addr) {
    const file = fileOf(task, fd)
    return file.socket.connect(task, addr, isNonBlocking(file))
  },
  sendto(task, fd, data, flags, addr) {
    const file = fileOf(task, fd)
    return file.socket.send(task, data, file.callFlags(flags), addr)
  },
  recvfrom(task, fd, count, flags) {
    const file = fileOf(task, fd)
    return file.socket.receive(task, count, file.callFlags(flags))
  },
  sendmsg: (task, fd, message) => socketOf(task, fd).sendMessage(task, message),
  recvmsg(task, fd, flags) {
    const file = fileOf(task, fd)
    return file.socket.receiveMessage(task, file.callFlags(flags))
  },
  shutdown(task, fd, how) {
    socketOf(task, fd).shutdown(task, how)
    return 0
  },
  setsockopt(task, fd, level, option, value) {
    socketOf(task, fd).setOption(task, level, option, value)
    return 0
  },
  getsockopt: (task, fd, level, option) => socketOf(task, fd).getOption(task, level, option),
  getsockname: (task, fd) => socketOf(task, fd).localAddress(),
  getpeername: (task, fd) => socketOf(task, fd).peerAddress(),
} satisfies Partial<Handlers>
