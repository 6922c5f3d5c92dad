// The module socket: stream sockets of IPv4, IPv6 and the unix family, and host names. Timeouts and datagrams are not simulated.
import { type Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { gaiStrerror, getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { writeAll } from '../../libc/unistd.ts'
import { bytes, itemsOf, type Method, module, native, object, osError, type Py, type PyObject, PyUnsimulated, raise, toBytes, toInt, toText, tuple } from './py-values.ts'

const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOL_SOCKET = 1, SO_REUSEADDR = 2
const FAMILIES: ReadonlyMap<number, string> = new Map([[AF_UNIX, 'unix'], [AF_INET, 'inet'], [AF_INET6, 'inet6']])

const fdOf = (self: PyObject): number => toInt(self.attributes.get('fd') ?? null)
const familyOf = (self: PyObject): number => toInt(self.attributes.get('family') ?? null)
const check = (result: unknown): Py => (isErr(result) ? osError(result as Errno) : null)
const make = (fd: number, family: number): PyObject => object('socket', [['fd', BigInt(fd)], ['family', BigInt(family)]])

/** A Python address as the kernel takes it; names are looked up. */
function* addressOf(family: number, value: Py, isPassive: boolean): Flow<SockAddr> {
  if (family === AF_UNIX) return { family: 'unix', path: toText(value) }
  const [host, port] = itemsOf(value)
  const name = toText(host)
  const kind = family === AF_INET6 ? 'inet6' : 'inet'
  if (name === '') return { family: kind, addr: isPassive ? (kind === 'inet' ? '0.0.0.0' : '::') : (kind === 'inet' ? '127.0.0.1' : '::1'), port: toInt(port) }
  const found = yield* getaddrinfo(name, kind)
  if (isGaiError(found)) return raise('gaierror', `[Errno ${found === 'EAI_AGAIN' ? -3 : -2}] ${gaiStrerror(found)}`)
  return { family: kind, addr: found[0].addr, port: toInt(port) }
}
function shownAddress(addr: SockAddr | undefined): Py {
  if (addr === undefined) return ''
  if (addr.family === 'unix') return addr.path
  if (addr.family === 'inet') return tuple(addr.addr, BigInt(addr.port))
  return addr.family === 'inet6' ? tuple(addr.addr, BigInt(addr.port), 0n, 0n) : null
}

/** Methods of socket objects. */
export const SOCKET_METHODS = new Map<string, Method<PyObject>>(Object.entries<Method<PyObject>>({
  bind: function* (_m, self, [to]) {
    return check(yield* call('bind', fdOf(self), yield* addressOf(familyOf(self), to, true)))
  },
  connect: function* (_m, self, [to]) {
    return check(yield* call('connect', fdOf(self), yield* addressOf(familyOf(self), to, false)))
  },
  listen: function* (_m, self, [backlog]) {
    return check(yield* call('listen', fdOf(self), backlog === undefined ? 128 : toInt(backlog)))
  },
  accept: function* (m, self) {
    for (;;) {
      const accepted = yield* call('accept4', fdOf(self), O_CLOEXEC)
      if (!isErr(accepted)) return tuple(make(accepted.fd, familyOf(self)), shownAddress(accepted.addr))
      // PEP 475: handlers of signals run, then the call goes on
      if (accepted.name !== 'EINTR') return osError(accepted)
      yield* m.runPendingSignals()
    }
  },
  recv: function* (m, self, [count]) {
    for (;;) {
      const data = yield* call('read', fdOf(self), toInt(count))
      if (!isErr(data)) return bytes(data)
      if (data.name !== 'EINTR') return osError(data)
      yield* m.runPendingSignals()
    }
  },
  send: function* (_m, self, [data]) {
    const n = yield* call('write', fdOf(self), toBytes(data))
    return isErr(n) ? osError(n) : BigInt(n)
  },
  sendall: function* (_m, self, [data]) {
    return check(yield* writeAll(fdOf(self), toBytes(data)))
  },
  shutdown: function* (_m, self, [how]) {
    return check(yield* call('shutdown', fdOf(self), toInt(how)))
  },
  setsockopt: function* (_m, self, [level, option, value]) {
    if (toInt(level) !== SOL_SOCKET || toInt(option) !== SO_REUSEADDR) throw new PyUnsimulated('this socket option')
    return check(yield* call('setsockopt', fdOf(self), 'SOL_SOCKET', 'SO_REUSEADDR', toInt(value)))
  },
  getsockname: function* (_m, self) {
    const addr = yield* call('getsockname', fdOf(self))
    return isErr(addr) ? osError(addr) : shownAddress(addr)
  },
  getpeername: function* (_m, self) {
    const addr = yield* call('getpeername', fdOf(self))
    return isErr(addr) ? osError(addr) : shownAddress(addr)
  },
  fileno: function* (_m, self) {
    return BigInt(fdOf(self))
  },
  close: function* (_m, self) {
    if (fdOf(self) >= 0) yield* call('close', fdOf(self))
    self.attributes.set('fd', -1n)
    return null
  },
}))

function* newSocket(_m: unknown, args: readonly Py[], named: ReadonlyMap<string, Py>): Flow<PyObject> {
  const family = toInt(args[0] ?? named.get('family') ?? BigInt(AF_INET))
  const name = FAMILIES.get(family)
  if (name === undefined || toInt(args[1] ?? named.get('type') ?? BigInt(SOCK_STREAM)) !== SOCK_STREAM) throw new PyUnsimulated('this kind of socket')
  const fd = yield* call('socket', name, 'stream', 0)
  return isErr(fd) ? osError(fd) : make(fd, family)
}

function method(name: string): Method<PyObject> {
  const found = SOCKET_METHODS.get(name)
  if (found === undefined) throw new Error(`no method ${name}`)
  return found
}

export const SOCKET = (): Py => module('socket',
  ['socket', { kind: 'class', name: 'socket', make: newSocket }],
  ['AF_UNIX', BigInt(AF_UNIX)], ['AF_INET', BigInt(AF_INET)], ['AF_INET6', BigInt(AF_INET6)], ['SOCK_STREAM', BigInt(SOCK_STREAM)], ['SOL_SOCKET', BigInt(SOL_SOCKET)],
  ['SO_REUSEADDR', BigInt(SO_REUSEADDR)], ['SHUT_RD', 0n], ['SHUT_WR', 1n], ['SHUT_RDWR', 2n],
  ['error', { kind: 'class', name: 'OSError', make: function* () {
    return raise('OSError', '')
  } }],
  ['create_connection', native('create_connection', function* (m, [address], named) {
    if (named.has('timeout')) throw new PyUnsimulated('a timeout of sockets')
    const made = yield* newSocket(m, [], new Map())
    yield* method('connect')(m, made, [address], named)
    return made
  })],
  ['create_server', native('create_server', function* (m, [address], named) {
    const made = yield* newSocket(m, [], new Map())
    yield* method('setsockopt')(m, made, [BigInt(SOL_SOCKET), BigInt(SO_REUSEADDR), 1n], named)
    yield* method('bind')(m, made, [address], named)
    yield* method('listen')(m, made, [], named)
    return made
  })],
  ['gethostbyname', native('gethostbyname', function* (_m, [name]) {
    const found = yield* addressOf(AF_INET, tuple(name, 0n), false)
    return 'addr' in found && typeof found.addr === 'string' ? found.addr : null
  })],
  ['gethostname', native('gethostname', function* () {
    const names = yield* call('uname')
    return isErr(names) ? osError(names) : names.nodename
  })],
  ['sethostname', native('sethostname', function* (_m, [name]) {
    return check(yield* call('sethostname', toText(name)))
  })],
)
