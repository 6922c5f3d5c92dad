// From a URL to a connected socket (hostip.c, connect.c): names, --resolve, one address after the other, time limits.
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLOUT } from '../../../abi/fcntl.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { parseIp } from '../../../lib/ip.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close } from '../../libc/unistd.ts'
import { milliseconds } from './clock.ts'
import type { CurlOptions } from './options.ts'
import type { Trace } from './trace.ts'
import type { Url } from './url.ts'

/** A failed transfer: curl's exit status and what it says. */
export class CurlError {
  readonly status: number
  readonly message: string
  constructor(status: number, message: string) {
    this.status = status
    this.message = message
  }
}
export interface Connection {
  readonly fd: number
  readonly peer: SockAddr | undefined
  readonly local: SockAddr | undefined
}
/** Moments by which a thing must be done, in milliseconds of the monotonic clock; Infinity where there is no limit. */
export interface Limits {
  readonly start: number
  readonly total: number
  readonly connect: number
}
type Target = Extract<SockAddr, { readonly family: 'inet' | 'inet6' }>

const isV6 = (addr: string): boolean => addr.includes(':')
const target = (addr: string, port: number): Target => ({ family: isV6(addr) ? 'inet6' : 'inet', addr, port })

/** `HOST:PORT:ADDRESS[,ADDRESS]` of --resolve. */
function* preset(options: CurlOptions, url: Url, trace: Trace): Flow<readonly string[] | undefined> {
  let found: readonly string[] | undefined
  for (const entry of options.resolve) {
    const match = /^\+?(\*|\[[^\]]*\]|[^:]*):(\d+):(.*)$/.exec(entry)
    if (match === null) continue
    yield* trace.remark(`Added ${match[1]}:${match[2]}:${match[3]} to DNS cache`)
    if ((match[1] === '*' || match[1].toLowerCase() === url.host.toLowerCase()) && Number(match[2]) === url.port) found = match[3].split(',').map((a) => a.replace(/^\[|\]$/g, ''))
  }
  if (found !== undefined) yield* trace.remark(`Hostname ${url.host} was found in DNS cache`)
  return found
}
function* addressesOf(options: CurlOptions, url: Url, trace: Trace): Flow<readonly Target[] | CurlError> {
  const wanted = options.has('ipv4') ? 'inet' : options.has('ipv6') ? 'inet6' : undefined
  const known = yield* preset(options, url, trace)
  if (known !== undefined) return known.map((addr) => target(addr, url.port))
  const isLocalhost = /^(.*\.)?localhost\.?$/i.test(url.host)
  if (isLocalhost) return (['127.0.0.1', '::1'] as const).filter((addr) => wanted === undefined || isV6(addr) === (wanted === 'inet6')).map((addr) => target(addr, url.port))
  const isNumeric = parseIp('inet', url.host) !== undefined || parseIp('inet6', url.host) !== undefined
  if (isNumeric && wanted !== undefined && isV6(url.host) !== (wanted === 'inet6')) return new CurlError(7, "Couldn't connect to server")
  const found = yield* getaddrinfo(url.host, wanted)
  if (isGaiError(found)) {
    yield* trace.remark(`Could not resolve host: ${url.host}`)
    return new CurlError(6, `Could not resolve host: ${url.host}`)
  }
  return found.map(({ addr }) => target(addr, url.port))
}

/** One attempt: a descriptor, or why not. */
function* attempt(to: SockAddr, options: CurlOptions, until: number): Flow<number | Errno | 'timeout'> {
  const fd = yield* call('socket', to.family, 'stream|cloexec|nonblock', 0)
  if (isErr(fd)) return fd
  const device = options.get('interface')
  if (device !== undefined && to.family !== 'unix') {
    const bound = isV6(device) || /^[\d.]+$/.test(device) ? yield* call('bind', fd, target(device, 0)) : yield* call('setsockopt', fd, 'SOL_SOCKET', 'SO_BINDTODEVICE', device)
    if (isErr(bound)) return bound
  }
  let result = yield* call('connect', fd, to)
  if (result === Errno.EINPROGRESS) {
    const left = until === Infinity ? -1 : Math.max(0, Math.ceil(until - (yield* milliseconds())))
    const ready = yield* call('poll', [{ fd, events: POLLOUT }], left)
    if (!isErr(ready) && ready[0] === 0) {
      yield* close(fd)
      return 'timeout'
    }
    const error = yield* call('getsockopt', fd, 'SOL_SOCKET', 'SO_ERROR')
    result = isErr(error) ? error : 0
  } else if (isErr(result)) {
    yield* close(fd)
    return result
  }
  if (!isErr(result)) return fd
  yield* close(fd)
  return result
}
const IMMEDIATE: ReadonlySet<Errno> = new Set([Errno.ENETUNREACH, Errno.EADDRNOTAVAIL, Errno.EACCES, Errno.EINVAL, Errno.EAFNOSUPPORT])

function* unixConnection(path: string, isAbstract: boolean, url: Url, options: CurlOptions, limits: Limits, trace: Trace): Flow<Connection | CurlError> {
  yield* trace.remark(`  Trying ${path}:0...`)
  const fd = yield* attempt({ family: 'unix', path: isAbstract ? `\0${path}` : path }, options, limits.connect)
  if (typeof fd === 'number') {
    yield* trace.remark(`Connected to ${url.host} (${path}) port ${url.port} (#0)`)
    return { fd, peer: undefined, local: undefined }
  }
  if (fd !== 'timeout') yield* trace.remark(`Immediate connect fail for ${path}: ${fd.message}`)
  return yield* failed(url, limits, trace)
}
function* failed(url: Url, limits: Limits, trace: Trace): Flow<CurlError> {
  const now = yield* milliseconds()
  const elapsed = Math.floor(now - limits.start)
  if (now >= limits.total) return new CurlError(28, `Connection timed out after ${elapsed} milliseconds`)
  const message = `Failed to connect to ${url.host} port ${url.port} after ${elapsed} ms: ${now >= limits.connect ? 'Timeout was reached' : "Couldn't connect to server"}`
  yield* trace.remark(message)
  return new CurlError(now >= limits.connect ? 28 : 7, message)
}

/** Connects; the error is the one to print and exit with. */
export function* connectTo(url: Url, options: CurlOptions, limits: Limits, trace: Trace): Flow<Connection | CurlError> {
  const path = options.get('unix-socket') ?? options.get('abstract-unix-socket')
  if (path !== undefined) return yield* unixConnection(path, options.has('abstract-unix-socket'), url, options, limits, trace)
  const addresses = yield* addressesOf(options, url, trace)
  if (addresses instanceof CurlError) return addresses
  for (const to of addresses) {
    const shown = isV6(to.addr) ? `[${to.addr}]` : to.addr
    yield* trace.remark(`  Trying ${shown}:${to.port}...`)
    const fd = yield* attempt(to, options, Math.min(limits.connect, limits.total))
    if (typeof fd === 'number') {
      yield* trace.remark(`Connected to ${url.host} (${to.addr}) port ${url.port} (#0)`)
      const local = yield* call('getsockname', fd)
      return { fd, peer: to, local: isErr(local) ? undefined : local }
    }
    if (fd === 'timeout') break
    if (IMMEDIATE.has(fd)) yield* trace.remark(`Immediate connect fail for ${to.addr}: ${fd.message}`)
    else yield* trace.remark(`connect to ${to.addr} port ${to.port} failed: ${fd.message}`)
  }
  return yield* failed(url, limits, trace)
}
