// nc(1), the netcat of OpenBSD as Debian packages it: connections and listeners of TCP, UDP and unix sockets joined to the standard streams; port scans.
// Simpler: no proxies, no TELNET negotiation, no DCCP, no MD5 signatures, no passing of descriptors.
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLOUT } from '../../../abi/fcntl.ts'
import { MSG_PEEK } from '../../../abi/inet-message.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { type AddrInfo, gaiStrerror, type GaiError, getaddrinfo, hostOfAddress, isGaiError, numericAddress, sockAddrOf } from '../../libc/getaddrinfo.ts'
import { serviceName, servicePort } from '../../libc/services.ts'
import { type Crt, exit, type Main } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, unlink } from '../../libc/unistd.ts'
import { type NcOptions, parseOptions, portList } from './options.ts'
import { readWrite } from './transfer.ts'

const SCAN_PROBES = 4
const LISTEN_BACKLOG = 1, UNIX_BACKLOG = 5
const UDP_PEEK = 2048

const socketType = ({ isUdp }: NcOptions): string => (isUdp ? 'dgram' : 'stream')
const protocolOf = ({ isUdp }: NcOptions): string => (isUdp ? 'udp' : 'tcp')

/** err(3): with the program's end. */
function* die(c: Crt, message: string | undefined, errno?: Errno): Flow<never> {
  return exit(message === undefined ? yield* fail(c, 1, errno?.message ?? '') : yield* fail(c, 1, message, errno))
}

// Unix sockets

function* unixBind(c: Crt, path: string, options: NcOptions): Flow<number> {
  const fd = yield* call('socket', 'unix', socketType(options), 0)
  if (isErr(fd)) return yield* die(c, undefined, fd)
  if (options.listens) yield* unlink(path)
  const bound = yield* call('bind', fd, { family: 'unix', path })
  if (isErr(bound)) return yield* die(c, path, bound)
  return fd
}
function* unixConnect(c: Crt, options: NcOptions): Flow<number> {
  const path = options.host ?? ''
  const fd = options.isUdp && options.sourceAddress !== undefined ? yield* unixBind(c, options.sourceAddress, options) : yield* call('socket', 'unix', socketType(options), 0)
  if (isErr(fd)) return yield* die(c, undefined, fd)
  const connected = yield* call('connect', fd, { family: 'unix', path })
  if (isErr(connected)) return yield* die(c, path, connected)
  if (options.verbose || options.scans) yield* c.stderr.write(`Connection to ${path} succeeded!\n`)
  if (!options.scans) yield* readWrite(fd, options)
  return 0
}

// The names in messages

function* report(c: Crt, message: string, address: SockAddr | undefined, options: NcOptions): Flow<void> {
  if (address === undefined || (address.family !== 'inet' && address.family !== 'inet6')) return
  const found = options.numeric ? { name: address.addr } : yield* hostOfAddress(address.family, address.addr)
  if (typeof found === 'string') yield* warn(c, `getnameinfo: ${gaiStrerror(found)}`)
  else yield* c.stderr.write(`${message} on ${found.name} ${address.port}\n`)
}

const resolve = (host: string, family: 'inet' | 'inet6' | undefined, { numeric }: NcOptions): Flow<readonly AddrInfo[] | GaiError> =>
  numeric ? numericAddress(host, family) : getaddrinfo(host, family)

// Listening

function* localListen(c: Crt, options: NcOptions): Flow<number> {
  const port = options.port ?? ''
  const number = (yield* servicePort(port, protocolOf(options))) ?? (/^\d+$/.test(port) ? Number(port) & 0xffff : undefined)
  if (number === undefined) return yield* die(c, 'getaddrinfo: Servname not supported for ai_socktype')
  const family = options.family === 'unix' ? undefined : options.family
  const addresses = options.host === undefined ? [anyAddress(family)] : yield* resolve(options.host, family, options)
  if (isGaiError(addresses)) return yield* die(c, `getaddrinfo: ${gaiStrerror(addresses)}`)
  let failure: Errno = Errno.EADDRNOTAVAIL
  for (const address of addresses) {
    const fd = yield* call('socket', address.family, socketType(options), 0)
    if (isErr(fd)) {
      failure = fd
      continue
    }
    yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_REUSEPORT', 1)
    const bound = yield* call('bind', fd, sockAddrOf(address, number))
    if (!isErr(bound)) {
      const listening = options.isUdp ? 0 : yield* call('listen', fd, LISTEN_BACKLOG)
      if (isErr(listening)) return yield* die(c, 'listen', listening)
      const local = yield* call('getsockname', fd)
      if (options.verbose && !isErr(local)) yield* report(c, options.isUdp ? 'Bound' : 'Listening', local, options)
      return fd
    }
    failure = bound
    yield* close(fd)
  }
  return yield* die(c, undefined, failure)
}
const anyAddress = (family: 'inet' | 'inet6' | undefined): AddrInfo => (family === 'inet6' ? { family, addr: '::', scope: 0, canonname: '::' } : { family: 'inet', addr: '0.0.0.0', scope: 0, canonname: '0.0.0.0' })

function* serveDatagrams(c: Crt, fd: number, options: NcOptions): Flow<void> {
  if (options.keeps) {
    yield* readWrite(fd, options)
    return
  }
  const first = yield* call('recvfrom', fd, UDP_PEEK, MSG_PEEK)
  if (isErr(first)) return yield* die(c, 'recvfrom', first)
  if (first.addr !== undefined) {
    const connected = yield* call('connect', fd, first.addr)
    if (isErr(connected)) return yield* die(c, 'connect', connected)
  }
  if (options.verbose) yield* report(c, 'Connection received', first.addr, options)
  yield* readWrite(fd, options)
}
function* serve(c: Crt, options: NcOptions): Flow<number> {
  const path = options.host ?? ''
  let listener: number | undefined
  for (;;) {
    if (options.family === 'unix') {
      listener ??= yield* unixBind(c, path, options)
      if (!options.isUdp) yield* call('listen', listener, UNIX_BACKLOG)
    } else listener ??= yield* localListen(c, options)
    if (options.isUdp) yield* serveDatagrams(c, listener, options)
    else {
      const accepted: { readonly fd: number; readonly addr: SockAddr | undefined } | Errno = yield* call('accept4', listener, 0)
      if (isErr(accepted)) return yield* die(c, 'accept', accepted)
      if (options.verbose) {
        if (options.family === 'unix') yield* c.stderr.write(`Connection received on ${path}\n`)
        else yield* report(c, 'Connection received', accepted.addr, options)
      }
      yield* readWrite(accepted.fd, options)
      yield* close(accepted.fd)
    }
    if (!options.keeps) return 0
  }
}

// Connecting

function* connectWithTimeout(fd: number, to: SockAddr, timeoutMs: number): Flow<Errno | 'timeout' | 0> {
  if (timeoutMs < 0) return yield* call('connect', fd, to)
  const started = yield* call('connect', fd, to)
  if (started !== Errno.EINPROGRESS) return started
  const ready = yield* call('poll', [{ fd, events: POLLOUT }], timeoutMs)
  if (isErr(ready)) return ready
  if (ready[0] === 0) return 'timeout'
  const error = yield* call('getsockopt', fd, 'SOL_SOCKET', 'SO_ERROR')
  return isErr(error) ? error : 0
}
function* bindSource(c: Crt, fd: number, family: 'inet' | 'inet6', options: NcOptions): Flow<void> {
  if (options.sourceAddress === undefined && options.sourcePort === undefined) return
  const source = options.sourceAddress === undefined ? [anyAddress(family)] : yield* resolve(options.sourceAddress, family, options)
  if (isGaiError(source)) return yield* die(c, `getaddrinfo: ${gaiStrerror(source)}`)
  const bound = yield* call('bind', fd, sockAddrOf(source[0], Number(options.sourcePort ?? 0) & 0xffff))
  if (isErr(bound)) return yield* die(c, 'bind failed', bound)
}
interface Connected { readonly fd: number; readonly addr: string }

function* remoteConnect(c: Crt, host: string, port: number, options: NcOptions): Flow<Connected | undefined> {
  const family = options.family === 'unix' ? undefined : options.family
  const addresses = yield* resolve(host, family, options)
  if (isGaiError(addresses)) return yield* die(c, `getaddrinfo for host "${host}" port ${port}: ${gaiStrerror(addresses)}`)
  for (const address of addresses) {
    const fd = yield* call('socket', address.family, options.timeoutMs < 0 ? socketType(options) : `${socketType(options)}|nonblock`, 0)
    if (isErr(fd)) continue
    if (options.broadcasts) yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BROADCAST', 1)
    yield* bindSource(c, fd, address.family, options)
    const result = yield* connectWithTimeout(fd, sockAddrOf(address, port), options.timeoutMs)
    if (result === 0) return { fd, addr: address.addr }
    if (options.verbose) {
      const shown = options.numeric || host === address.addr ? host : `${host} (${address.addr})`
      const how = result === 'timeout' ? 'timed out' : 'failed'
      yield* warn(c, `connect to ${shown} port ${port} (${protocolOf(options)}) ${how}`, result === 'timeout' ? Errno.EINPROGRESS : result)
    }
    yield* close(fd)
  }
  return undefined
}
/** udptest: nobody refuses four bytes. */
function* answersDatagrams(fd: number): Flow<boolean> {
  for (let i = 0; i < SCAN_PROBES; i++) {
    const sent = yield* call('write', fd, encodeUtf8('X'))
    if (isErr(sent)) return false
    if (i < SCAN_PROBES - 1) yield* call('clock_nanosleep', 1, 0, { sec: 1, nsec: 0 })
  }
  return true
}
function* tellSuccess(c: Crt, host: string, port: number, addr: string, options: NcOptions): Flow<void> {
  const service = options.numeric ? undefined : yield* serviceName(port, protocolOf(options))
  const shown = options.numeric || host === addr ? host : `${host} (${addr})`
  yield* c.stderr.write(`Connection to ${shown} ${port} port [${protocolOf(options)}/${service ?? '*'}] succeeded!\n`)
}
function* connectTo(c: Crt, options: NcOptions): Flow<number> {
  const host = options.host ?? ''
  let status = 1
  for (const port of yield* portList(c, options.port ?? '', options)) {
    const connected = yield* remoteConnect(c, host, port, options)
    if (connected === undefined) continue
    const { fd, addr } = connected
    const isOpen = !(options.isUdp && (options.scans || options.verbose)) || (yield* answersDatagrams(fd))
    if (isOpen) {
      status = 0
      if (options.verbose) yield* tellSuccess(c, host, port, addr, options)
      if (!options.scans) yield* readWrite(fd, options)
    }
    yield* close(fd)
    if (options.intervalSeconds > 0) yield* call('clock_nanosleep', 1, 0, { sec: options.intervalSeconds, nsec: 0 })
  }
  return status
}

export const nc: Main = function* (c) {
  const options = yield* parseOptions(c)
  if (options.listens) return yield* serve(c, options)
  return options.family === 'unix' ? yield* unixConnect(c, options) : yield* connectTo(c, options)
}
